#pragma once

#include "base/core/result.h"
#include "base/core/strict_json.h"
#include "drivers/card-reader/quirks.h"
#include "drivers/usb/transport.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pishkhan::card {

/// Reads one file of assets/readers (README.md, "How to add a reader quirk"); strict.
[[nodiscard]] Result<Quirk, DataFault> parse_quirk(std::string_view id, std::string_view json);

/// The quirks that a kiosk knows, read once at its start. Thread: a plain value, read by any.
class Quirks {
 public:
  static constexpr std::size_t most_files = 500;
  static constexpr std::size_t most_bytes = 64 * 1024;

  /// Every *.json of the folder, by name. A bad file costs its own quirk only: see refused().
  [[nodiscard]] static Quirks load(const std::filesystem::path& folder);
  explicit Quirks(std::vector<Quirk> quirks = {}) : quirks_(std::move(quirks)) {}

  struct Refused {
    std::string file;
    DataFault fault;
  };
  [[nodiscard]] const std::vector<Refused>& refused() const { return refused_; }
  [[nodiscard]] const std::vector<Quirk>& all() const { return quirks_; }
  /// The quirk that says most about this reader: one for its release outweighs one for all. None: the default.
  [[nodiscard]] Quirk match(const usb::Identity& identity) const;

 private:
  std::vector<Quirk> quirks_;
  std::vector<Refused> refused_;
};

}  // namespace pishkhan::card
