#pragma once

#include "base/core/strict_json.h"
#include "drivers/card-reader/profile.h"
#include "drivers/card-reader/trust.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pishkhan::card {

/// The kinds of card that a kiosk reads. Thread: a plain value, read by any.
class Profiles {
 public:
  static constexpr std::size_t most_files = 64;
  static constexpr std::size_t most_bytes = 64 * 1024;

  enum class Refusal : std::uint8_t {
    Unsigned,     ///< there is no NAME.json.sig
    WrongSigned,  ///< the signature is not the municipality's over this very file
    Faulty,       ///< `fault` says what
  };
  struct Refused {
    std::string file;
    Refusal why = Refusal::Faulty;
    DataFault fault;
  };

  /// Every NAME.json of the folder whose NAME.json.sig (hexadecimal digits) was made with the municipality's
  /// key. A file that is refused costs its own cards only: see refused(). Citizens' cards are tried first, then
  /// staff's, then all others; among them by name.
  [[nodiscard]] static Profiles load(const std::filesystem::path& folder, const ProfileKey& key);
  explicit Profiles(std::vector<Profile> profiles = {});

  [[nodiscard]] std::span<const Profile> all() const { return profiles_; }
  [[nodiscard]] const std::vector<Refused>& refused() const { return refused_; }

 private:
  std::vector<Profile> profiles_;
  std::vector<Refused> refused_;
};
/// "citizen-card.json: unsigned".
[[nodiscard]] std::string describe(const Profiles::Refused& refused);

}  // namespace pishkhan::card
