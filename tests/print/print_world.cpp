#include "tests/print/print_world.h"

#include "drivers/receipt-printer/shipped_models_test.h"

#include <algorithm>
#include <utility>

namespace pishkhan::print_rig {

using printer::Model;

simulated::PrinterSetup printer_of(const Model& model) {
  const bool kiosk_printer = model.status == printer::StatusForm::FullStatus;
  simulated::PrinterSetup setup;
  setup.width_dots = model.dots_per_line;
  setup.dots_per_inch = model.dots_per_inch;
  setup.head_to_cutter_dots = model.cut_distance_rows;
  setup.buffer_bytes = static_cast<std::size_t>(model.buffer_bytes);
  if (kiosk_printer) setup.dialect = simulated::Dialect::Custom;
  return setup;
}

const std::vector<Model>& models() {
  static const std::vector<Model> all = [] {
    std::vector<Model> made = printer::test::shipped_models().all();
    const auto vary = [&made](const char* from, const char* id, auto&& change) {
      Model model = printer::test::shipped(from);
      model.id = id;
      change(model);
      made.push_back(std::move(model));
    };
    vary("epson-tm-t20", "t20 with graphics and a full cut", [](Model& model) {
      model.raster = printer::RasterForm::Graphics;
      model.cut = printer::CutForm::FeedThenFull;
      model.feed_before_cut_rows = 20;
    });
    vary("epson-tm-t20", "t20 without feeds, cut where it is", [](Model& model) {
      model.blank_rows = printer::BlankRows::Raster;
      model.cut = printer::CutForm::Partial;
      model.reset = printer::ResetForm::SoftReset;
    });
    vary("safe", "safe with the port's status", [](Model& model) {
      model.status = printer::StatusForm::PortStatus;
      model.cut = printer::CutForm::EscM;
    });
    vary("safe-58", "safe without any status", [](Model& model) {
      model.status = printer::StatusForm::None;
      model.blank_rows = printer::BlankRows::Feed;
    });
    return made;
  }();
  return all;
}

bool shows(const simulated::Strip& strip, const Bitmap& receipt, const Model& model) {
  const Bitmap& paper = strip.dots;
  const int top = strip.top_margin_rows;
  if (paper.height() < top + receipt.height()) return false;
  if (model.margin_left_dots % 8 != 0) return false;  // no model has such a margin
  const auto left = static_cast<std::size_t>(model.margin_left_dots / 8);
  const auto blank = [](std::uint8_t byte) { return byte == 0; };
  for (int y = 0; y < paper.height(); ++y) {
    const ByteView row = paper.row(y);
    if (y < top || y >= top + receipt.height()) {
      if (!std::ranges::all_of(row, blank)) return false;
      continue;
    }
    const ByteView wanted = receipt.row(y - top);
    const bool right = std::ranges::all_of(row.first(left), blank) &&
                       std::ranges::equal(row.subspan(left, wanted.size()), wanted) &&
                       std::ranges::all_of(row.subspan(left + wanted.size()), blank);
    if (!right) return false;
  }
  return true;
}

PrintWorld::PrintWorld(const Model& model, Plan plan, int rows_per_second)
    : model_(model), device_(clock_, [&] {
        simulated::PrinterSetup setup = printer_of(model);
        setup.rows_per_second = rows_per_second;
        return setup;
      }()) {
  device_.run_in(clock_);
  connect(plan);
}

void PrintWorld::connect(Plan plan) {
  driver_.reset();
  link_.reset();
  link_ = std::make_unique<FaultyLink>(device_.connect().value(), device_, clock_, plan);
  driver_.emplace(*link_, clock_, random_, model_);
}

printer::PrintOutcome PrintWorld::print(const Bitmap& receipt, std::chrono::milliseconds within) {
  return driver_->print(receipt, within);
}

void PrintWorld::mend() {
  device_.set_paper(simulated::Paper::Full);
  device_.set_cover(simulated::Cover::Closed);
  device_.set_cutter(simulated::Cutter::Working);
  device_.set_head(simulated::Head::Ready);
  if (device_.view().mouth == simulated::Mouth::Jammed) device_.take_receipt();
  device_.set_speech(simulated::Speech::Talking);
  device_.plug_in();
  link_->mend();
  // A transport that is gone, or a program that died, is followed by a new one.
  const usb::ControlSetup get_port_status{.request_type = 0xA1, .request = 1, .value = 0, .index = 0};
  if (!link_->control_in(get_port_status, 1, std::chrono::milliseconds(10))) connect({});
}

bool PrintWorld::came_out(const Bitmap& receipt) {
  const auto strips = device_.strips();
  return std::ranges::any_of(strips,
                             [&](const simulated::Strip& strip) { return shows(strip, receipt, model_); });
}

bool PrintWorld::came_out_last(const Bitmap& receipt) {
  const auto strips = device_.strips();
  return !strips.empty() && shows(strips.back(), receipt, model_);
}

std::string complaints_of(simulated::SimulatedPrinter& printer) {
  using Kind = simulated::Report::Kind;
  std::string text;
  for (const simulated::Report& report : printer.reports()) {
    if (report.kind == Kind::RealTimeInsideData) continue;
    text += " kind " + std::to_string(static_cast<int>(report.kind)) + " at " + std::to_string(report.offset) +
            ": " + to_hex(report.bytes) + ";";
  }
  return text;
}

bool printed_letters(simulated::SimulatedPrinter& printer) {
  const auto reports = printer.reports();
  return std::ranges::any_of(
      reports, [](const simulated::Report& report) { return report.kind == simulated::Report::Kind::Text; });
}

}  // namespace pishkhan::print_rig
