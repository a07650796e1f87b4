#pragma once

#include "drivers/simulated/card_key.h"
#include "drivers/simulated/card_program.h"

#include <optional>
#include <string>
#include <vector>

namespace pishkhan::simulated {

/// A chip with a master file, applications, transparent files and keys (ISO 7816-4, -8): SELECT in all its
/// ways, READ BINARY, VERIFY, GET CHALLENGE, EXTERNAL AUTHENTICATE, MANAGE SECURITY ENVIRONMENT, INTERNAL
/// AUTHENTICATE, and PERFORM SECURITY OPERATION (compute digital signature). Its memory is wiped at the end.
/// Thread: guarded by the reader that holds it.
class FileCard : public CardProgram {
 public:
  /// What a chip does when more bytes are asked for than the file still has.
  enum class EndOfFile : std::uint8_t {
    WrongLength,  ///< 6C xx: ask again with xx
    Warning,      ///< the bytes there are, and 62 82
  };
  enum class Access : std::uint8_t { Free, AfterPin, AfterKiosk };
  struct File {
    std::uint16_t id = 0;
    Bytes content;  ///< at most 32,768 bytes
    Access access = Access::Free;
  };
  struct Folder {
    std::uint16_t id = 0;  ///< 0: can only be selected by name
    Bytes name;            ///< the AID; empty: only by id
    std::vector<File> files;
  };
  struct Key {
    std::uint8_t reference = 0;
    CardKey key;
    Access access = Access::Free;
    std::uint16_t file_id = 0;  ///< the file in which it lies; 0 = none that can be named
  };
  struct Chip {
    Bytes answer_to_reset;
    std::vector<Folder> folders;  ///< the first is the master file, 3F00
    std::vector<Key> keys;
    std::optional<KioskKey> kiosk;  ///< of whom EXTERNAL AUTHENTICATE proves; none: of nobody
    std::string pin;                ///< padded with FF to eight bytes; empty: the card has none
    EndOfFile end_of_file = EndOfFile::WrongLength;
  };
  explicit FileCard(Chip chip);
  ~FileCard() override;

  /// What lies in a file; empty if there is none. For copies of cards, and for looking.
  [[nodiscard]] Bytes content(std::uint16_t file_id) const;

 private:
  Answer run(const CardCommand& command) final;
  void forget() final;
  Answer select(const CardCommand& command);
  bool select_child(std::uint16_t id, bool files, bool folders);
  bool select_path(ByteView path, std::size_t from_folder);
  [[nodiscard]] Answer control_information(const CardCommand& command) const;
  Answer read_binary(const CardCommand& command);
  Answer verify(const CardCommand& command);
  Answer challenge(const CardCommand& command);
  Answer authenticate_kiosk(const CardCommand& command);
  Answer set_environment(const CardCommand& command);
  Answer sign(const CardCommand& command, std::uint8_t reference, bool any);

  Chip chip_;
  std::size_t folder_ = 0;
  std::optional<std::size_t> file_;  // of folder_
  bool verified_ = false;
  int tries_ = 3;
  std::optional<std::uint8_t> environment_key_;
  std::uint64_t challenges_ = 0;
  Bytes challenge_;  // the last one, until it is used
  bool kiosk_proven_ = false;
};

}  // namespace pishkhan::simulated
