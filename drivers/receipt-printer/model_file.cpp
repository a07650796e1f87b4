// From a model file to a Model: every field checked, the first that is wrong named.
#include "drivers/receipt-printer/model.h"

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace pishkhan::printer {

namespace {

using Json = nlohmann::json;
using Kind = ModelFault::Kind;

template <class Value>
struct Word {
  std::string_view word;
  Value value;
};

/// One object of the file. The first fault stays; later readings then change nothing.
class Section {
 public:
  Section(const Json& object, std::string path, std::optional<ModelFault>& fault)
      : object_(object), path_(std::move(path)), fault_(fault) {
    if (!object_.is_object()) refuse(Kind::WrongType, "", "an object");
  }

  void refuse(Kind kind, std::string_view field, std::string allowed) {
    if (fault_) return;
    std::string name = path_;
    if (!name.empty() && !field.empty()) name += '.';
    name += field;
    fault_ = ModelFault{kind, std::move(name), std::move(allowed)};
  }

  enum class Need : std::uint8_t { Must, May };
  [[nodiscard]] const Json* look(std::string_view field, Need need, std::string_view allowed) {
    seen_.emplace(field);
    if (fault_) return nullptr;
    const auto found = object_.find(field);
    if (found != object_.end()) return &*found;
    if (need == Need::Must) refuse(Kind::MissingField, field, std::string(allowed));
    return nullptr;
  }

  void number(std::string_view field, Need need, int& target, int least, int most) {
    const std::string allowed = std::to_string(least) + " to " + std::to_string(most);
    const Json* found = look(field, need, allowed);
    if (found == nullptr) return;
    if (!found->is_number_integer()) return refuse(Kind::WrongType, field, allowed);
    const auto value = found->is_number_unsigned() && found->get<std::uint64_t>() > INT32_MAX
                           ? std::int64_t{INT32_MAX}
                           : found->get<std::int64_t>();
    if (value < least || value > most) return refuse(Kind::WrongValue, field, allowed);
    target = static_cast<int>(value);
  }

  void text(std::string_view field, Need need, std::string& target) {
    constexpr std::size_t most = 80;
    const Json* found = look(field, need, "a text");
    if (found == nullptr) return;
    if (!found->is_string()) return refuse(Kind::WrongType, field, "a text");
    const auto& value = found->get_ref<const std::string&>();
    if (value.empty() || value.size() > most) return refuse(Kind::WrongValue, field, "1 to 80 bytes");
    target = value;
  }

  [[nodiscard]] std::optional<bool> yes_or_no(std::string_view field, Need need) {
    const Json* found = look(field, need, "true or false");
    if (found == nullptr) return std::nullopt;
    if (!found->is_boolean()) {
      refuse(Kind::WrongType, field, "true or false");
      return std::nullopt;
    }
    return found->get<bool>();
  }

  template <class Value>
  void word(std::string_view field, Need need, Value& target, std::initializer_list<Word<Value>> words) {
    std::string allowed;
    for (const auto& one : words) allowed += (allowed.empty() ? "" : ", ") + std::string(one.word);
    const Json* found = look(field, need, allowed);
    if (found == nullptr) return;
    if (!found->is_string()) return refuse(Kind::WrongType, field, allowed);
    for (const auto& one : words) {
      if (found->get_ref<const std::string&>() != one.word) continue;
      target = one.value;
      return;
    }
    refuse(Kind::WrongValue, field, allowed);
  }

  void usb_id(std::string_view field, std::optional<std::uint16_t>& target) {
    constexpr std::string_view allowed = "four hexadecimal digits";
    const Json* found = look(field, Need::May, allowed);
    if (found == nullptr) return;
    if (!found->is_string()) return refuse(Kind::WrongType, field, std::string(allowed));
    const auto& digits = found->get_ref<const std::string&>();
    const auto bytes = digits.size() == 4 ? from_hex(digits) : std::nullopt;
    if (!bytes) return refuse(Kind::WrongValue, field, std::string(allowed));
    target = static_cast<std::uint16_t>((*bytes)[0] << 8 | (*bytes)[1]);
  }

  /// Nothing may be left that nobody has asked for: a mistyped field must not be a silent default.
  void nothing_else() {
    if (fault_) return;
    for (const auto& item : object_.items()) {
      if (!seen_.contains(item.key())) return refuse(Kind::UnknownField, item.key(), "");
    }
  }

  [[nodiscard]] bool whole() const { return !fault_; }

 private:
  const Json& object_;
  std::string path_;
  std::optional<ModelFault>& fault_;
  std::set<std::string, std::less<>> seen_;
};

using Need = Section::Need;

void read_forms(Section& own, Model& model) {
  own.word<ProofOfPrint>("proof", Need::Must, model.proof,
                         {{"none", ProofOfPrint::None},
                          {"sensor-echo", ProofOfPrint::SensorEcho},
                          {"process-id", ProofOfPrint::ProcessIdEcho}});
  own.word<StatusForm>("status", Need::Must, model.status,
                       {{"none", StatusForm::None},
                        {"port-status", StatusForm::PortStatus},
                        {"dle-eot", StatusForm::RealTime1To4},
                        {"full-status", StatusForm::FullStatus}});
  own.word<ResetForm>("reset", Need::May, model.reset,
                      {{"soft-reset", ResetForm::SoftReset}, {"dle-dc4", ResetForm::DleDc4}});
  own.word<RasterForm>("raster", Need::May, model.raster,
                       {{"gs-v-0", RasterForm::GsV0}, {"graphics", RasterForm::Graphics}});
  own.word<CutForm>("cut", Need::Must, model.cut,
                    {{"feed-then-full", CutForm::FeedThenFull},
                     {"feed-then-partial", CutForm::FeedThenPartial},
                     {"full", CutForm::Full},
                     {"partial", CutForm::Partial},
                     {"esc-i", CutForm::EscI},
                     {"esc-m", CutForm::EscM},
                     {"none", CutForm::None}});
  own.word<BlankRows>("blank_rows", Need::May, model.blank_rows,
                      {{"raster", BlankRows::Raster}, {"feed", BlankRows::Feed}});
  const auto near_end = own.yes_or_no("near_end_sensor", Need::May);
  if (near_end) model.near_end = *near_end ? NearEndSensor::Present : NearEndSensor::Absent;
}

void read_presenter(Section& own, Model& model, std::optional<ModelFault>& fault) {
  const Json* found = own.look("presenter", Need::May, "");
  if (found == nullptr) return;
  Presenter presenter;
  Section section(*found, "pishkhan.presenter", fault);
  section.number("steps", Need::Must, presenter.steps, 1, 255);
  section.word<Presenter::Untaken>(
      "untaken", Need::Must, presenter.untaken,
      {{"retract", Presenter::Untaken::Retract}, {"eject", Presenter::Untaken::Eject}});
  section.nothing_else();
  if (section.whole() && model.status != StatusForm::FullStatus) {
    section.refuse(Kind::WrongValue, "",
                   "only with \"status\": \"full-status\", which tells what is in the mouth");
  }
  model.presenter = presenter;
}

void read_matches(Section& own, Model& model, std::optional<ModelFault>& fault) {
  constexpr std::size_t most = 64;
  const Json* found = own.look("match", Need::May, "");
  if (found == nullptr) return;
  if (!found->is_array()) return own.refuse(Kind::WrongType, "match", "a list");
  if (found->size() > most) return own.refuse(Kind::WrongValue, "match", "at most 64");
  for (std::size_t i = 0; i < found->size() && !fault; ++i) {
    Section section((*found)[i], "pishkhan.match." + std::to_string(i), fault);
    ModelMatch match;
    section.usb_id("vendor_id", match.vendor_id);
    section.usb_id("product_id", match.product_id);
    section.text("manufacturer", Need::May, match.manufacturer);
    section.text("model", Need::May, match.model);
    section.nothing_else();
    if (match.product_id && !match.vendor_id) section.refuse(Kind::MissingField, "vendor_id", "");
    if (section.whole() && match == ModelMatch{}) section.refuse(Kind::MissingField, "", "at least one field");
    model.matches.push_back(std::move(match));
  }
}

void read_own(Section& top, Model& model, std::optional<ModelFault>& fault) {
  const Json* found = top.look("pishkhan", Need::Must, "an object");
  if (found == nullptr) return;
  Section own(*found, "pishkhan", fault);
  own.number("buffer_bytes", Need::Must, model.buffer_bytes, 2048, 1 << 20);
  own.number("margin_left_dots", Need::May, model.margin_left_dots, 0, 200);
  own.number("margin_right_dots", Need::May, model.margin_right_dots, 0, 200);
  own.number("cut_distance_rows", Need::Must, model.cut_distance_rows, 0, 1000);
  own.number("feed_before_cut_rows", Need::May, model.feed_before_cut_rows, 0, 255);
  read_forms(own, model);
  read_presenter(own, model, fault);
  read_matches(own, model, fault);
  own.nothing_else();
}

/// What escpos-printer-db says may not contradict what we are about to send.
void check_features(Section& top, const Model& model, std::optional<ModelFault>& fault) {
  const Json* found = top.look("features", Need::May, "");
  if (found == nullptr) return;
  Section features(*found, "features", fault);
  const auto needs = [&](const char* feature, bool used) {
    const auto there = features.yes_or_no(feature, Need::May);
    if (there && !*there && used)
      features.refuse(Kind::WrongValue, feature, "true, since \"pishkhan\" uses it");
  };
  const bool full =
      model.cut == CutForm::FeedThenFull || model.cut == CutForm::Full || model.cut == CutForm::EscI;
  needs("bitImageRaster", model.raster == RasterForm::GsV0);
  needs("graphics", model.raster == RasterForm::Graphics);
  needs("paperFullCut", full);
  needs("paperPartCut", !full && model.cut != CutForm::None);
}

}  // namespace

Result<Model, ModelFault> parse_model(std::string_view id, std::string_view json) {
  const Json parsed = Json::parse(json.begin(), json.end(), nullptr, false);
  if (parsed.is_discarded()) return fail(ModelFault{Kind::Syntax, "", "JSON (RFC 8259)"});
  std::optional<ModelFault> fault;
  Model model;
  model.id = id;
  Section top(parsed, "", fault);
  top.text("vendor", Need::Must, model.vendor);
  top.text("name", Need::Must, model.name);
  if (const Json* media = top.look("media", Need::Must, "an object")) {
    Section section(*media, "media", fault);
    section.number("dpi", Need::Must, model.dots_per_inch, 100, 255);
    if (const Json* width = section.look("width", Need::Must, "an object")) {
      Section(*width, "media.width", fault).number("pixels", Need::Must, model.dots_per_line, 128, 2048);
    }
  }
  read_own(top, model, fault);
  check_features(top, model, fault);
  if (!fault && model.printable_dots() < 128) {
    top.refuse(Kind::WrongValue, "pishkhan.margin_left_dots", "at least 128 dots are left to print on");
  }
  if (fault) return fail(*fault);
  return model;
}

}  // namespace pishkhan::printer
