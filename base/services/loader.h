#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/services/catalogue.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::services {

/// One file of a city's pack, exactly as it lies on disk.
struct PackFile {
  std::string name;  ///< "city.json", "areas.json", "logo.png", "services/complaint-137.json"
  std::string bytes;
};
/// The files of a pack, sorted by name.
using Pack = std::vector<PackFile>;

/// Why a pack is refused, for staff: in which file, at which place, and what may stand there.
struct CatalogueFault {
  enum class Kind {
    CannotRead,   ///< missing, unreadable or not a file
    TooLarge,     ///< more bytes or files than a pack may have
    UnknownFile,  ///< a file that no pack has
    NotJson,      ///< broken JSON; `where` is "line 3, column 14"
    NotPicture,   ///< a logo.png that is no PNG, or not of a size that can be printed
    UnknownKey,
    DuplicateKey,
    MissingKey,
    WrongType,
    WrongValue,          ///< right type, but none of what is allowed
    MissingTranslation,  ///< a text without Persian or without English
    DuplicateId,
    DanglingReference,  ///< names an area or field that does not exist
    StagesOutOfOrder,   ///< a later stage would end before an earlier one
  };
  Kind kind = Kind::CannotRead;
  std::string file;     ///< name within the pack, or the folder
  std::string where;    ///< JSON pointer such as "/stages/2/limit_working_days"; empty: the whole file
  std::string allowed;  ///< what is allowed there, in English, for staff
};

/// A stable name such as "unknown-key", for the log and the staff's code.
[[nodiscard]] std::string_view name(CatalogueFault::Kind kind);
/// "services/x.json: /steps/0/title/en: missing-translation; allowed: …", one line, for staff.
[[nodiscard]] std::string describe(const CatalogueFault& fault);

/// Reads the folder of one city: city.json, areas.json, services/*.json and, if there is one, logo.png;
/// nothing else. Dropping one file into services/ opens a service: the file names its area, no other file need change. Thread: blocks
/// on the disk; call it at start or from a worker.
[[nodiscard]] Result<Pack, CatalogueFault> read_pack(const std::filesystem::path& folder);

/// The names, lengths and bytes of a pack as one run, for hashing: two packs give the same run only if
/// they are the same.
[[nodiscard]] Bytes canonical_bytes(const Pack& pack);
/// The pack in such a run; nothing if it is not exactly what canonical_bytes() writes, or larger than a pack
/// may be. A pack travels and is kept as this one file. Whether it is a good pack says parse_pack().
[[nodiscard]] std::optional<Pack> pack_of(ByteView canonical);
/// The first four bytes of the hash of canonical_bytes(), as it is shown: "7F2A-91C4".
[[nodiscard]] std::string fingerprint_text(ByteView hash);

/// Checks everything and builds the catalogue, `fingerprint` left empty. Thread: a pure function.
[[nodiscard]] Result<Catalogue, CatalogueFault> parse_pack(const Pack& pack);

}  // namespace pishkhan::services
