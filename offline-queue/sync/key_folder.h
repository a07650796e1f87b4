#pragma once

#include "base/core/random.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/signing_key.h"
#include "offline-queue/store/files.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::sync {

/// What belongs to one enrolment of this kiosk: the files, by name.
struct KeySet {
  int number = 0;  ///< 0: the files without a number, as an image or the demo brings them
  std::filesystem::path authority;
  std::filesystem::path certificate;
  std::filesystem::path tls_key;  ///< the signing key, unless the folder has a tls.key of its own (number 0)
  std::filesystem::path signing_key;
  std::filesystem::path enrolment;
  std::filesystem::path device_secret;
};

enum class KeyFolderFault {
  NotEnrolled,  ///< there is no set at all
  Damaged,      ///< `current` names a set that is not there
  NoKey,        ///< no signing key could be made or read: see the place of the key (TPM)
  DiskFull,
  IoError,
};

/// The folder of a kiosk's keys. Beside the files without a number (authority.pem, tls.pem, tls.key,
/// signing.pem, enrolment.json) it holds numbered sets (authority.3.pem, tls.3.pem, signing.3.pem,
/// enrolment.3.json) and `current`, one line, the number that counts; device.secret is one for all and never
/// replaced. A set is written whole and synced before `current` is replaced, in one step; so a power cut leaves
/// the old one or the new one. Nothing of another epoch is ever removed here: its key and its words' keys are
/// needed until all it signed is sent. Thread: one owner; blocks on the disk.
class KeyFolder {
 public:
  /// `files` outlives it; nothing: the system's.
  explicit KeyFolder(std::filesystem::path folder, store::Files* files = nullptr);

  /// What counts now.
  [[nodiscard]] Result<KeySet, KeyFolderFault> current();
  /// Sets that were enrolled before as another kiosk or epoch than `now`, the newest of each, newest first.
  [[nodiscard]] std::vector<KeySet> earlier(const protocol::Enrolment& now);

  /// The key of an enrolment that is under way, so that one that was interrupted is asked for again with the
  /// same; made and durable if there is none yet.
  [[nodiscard]] Result<protocol::SigningKey, KeyFolderFault> pending_key(protocol::KeyPlace place);
  /// True: a pending key was in use already (the power went after the new set had become current), and is
  /// forgotten now.
  [[nodiscard]] Result<bool, KeyFolderFault> finish_interrupted();

  enum class Whose { Pending, Current };  ///< the signing key of the set
  /// Makes a set of a checked answer the current one.
  [[nodiscard]] Result<KeySet, KeyFolderFault> take(std::string_view authority_pem,
                                                    std::string_view certificate_pem,
                                                    std::string_view enrolment_json, Whose whose,
                                                    Random& random);

 private:
  [[nodiscard]] KeySet set(int number);
  [[nodiscard]] Result<int, KeyFolderFault> current_number();
  [[nodiscard]] Result<void, KeyFolderFault> replace(const std::filesystem::path& file, ByteView bytes);
  [[nodiscard]] Result<void, KeyFolderFault> ensure_device_secret(Random& random);
  [[nodiscard]] std::optional<Bytes> bytes_of(const std::filesystem::path& file);
  [[nodiscard]] std::optional<protocol::Enrolment> enrolment_of(const KeySet& set);
  void remove_superseded(const KeySet& now);

  std::filesystem::path folder_;
  std::unique_ptr<store::Files> own_files_;
  store::Files* files_;
};

/// Where the chain of an enrolment lies below the kiosk's data folder: the folder itself for the set without a
/// number and its renewals, "1042-02" for each other kiosk and epoch. Not created here.
[[nodiscard]] std::filesystem::path queue_folder(const std::filesystem::path& data, const KeySet& set,
                                                 const protocol::Enrolment& enrolment);

}  // namespace pishkhan::sync
