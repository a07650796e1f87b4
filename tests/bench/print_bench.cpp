#include "tests/bench/print_bench.h"

#include "base/core/png.h"
#include "base/core/translations.h"
#include "base/services/loader.h"
#include "drivers/receipt-printer/bands.h"
#include "drivers/simulated/simulated_printer.h"
#include "drivers/usb/forwarding_transport.h"
#include "kiosk/receipts/receipt.h"
#include "kiosk/workers/printer_worker.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <vector>

namespace pishkhan::bench {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double head_millimetres_per_second = 200;
constexpr double dots_per_millimetre = 8;  // 203 dpi

struct Middle {
  double p50_ms = 0;
  double p99_ms = 0;
};

Middle middle(std::vector<double> times) {
  if (times.empty()) return {};
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[std::min(times.size() - 1, times.size() * 99 / 100)]};
}

template <class Work>
double milliseconds(Work&& work) {
  const auto begun = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

/// All that a receipt is made of, as the printer's thread has it.
struct Desk {
  services::Catalogue catalogue;
  Translations translations;
  std::optional<text::Fonts> fonts;
  printer::Models models;

  [[nodiscard]] bool open() {
    const fs::path assets = PISHKHAN_ASSETS;
    const auto pack = services::read_pack(assets / "cities/shahr-e-nemuneh");
    if (!pack) return false;
    auto parsed = services::parse_pack(*pack);
    auto words = Translations::load(fs::path(PISHKHAN_TRANSLATIONS) / "fa.mo");
    auto opened = text::Fonts::open(text::default_font_paths(assets));
    if (!parsed || !words || !opened) return false;
    catalogue = std::move(*parsed);
    translations = std::move(*words);
    fonts.emplace(std::move(*opened));
    models = printer::Models::load(assets / "printers");
    return models.find("epson-tm-t20") != nullptr;
  }
  [[nodiscard]] visit::effect::Print job(std::uint64_t visit) const {
    visit::effect::Print job;
    job.visit = visit;
    job.catalogue = &catalogue;
    job.service = catalogue.service("complaint-137");
    job.values.emplace("topic", PersonalText("pothole"));
    job.values.emplace("district", PersonalText("d6"));
    job.values.emplace("address", PersonalText("خیابان آزادی، نبش کوچهٔ ۱۲"));
    job.values.emplace("mobile", PersonalText("09123456789"));
    job.request.sequence = visit;
    job.request.tracking_code = "10420100000175";
    job.request.filed_at = WallTime(std::chrono::milliseconds(1'795'430'000'000));
    job.request.receipt_secret = PersonalText("12345678");
    job.request.statement = "PKQ1:" + std::string(390, 'A');
    return job;
  }
};

struct OurTimes {
  Middle layout;  ///< words, lines, letters, dots
  Middle encode;  ///< dots to bytes
  Bitmap paper;
  std::size_t bytes = 0;
};

OurTimes measure_ours(const Desk& desk, int rounds) {
  const visit::effect::Print job = desk.job(1);
  receipts::Facts facts;
  facts.catalogue = job.catalogue;
  facts.service = job.service;
  facts.values = &job.values;
  facts.tracking_code = job.request.tracking_code;
  facts.receipt_secret = &job.request.receipt_secret;
  facts.filed_at = job.request.filed_at;
  facts.statement = job.request.statement;
  text::Engine engine(*desk.fonts);
  const printer::Model& model = *desk.models.find("epson-tm-t20");
  OurTimes ours;
  std::vector<double> layouts;
  std::vector<double> encodings;
  for (int round = 0; round < rounds; ++round) {
    layouts.push_back(milliseconds([&] {
      ours.paper = receipts::lay_out(receipts::compose(facts, desk.translations), Language::Persian, engine,
                                     *desk.fonts, {.width_dots = model.printable_dots()})
                       .dots;
    }));
    engine.forget();  // as the printer's thread does: the next citizen's letters are not in any cache
    encodings.push_back(milliseconds([&] { ours.bytes = printer::encode_receipt(model, ours.paper).size(); }));
  }
  ours.layout = middle(std::move(layouts));
  ours.encode = middle(std::move(encodings));
  return ours;
}

/// When the first band of dots of a job came: what is written begins with GS v 0.
class WatchedTransport final : public usb::ForwardingTransport {
 public:
  WatchedTransport(std::unique_ptr<usb::Transport> inner, std::atomic<Clock::rep>& first_band)
      : ForwardingTransport(std::move(inner)), first_band_(first_band) {}
  Result<std::size_t, usb::TransferFault> bulk_out(ByteView data, Timeout timeout) override {
    if (first_band_ == 0 && data.size() > 8 && data[0] == 0x1D && data[1] == 'v')
      first_band_ = Clock::now().time_since_epoch().count();
    return inner().bulk_out(data, timeout);
  }

 private:
  std::atomic<Clock::rep>& first_band_;
};

class WatchedPort final : public workers::DevicePort {
 public:
  explicit WatchedPort(simulated::SimulatedDevice& device) : device_(device) {}
  Result<std::unique_ptr<usb::Transport>, usb::TransferFault> connect() override {
    auto transport = device_.connect();
    if (!transport) return transport;
    return std::unique_ptr<usb::Transport>(new WatchedTransport(std::move(*transport), first_band));
  }
  std::atomic<Clock::rep> first_band{0};

 private:
  simulated::SimulatedDevice& device_;
};

/// From posting the print effect to the first band, on the printer's real thread; the simulated printer answers
/// at once, so that this is our part. Nothing if it does not come to that.
std::optional<Middle> measure_first_band(const Desk& desk, int rounds) {
  const SystemClock clock;
  simulated::SimulatedPrinter device(clock, {.head_to_cutter_dots = 0, .name = simulated::tm_t20_name()});
  WatchedPort port(device);
  Mailbox<visit::Event> events(4096);
  workers::PrinterWorker::Setup setup;
  setup.port = &port;
  setup.models = &desk.models;
  setup.fonts = text::default_font_paths(PISHKHAN_ASSETS);
  setup.translations = &desk.translations;
  setup.clock = &clock;
  setup.events = &events;
  workers::PrinterWorker worker(std::move(setup));
  const auto await_end = [&events] {
    for (;;) {
      const auto event = events.take({}, std::chrono::seconds(20));
      if (!event) return false;
      const auto* ended = std::get_if<visit::event::PrintEnded>(&*event);
      if (ended != nullptr) return ended->outcome == visit::PrintOutcome::Printed;
    }
  };
  std::vector<double> times;
  for (int round = -1; round < rounds; ++round) {  // the first one finds the printer at an unknown place
    port.first_band = 0;
    const auto begun = Clock::now();
    worker.print(desk.job(static_cast<std::uint64_t>(round + 2)));
    if (!await_end()) return std::nullopt;
    const Clock::time_point first{Clock::duration(port.first_band.load())};
    if (round >= 0) times.push_back(std::chrono::duration<double, std::milli>(first - begun).count());
    static_cast<void>(device.take_strips());
  }
  return middle(std::move(times));
}

struct OtherTimes {
  std::string version;
  Middle encode;
  std::size_t bytes = 0;
};

std::optional<std::string> run(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string out;
  char chunk[512];
  while (std::fgets(chunk, sizeof chunk, pipe) != nullptr) out += chunk;
  return ::pclose(pipe) == 0 ? std::optional(out) : std::nullopt;
}

/// receiptline for the same picture, which it is given as PNG, as it wants them.
std::optional<OtherTimes> measure_receiptline(const Bitmap& paper, int rounds) {
  const std::string script =
      std::string("node ") + PISHKHAN_RECEIPTLINE_SCRIPT + " " + PISHKHAN_NPM_MODULES + " ";
  const auto version = run(script + "version");
  if (!version) return std::nullopt;
  std::string folder = (fs::temp_directory_path() / "pishkhan-print-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return std::nullopt;
  const fs::path png = fs::path(folder) / "receipt.png";
  const fs::path stream = fs::path(folder) / "receipt.bin";
  OtherTimes other{.version = version->substr(0, version->find('\n')), .encode = {}, .bytes = 0};
  if (write_png(png, paper)) {
    const auto told =
        run(script + "picture " + png.string() + " " + stream.string() + " " + std::to_string(rounds));
    std::istringstream lines(told.value_or(""));
    std::vector<double> times;
    for (double time = 0; lines >> time;) times.push_back(time);
    other.encode = middle(std::move(times));
    std::error_code ignored;
    other.bytes = fs::file_size(stream, ignored);
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return other;
}

}  // namespace

int report_print(const PrintReport& report) {
  Desk desk;
  if (!desk.open()) {
    std::fprintf(stderr, "pishkhan-bench: assets or translations are missing\n");
    return 1;
  }
  const OurTimes ours = measure_ours(desk, report.rounds);
  const auto first_band = measure_first_band(desk, std::min(report.rounds, 50));
  if (!first_band) {
    std::fprintf(stderr, "pishkhan-bench: the receipt was not printed\n");
    return 1;
  }
  const auto other = measure_receiptline(ours.paper, std::min(report.rounds, 50));
  const double head_ms = ours.paper.height() / dots_per_millimetre / head_millimetres_per_second * 1000;
  std::printf("a receipt of %d x %d dots, %d rounds %25s %10s\n", ours.paper.width(), ours.paper.height(),
              report.rounds, "p50 ms", "p99 ms");
  std::printf("%-56s %10.3f %10.3f\n", "layout and raster: words to dots, caches cold", ours.layout.p50_ms,
              ours.layout.p99_ms);
  std::printf("%-56s %10.3f %10.3f  (%zu bytes)\n", "encode: dots to bytes", ours.encode.p50_ms,
              ours.encode.p99_ms, ours.bytes);
  std::printf("%-56s %10.3f %10.3f\n", "print effect to first band, printer ready", first_band->p50_ms,
              first_band->p99_ms);
  std::printf("%-56s %10.1f\n", "a head of 200 mm/s takes for the same length", head_ms);
  std::printf("%-56s %10.0f\n", "  head / encode", head_ms / ours.encode.p50_ms);
  std::printf("%-56s %10.1f\n", "  head / (layout and encode)",
              head_ms / (ours.layout.p50_ms + ours.encode.p50_ms));
  nlohmann::ordered_json json{{"rows", ours.paper.height()},
                              {"bytes", ours.bytes},
                              {"layout_ms", {{"p50", ours.layout.p50_ms}, {"p99", ours.layout.p99_ms}}},
                              {"encode_ms", {{"p50", ours.encode.p50_ms}, {"p99", ours.encode.p99_ms}}},
                              {"first_band_ms", {{"p50", first_band->p50_ms}, {"p99", first_band->p99_ms}}},
                              {"head_ms", head_ms},
                              {"head_over_encode", head_ms / ours.encode.p50_ms}};
  if (other) {
    std::printf("%-56s %10.3f %10.3f  (%zu bytes)\n",
                ("receiptline " + other->version + ", the same picture").c_str(), other->encode.p50_ms,
                other->encode.p99_ms, other->bytes);
    std::printf("%-56s %10.0f\n", "  receiptline / our encode", other->encode.p50_ms / ours.encode.p50_ms);
    json["receiptline"] = {{"version", other->version},
                           {"p50_ms", other->encode.p50_ms},
                           {"p99_ms", other->encode.p99_ms},
                           {"bytes", other->bytes}};
  } else {
    std::printf(
        "receiptline is not installed, so it was not measured: npm install --prefix build/peers receiptline\n");
  }
  if (!report.json.empty()) std::ofstream(report.json) << json.dump(2) << '\n';
  return 0;
}

}  // namespace pishkhan::bench
