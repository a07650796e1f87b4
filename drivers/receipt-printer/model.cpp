#include "drivers/receipt-printer/model.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
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

/// The file's text, or why not. A file that is too large is not read to its end.
Result<std::string, ModelFault> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ModelFault{ModelFault::Kind::CannotRead, "", "a readable file"});
  std::string text(Models::most_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > Models::most_bytes) return fail(ModelFault{ModelFault::Kind::TooLarge, "", "64 KiB"});
  return text;
}

}  // namespace

std::string describe(const ModelFault& fault) {
  static constexpr std::array<std::string_view, 7> names{
      "cannot-read", "too-large", "syntax", "missing-field", "unknown-field", "wrong-type", "wrong-value"};
  std::string text(names.at(static_cast<std::size_t>(fault.kind)));
  if (!fault.field.empty()) text += ": " + fault.field;
  if (!fault.allowed.empty()) text += ": " + fault.allowed;
  return text;
}

Models Models::load(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (entry->path().extension() == ".json" && files.size() < most_files) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  Models models;
  for (const auto& file : files) {
    const auto text = read_file(file);
    auto model =
        text ? parse_model(file.stem().string(), *text) : Result<Model, ModelFault>(fail(text.error()));
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
