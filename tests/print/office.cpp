#include "tests/print/office.h"

#include "base/core/ensure.h"
#include "base/services/loader.h"

#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

namespace pishkhan::print_rig {

namespace {

std::string without_star(std::string text) {
  if (!text.empty() && text.back() == '*') text.pop_back();
  return text;
}

/// What a printer of that model says of itself.
simulated::PrinterName name_of(const printer::Model& model) {
  simulated::PrinterName name;
  for (const printer::ModelMatch& match : model.matches) {
    if (match.vendor_id) name.vendor_id = *match.vendor_id;
    if (match.product_id) name.product_id = *match.product_id;
    if (!match.manufacturer.empty()) name.manufacturer = without_star(match.manufacturer);
    if (!match.model.empty()) name.model = without_star(match.model);
  }
  return name;
}

}  // namespace

Plugged shipped_printer(std::string_view id, int rows_per_second) {
  return {printer::test::shipped(id), rows_per_second};
}

/// Leads to the printer that was plugged in last.
class Office::Cable final : public workers::DevicePort {
 public:
  void lead_to(simulated::SimulatedPrinter* printer) {
    const std::scoped_lock lock(mutex_);
    printer_ = printer;
    if (changed_) changed_();
  }
  Result<std::unique_ptr<usb::Transport>, usb::TransferFault> connect() override {
    const std::scoped_lock lock(mutex_);
    if (printer_ == nullptr) return fail(usb::TransferFault::Unplugged);
    return printer_->connect();
  }
  void on_change(std::function<void()> changed) override {
    const std::scoped_lock lock(mutex_);
    changed_ = std::move(changed);
  }

 private:
  std::mutex mutex_;
  simulated::SimulatedPrinter* printer_ = nullptr;
  std::function<void()> changed_;
};

Office::Office(std::optional<Plugged> printer) : cable_(std::make_unique<Cable>()) {
  const std::filesystem::path assets = PISHKHAN_ASSETS;
  const auto pack = services::read_pack(assets / "cities/shahr-e-nemuneh");
  ENSURE(pack.has_value(), "the sample city");
  catalogue_ = services::parse_pack(*pack).value();
  translations_ = Translations::load(std::filesystem::path(PISHKHAN_TRANSLATIONS) / "fa.mo").value();
  if (printer) plug_in(*printer);
  restart();
}

void Office::restart() {
  worker_.reset();
  workers::PrinterWorker::Setup setup;
  setup.port = cable_.get();
  setup.models = &printer::test::shipped_models();
  setup.fonts = text::default_font_paths(PISHKHAN_ASSETS);
  setup.translations = &translations_;
  setup.clock = &clock_;
  setup.events = &events_;
  setup.status_interval = std::chrono::milliseconds(20);
  worker_ = std::make_unique<workers::PrinterWorker>(std::move(setup));
}

Office::~Office() {
  worker_.reset();
}

void Office::plug_in(const Plugged& printer) {
  simulated::PrinterSetup setup = printer_of(printer.model);
  setup.rows_per_second = printer.rows_per_second;
  setup.name = name_of(printer.model);
  devices_.push_back(std::make_unique<simulated::SimulatedPrinter>(clock_, setup));
  models_.push_back(printer.model);
  cable_->lead_to(devices_.back().get());
}

void Office::print(std::uint64_t visit) {
  visit::effect::Print job;
  job.visit = visit;
  job.catalogue = &catalogue_;
  job.service = catalogue_.service("complaint-137");
  job.values.emplace("topic", PersonalText("pothole"));
  job.values.emplace("address", PersonalText("خیابان آزادی"));
  job.request.sequence = visit;
  // Every visit's receipt is another one, from the first line on.
  job.request.tracking_code = std::to_string(10'420'100'000'000 + static_cast<std::int64_t>(visit) * 97);
  job.request.filed_at = WallTime(std::chrono::milliseconds(1'795'430'000'000));
  job.request.receipt_secret = PersonalText("12345678");
  job.request.statement = "PKQ1:" + std::string(300, 'A');
  worker_->print(std::move(job));
}

Printing Office::await_print(std::uint64_t visit) {
  const auto laid_out = await<visit::event::ReceiptLaidOut>();
  const auto ended = await<visit::event::PrintEnded>();
  ENSURE(laid_out && ended && laid_out->visit == visit && ended->visit == visit && ended->sequence == visit,
         "each job has both answers, and they are its own");
  return {ended->outcome, ended->staff_code, laid_out->paper};
}

bool Office::await_printer(bool ready, std::string_view code) {
  for (int changes = 0; changes < 20; ++changes) {
    const auto changed = await<visit::event::PrinterChanged>();
    if (!changed) return false;
    if (changed->ready == ready && (code.empty() || changed->staff_code == code)) return true;
  }
  return false;
}

bool Office::eventually(const std::function<bool()>& condition) const {
  const SystemClock real;
  const SteadyTime end = real.steady() + std::chrono::seconds(10);
  while (!condition()) {
    if (real.steady() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

bool Office::shows(const simulated::Strip& strip, const Bitmap& paper) const {
  return print_rig::shows(strip, paper, models_.back());
}

bool Office::on_paper(const Bitmap& paper) {
  const auto strips = printer().strips();
  return !strips.empty() && shows(strips.back(), paper);
}

std::string Office::complaints() {
  return complaints_of(printer());
}

bool Office::printed_letters() {
  return print_rig::printed_letters(printer());
}

}  // namespace pishkhan::print_rig
