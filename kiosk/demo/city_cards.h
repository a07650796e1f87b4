#pragma once

#include "drivers/simulated/citizen_card.h"

#include <filesystem>
#include <memory>

namespace pishkhan::demo {

/// What a municipality does about cards: it issues them, and it signs the profiles by which its kiosks read
/// them, having entered its own authority. The same steps as in drivers/card-reader/README.md, with keys that
/// are made anew each time. Thread: one owner.
class CityCards {
 public:
  /// Null if a profile of assets/cards cannot be read, signed or written into the folder.
  static std::unique_ptr<CityCards> issue(const std::filesystem::path& folder,
                                          const std::filesystem::path& city_key);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::unique_ptr<simulated::CitizenCard> citizen(const simulated::CardHolder& holder = {}) const;
  [[nodiscard]] std::unique_ptr<simulated::StaffCard> staff() const;
  /// All that can be read of a citizen's card, without the key that cannot.
  [[nodiscard]] std::unique_ptr<simulated::CitizenCard> copied() const;

 private:
  explicit CityCards(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
  simulated::CardAuthority authority_;
};

}  // namespace pishkhan::demo
