#include "drivers/card-reader/quirk_files.h"

#include "base/core/data_files.h"

namespace pishkhan::card {

namespace {

/// How much a match says about this reader; 0: it is another.
int weight(const QuirkMatch& match, const usb::Identity& identity) {
  if (match.vendor_id != identity.vendor_id || match.product_id != identity.product_id) return 0;
  if (match.first_release && identity.device_release < *match.first_release) return 0;
  if (match.last_release && identity.device_release > *match.last_release) return 0;
  return 1 + (match.first_release ? 1 : 0) + (match.last_release ? 1 : 0);
}

}  // namespace

Quirks Quirks::load(const std::filesystem::path& folder) {
  Quirks quirks;
  for (const auto& file : data_files(folder, most_files)) {
    const auto text = read_data_file(file, most_bytes);
    auto quirk = text ? parse_quirk(file.stem().string(), *text) : Result<Quirk, DataFault>(fail(text.error()));
    if (quirk) {
      quirks.quirks_.push_back(std::move(*quirk));
    } else {
      quirks.refused_.push_back({file.filename().string(), quirk.error()});
    }
  }
  return quirks;
}

Quirk Quirks::match(const usb::Identity& identity) const {
  const Quirk* best = nullptr;
  int most = 0;
  for (const Quirk& quirk : quirks_) {
    for (const QuirkMatch& match : quirk.matches) {
      const int says = weight(match, identity);
      if (says <= most) continue;
      most = says;
      best = &quirk;
    }
  }
  return best != nullptr ? *best : Quirk{};
}

}  // namespace pishkhan::card
