#include "drivers/receipt-printer/model.h"

#include "base/core/data_files.h"

#include <algorithm>
#include <utility>

namespace pishkhan::printer {

namespace {

bool fits(std::string_view pattern, std::string_view text) {
  if (!pattern.empty() && pattern.back() == '*') return text.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == text;
}

/// How much a match says about this printer; 0: it does not fit. What a printer calls itself says most: product
/// ids are shared by whole families.
int weight(const ModelMatch& match, const PrinterIdentity& printer) {
  int sum = 0;
  if (match.vendor_id) {
    if (*match.vendor_id != printer.vendor_id) return 0;
    sum += 1;
  }
  if (match.product_id) {
    if (*match.product_id != printer.product_id) return 0;
    sum += 100;
  }
  if (!match.manufacturer.empty()) {
    if (!fits(match.manufacturer, printer.device_id.manufacturer)) return 0;
    sum += 1;
  }
  if (!match.model.empty()) {
    if (!fits(match.model, printer.device_id.model)) return 0;
    sum += 1000 + static_cast<int>(match.model.size());  // the longer of two patterns is the narrower
  }
  return sum;
}

}  // namespace

Models Models::load(const std::filesystem::path& folder) {
  Models models;
  for (const auto& file : data_files(folder, most_files)) {
    const auto text = read_data_file(file, most_bytes);
    auto model = text ? parse_model(file.stem().string(), *text) : Result<Model, DataFault>(fail(text.error()));
    if (model) {
      models.models_.push_back(std::move(*model));
    } else {
      models.refused_.push_back({file.filename().string(), model.error()});
    }
  }
  return models;
}

const Model* Models::find(std::string_view id) const {
  const auto found = std::ranges::find(models_, id, &Model::id);
  return found == models_.end() ? nullptr : &*found;
}

Model Models::match(const PrinterIdentity& identity, int paper_width_dots) const {
  const Model* best = nullptr;
  int most = 0;
  for (const Model& model : models_) {
    for (const ModelMatch& match : model.matches) {
      const int says = weight(match, identity);
      if (says <= most) continue;
      most = says;
      best = &model;
    }
  }
  if (best == nullptr) best = find(paper_width_dots == 384 ? "safe-58" : "safe");
  if (best != nullptr) return *best;
  Model built_in;
  built_in.dots_per_line = paper_width_dots;
  return built_in;
}

usb::Wanted Models::wanted() const {
  usb::Wanted wanted{.classes = {{.class_code = 0x07, .subclass = 0x01, .protocol = {}}}, .ids = {}};
  for (const Model& model : models_) {
    for (const ModelMatch& match : model.matches) {
      if (match.vendor_id && match.product_id) wanted.ids.push_back({*match.vendor_id, *match.product_id});
    }
  }
  return wanted;
}

}  // namespace pishkhan::printer
