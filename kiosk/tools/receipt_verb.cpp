#include "base/core/png.h"
#include "base/core/translations.h"
#include "base/services/loader.h"
#include "drivers/receipt-printer/bands.h"
#include "drivers/receipt-printer/model.h"
#include "kiosk/receipts/receipt.h"
#include "kiosk/tools/verbs.h"
#include "kiosk/tools/with_device.h"
#include "ui/text/engine.h"
#include "ui/text/fonts.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace pishkhan::tools {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Sources {
  fs::path file;
  fs::path city;
  fs::path translations;
  fs::path fonts;
  fs::path printers;
  std::string model;
  fs::path png;        ///< empty: not wanted
  fs::path escpos;     ///< empty: not wanted
  bool print = false;  ///< on the printer that is plugged in
};

/// As the kiosk does (kiosk/kiosk.cpp); a receipt has no icons.
text::FontPaths font_paths(const fs::path& folder) {
  text::FontPaths paths;
  paths.regular = folder / "Vazirmatn-Regular.ttf";
  paths.medium = folder / "Vazirmatn-Medium.ttf";
  paths.bold = folder / "Vazirmatn-Bold.ttf";
  return paths;
}

int refuse(const std::string& why) {
  std::fprintf(stderr, "pishkhan-probe receipt: %s\n", why.c_str());
  return 1;
}

std::string text_of(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// What the file says, checked as far as composing relies on it. The file is a sample that somebody wrote, not
/// a citizen's request: those leave the queue only sealed.
class Sample {
 public:
  /// Why it cannot be used; nothing if it can.
  [[nodiscard]] std::optional<std::string> read(const fs::path& file, const services::Catalogue& catalogue) {
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (!stream) return "cannot read " + file.string();
    const Json json = Json::parse(bytes, nullptr, false);
    if (!json.is_object()) return file.string() + " is no JSON object";
    const std::string language = text_of(json, "language");
    if (language != "fa" && language != "en") return "language: fa or en";
    facts_.language = language == "fa" ? Language::Persian : Language::English;
    facts_.catalogue = &catalogue;
    facts_.service = catalogue.service(text_of(json, "service"));
    if (facts_.service == nullptr) return "service: one of the city's";
    facts_.tracking_code = text_of(json, "tracking_code");
    const bool digits = facts_.tracking_code.find_first_not_of("0123456789") == std::string::npos;
    if (facts_.tracking_code.size() != 14 || !digits) return "tracking_code: 14 digits";
    secret_ = PersonalText(text_of(json, "receipt_secret"));
    facts_.receipt_secret = &secret_;
    facts_.statement = text_of(json, "statement");
    const auto when = json.find("filed_at");
    if (when == json.end() || !when->is_number_integer()) return "filed_at: milliseconds since 1970";
    facts_.filed_at = WallTime(std::chrono::milliseconds(when->get<std::int64_t>()));
    const auto copy = json.find("copy");
    if (copy != json.end() && !copy->is_boolean()) return "copy: true or false";
    if (copy != json.end() && copy->get<bool>()) facts_.copy = receipts::Copy::Again;
    const auto large = json.find("large");
    if (large != json.end() && !large->is_boolean()) return "large: true or false";
    large_ = large != json.end() && large->get<bool>();
    return read_values(json);
  }
  [[nodiscard]] const receipts::Facts& facts() const { return facts_; }
  [[nodiscard]] bool large() const { return large_; }

 private:
  [[nodiscard]] std::optional<std::string> read_values(const Json& json) {
    const auto found = json.find("values");
    if (found != json.end() && !found->is_object()) return "values: an object of texts by field";
    if (found != json.end()) {
      for (const auto& item : found->items()) {
        if (!item.value().is_string()) return "values." + item.key() + ": a text";
        values_.emplace(item.key(), PersonalText(item.value().get_ref<const std::string&>()));
      }
    }
    facts_.values = &values_;
    return std::nullopt;
  }

  receipts::Facts facts_;
  services::Values values_;
  PersonalText secret_;
  bool large_ = false;
};

/// Everything that a receipt is made of, read once.
class Desk {
 public:
  /// Why there can be no receipt; nothing if there can.
  [[nodiscard]] std::optional<std::string> open(const Sources& sources) {
    const auto pack = services::read_pack(sources.city);
    if (!pack) return services::describe(pack.error());
    auto catalogue = services::parse_pack(*pack);
    if (!catalogue) return services::describe(catalogue.error());
    catalogue_ = std::move(*catalogue);
    if (auto wrong = sample_.read(sources.file, catalogue_)) return wrong;
    auto translations = Translations::load(sources.translations / "fa.mo");
    if (!translations) return "cannot read " + (sources.translations / "fa.mo").string();
    translations_ = std::move(*translations);
    auto fonts = text::Fonts::open(font_paths(sources.fonts));
    if (!fonts) return "cannot read " + fonts.error().file.string();
    fonts_.emplace(std::move(*fonts));
    return std::nullopt;
  }
  [[nodiscard]] Bitmap paper_for(const printer::Model& model) const {
    text::Engine engine(*fonts_);
    receipts::Paper paper{.width_dots = std::min(model.printable_dots(), 576),
                          .dots_per_inch = model.dots_per_inch};
    if (sample_.large()) paper.letters = receipts::LetterSize::Large;
    const receipts::Facts& facts = sample_.facts();
    return receipts::lay_out(receipts::compose(facts, translations_), facts.language, engine, *fonts_, paper)
        .dots;
  }

 private:
  services::Catalogue catalogue_;
  Sample sample_;
  Translations translations_;
  std::optional<text::Fonts> fonts_;
};

int write_files(const Sources& sources, const printer::Model& model, const Bitmap& paper) {
  const Bytes bytes = printer::encode_receipt(model, paper);
  if (!sources.png.empty() && !write_png(sources.png, paper))
    return refuse("cannot write " + sources.png.string());
  if (!sources.escpos.empty()) {
    std::ofstream file(sources.escpos, std::ios::binary);
    file << as_text(bytes);
    if (!file.flush()) return refuse("cannot write " + sources.escpos.string());
  }
  const double millimetres = paper.height() * 25.4 / model.dots_per_inch;
  std::printf("%d x %d dots, %.0f mm of paper, %zu bytes for %s %s\n", paper.width(), paper.height(),
              millimetres, bytes.size(), model.vendor.c_str(), model.name.c_str());
  return 0;
}

/// How it ended, in the words of the log.
int tell(const printer::PrintOutcome& outcome) {
  if (std::holds_alternative<printer::Printed>(outcome)) {
    std::printf("printed: the printer itself said so, after the cut\n");
    return 0;
  }
  if (const auto* failed = std::get_if<printer::NotPrinted>(&outcome)) {
    std::printf("not printed: %s\n", std::string(printer::staff_code(failed->fault)).c_str());
    return 1;
  }
  const auto& unknown = std::get<printer::Unknown>(outcome);
  if (unknown.reason == printer::UnknownReason::NoProof) {
    std::printf("please look: everything was taken without complaint, and this model can prove no more\n");
    return 0;
  }
  std::printf("please look: nobody knows%s\n",
              unknown.fault ? (", " + std::string(printer::staff_code(*unknown.fault))).c_str() : "");
  return 1;
}

int make(const Sources& sources) {
  constexpr std::chrono::seconds patience{20};  // as the kiosk has it
  Desk desk;
  if (const auto wrong = desk.open(sources)) return refuse(*wrong);
  const printer::Models models = load_models(sources.printers);
  std::optional<printer::Model> chosen;
  if (!sources.model.empty()) {
    const printer::Model* model = models.find(sources.model);
    if (model == nullptr) return refuse("no model '" + sources.model + "' in " + sources.printers.string());
    chosen = *model;
  }
  if (!sources.print) {
    const printer::Model model = chosen ? *chosen : models.match({}, 576);
    return write_files(sources, model, desk.paper_for(model));
  }
  return with_printer(models, chosen, [&](printer::ReceiptPrinter& printer, const printer::PrinterIdentity&) {
    const Bitmap paper = desk.paper_for(printer.model());
    if (const int failed = write_files(sources, printer.model(), paper)) return failed;
    return tell(printer.print(paper, patience));
  });
}

}  // namespace

