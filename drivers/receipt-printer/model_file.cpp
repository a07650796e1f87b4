// From a model file to a Model: every field checked, the first that is wrong named.
#include "drivers/receipt-printer/model.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace pishkhan::printer {

namespace {

using Json = nlohmann::json;
using Kind = DataFault::Kind;
using Need = StrictObject::Need;

void read_forms(StrictObject& own, Model& model) {
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

void read_presenter(StrictObject& own, Model& model, std::optional<DataFault>& fault) {
  const Json* found = own.look("presenter", Need::May, "");
  if (found == nullptr) return;
  Presenter presenter;
  StrictObject section(*found, "pishkhan.presenter", fault);
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

void read_matches(StrictObject& own, Model& model, std::optional<DataFault>& fault) {
  constexpr std::size_t most = 64;
  const Json* found = own.list("match", Need::May, 0, most);
  if (found == nullptr) return;
  for (std::size_t i = 0; i < found->size() && !fault; ++i) {
    StrictObject section((*found)[i], "pishkhan.match." + std::to_string(i), fault);
    ModelMatch match;
    section.sixteen_bits("vendor_id", Need::May, match.vendor_id);
    section.sixteen_bits("product_id", Need::May, match.product_id);
    section.text("manufacturer", Need::May, match.manufacturer);
    section.text("model", Need::May, match.model);
    section.nothing_else();
    if (match.product_id && !match.vendor_id) section.refuse(Kind::MissingField, "vendor_id", "");
    if (section.whole() && match == ModelMatch{}) section.refuse(Kind::MissingField, "", "at least one field");
    model.matches.push_back(std::move(match));
  }
}

void read_own(StrictObject& top, Model& model, std::optional<DataFault>& fault) {
  const Json* found = top.look("pishkhan", Need::Must, "an object");
  if (found == nullptr) return;
  StrictObject own(*found, "pishkhan", fault);
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
void check_features(StrictObject& top, const Model& model, std::optional<DataFault>& fault) {
  const Json* found = top.look("features", Need::May, "");
  if (found == nullptr) return;
  StrictObject features(*found, "features", fault);
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

Result<Model, DataFault> parse_model(std::string_view id, std::string_view json) {
  const Json parsed = Json::parse(json.begin(), json.end(), nullptr, false);
  if (parsed.is_discarded()) return fail(DataFault{Kind::Syntax, "", "JSON (RFC 8259)"});
  std::optional<DataFault> fault;
  Model model;
  model.id = id;
  StrictObject top(parsed, "", fault);
  top.text("vendor", Need::Must, model.vendor);
  top.text("name", Need::Must, model.name);
  if (const Json* media = top.look("media", Need::Must, "an object")) {
    StrictObject section(*media, "media", fault);
    section.number("dpi", Need::Must, model.dots_per_inch, 100, 255);
    if (const Json* width = section.look("width", Need::Must, "an object")) {
      StrictObject(*width, "media.width", fault).number("pixels", Need::Must, model.dots_per_line, 128, 2048);
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