void add_receipt(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand(
      "receipt",
      "Lays out a sample receipt: as a picture, as the bytes that a printer model is sent, and on paper");
  const std::string share = "/usr/share/pishkhan/";
  verb->add_option("file")->description("JSON: what the receipt says (kiosk/README.md)")->required();
  verb->add_option("--png")->description("where to put the picture");
  verb->add_option("--escpos")->description("where to put the bytes");
  verb->add_option("--model")->description(
      "a model by its file's name; otherwise that of the printer, or safe");
  verb->add_option("--city")->description("folder of the city's pack")->default_str(share + "city");
  verb->add_option("--translations")->description("folder with fa.mo")->default_str(share + "translations");
  verb->add_option("--fonts")->description("folder")->default_str(share + "fonts");
  add_printers_option(*verb);
  verb->add_flag("--print")->description("on the printer that is plugged in; says how it ended");
  verb->callback([verb, &exit_code] {
    const auto said = [verb](const char* option) { return verb->get_option(option)->as<std::string>(); };
    const auto path = [&](const char* option) {
      return verb->count(option) > 0 ? fs::path(said(option)) : fs::path();
    };
    exit_code = make({.file = said("file"),
                      .city = said("--city"),
                      .translations = said("--translations"),
                      .fonts = said("--fonts"),
                      .printers = said("--printers"),
                      .model = verb->count("--model") > 0 ? said("--model") : std::string(),
                      .png = path("--png"),
                      .escpos = path("--escpos"),
                      .print = verb->count("--print") > 0});
  });
}

}  // namespace pishkhan::tools
