#include "kiosk/demo/tour.h"

#include "base/core/png.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

namespace pishkhan::demo {

namespace fs = std::filesystem;

namespace {

/// The strip is the picture, below the blank lead that lay between head and knife, and nothing else.
bool same_dots(const simulated::Strip& strip, const Bitmap& picture) {
  const Bitmap& paper = strip.dots;
  if (paper.width() != picture.width() || paper.height() < strip.top_margin_rows + picture.height())
    return false;
  for (int y = 0; y < paper.height(); ++y) {
    const int row = y - strip.top_margin_rows;
    const bool inside = row >= 0 && row < picture.height();
    const ByteView dots = paper.row(y);
    const bool same = inside ? std::ranges::equal(dots, picture.row(row))
                             : std::ranges::all_of(dots, [](std::uint8_t byte) { return byte == 0; });
    if (!same) return false;
  }
  return true;
}

/// Dots may look like a real-time command, which the printer obeys and tells; nothing else may be.
bool no_complaint(const std::vector<simulated::Report>& reports) {
  return std::ranges::all_of(reports, [](const simulated::Report& report) {
    return report.kind == simulated::Report::Kind::RealTimeInsideData;
  });
}

}  // namespace

fs::path Tour::sample_city() {
  return fs::path(PISHKHAN_ASSETS) / "cities/shahr-e-nemuneh";
}

fs::path Tour::second_city() {
  return fs::path(PISHKHAN_ASSETS).parent_path() / "base/services/testdata/second-city";
}

/// Each city has its own backend. Two machines with the enrolment of one would be one machine whose disk was
/// put back to an older state, and the backend's word about the other's chain takes it out of service.
std::unique_ptr<CityBackend> Tour::start_backend(const char* name, const fs::path& city_pack) const {
  auto backend = CityBackend::start({setup_.programs, setup_.folder / name, city_pack});
  if (backend) return std::move(*backend);
  std::fprintf(stderr, "tour: the backend does not start (see %s)\n", (setup_.folder / name).c_str());
  return nullptr;
}

bool Tour::run() {
  std::error_code error;
  fs::create_directories(setup_.target, error);
  fs::create_directories(setup_.folder, error);
  backend_ = start_backend("backend", sample_city());
  second_backend_ = start_backend("second-backend", second_city());
  if (backend_ == nullptr || second_backend_ == nullptr) return false;
  bool whole = start_machine({.name = "main", .backend = backend_.get(), .city_pack = sample_city()});
  for (const Language language : {Language::Persian, Language::English}) {
    whole = whole && complaint(language) && large_text_and_contrast(language) && without_network(language) &&
            without_paper(language) && cover_open(language) && track(language) && not_found(language) &&
            idle_and_end(language) && recovered_after_power_cut(language);
  }
  for (const Language language : {Language::Persian, Language::English})
    whole = whole && narrow_paper(language);
  for (const Language language : {Language::Persian, Language::English})
    whole = whole && followed_offline(language) && found_invalid(language);
  whole = whole && closed_by_city();
  // Every request of this machine is at the backend before its listing is written.
  const auto opened = [this] {
    const auto listing = nlohmann::json::parse(backend_->requests_json(), nullptr, false);
    return listing.is_object() && listing.value("requests", nlohmann::json::array()).size() >= receipts_.size();
  };
  whole = whole && step("all requests opened at the backend", robot_->wait_for(opened));
  const std::string requests = backend_->requests_json();
  stop_machine();
  for (const Language language : {Language::Persian, Language::English})
    whole = whole && identified(language) && refused(language);
  whole = whole && out_of_service();
  stop_machine();
  backend_.reset();
  second_backend_.reset();
  return write_listing(requests) && whole;
}

bool Tour::start_machine(const MachineSetup& wanted) {
  stop_machine();
  Machine::Setup setup;
  CityBackend& backend = wanted.backend != nullptr ? *wanted.backend : *backend_;
  setup.folder = setup_.folder / wanted.name;
  setup.city_pack = wanted.city_pack;
  setup.keys = wanted.enrolled == Enrolled::Yes ? backend.kiosk_keys() : setup_.folder / "no-keys";
  setup.network = &backend.network();
  setup.cards = &backend.cards();
  setup.paper_width_dots = wanted.paper_width_dots;
  machine_ = std::make_unique<Machine>(std::move(setup));
  if (wanted.keep_free_mebibytes) machine_->config().keep_free_mebibytes = *wanted.keep_free_mebibytes;
  if (auto fault = machine_->switch_on()) {
    std::fprintf(stderr, "tour: the kiosk does not start: %s\n", fault->what.c_str());
    return false;
  }
  robot_ = std::make_unique<Robot>(machine_->kiosk());
  robot_->settle();
  // The printer and the reader have been seen.
  return robot_->wait_for([this] {
    const auto& around = machine_->kiosk().state().around;
    return around.printer_ready && around.reader_present;
  });
}

void Tour::stop_machine() {
  robot_.reset();
  machine_.reset();
}

bool Tour::step(const char* what, bool done) {
  if (!done) {
    std::fprintf(stderr, "tour: %s (%s): could not %s\n", visit_.c_str(), tag(language_).data(), what);
    static_cast<void>(robot_ != nullptr && robot_->shoot(setup_.target / "failed.png"));
  }
  return done;
}

bool Tour::shot(const std::string& name) {
  const std::string file =
      visit_ + "-" + std::string(tag(language_)) + "-" + (name.empty() ? "screen" : name) + ".png";
  if (!step("take a picture", robot_->shoot(setup_.target / file))) return false;
  shots_.push_back({visit_, name, std::string(tag(language_)), file});
  return true;
}

/// The strip that came out of the printer, and the bytes that made it.
bool Tour::keep_receipt() {
  const auto strips = machine_->printer().take_strips();
  const Bytes bytes = machine_->printer_bytes();
  if (!step("find a printed strip", !strips.empty())) return false;
  const std::string base = "receipt-" + visit_ + "-" + std::string(tag(language_));
  ReceiptFiles files{visit_ + "-" + std::string(tag(language_)), base + ".png", base + ".escpos",
                     base + "-shown.png", strips.back().dots.height()};
  if (!write_png(setup_.target / files.png, strips.back().dots)) return false;
  std::ofstream(setup_.target / files.escpos, std::ios::binary) << as_text(bytes);
  const auto* page = robot_->page<visit::page::Receipt>();
  if (!step("find a receipt on the screen", page != nullptr && page->paper.height() > 0)) return false;
  if (!write_png(setup_.target / files.shown, page->paper)) return false;
  if (!step("find on the paper, dot by dot, what the screen shows", same_dots(strips.back(), page->paper)))
    return false;
  if (!step("hear no complaint of the printer", no_complaint(machine_->printer().reports()))) return false;
  receipts_.push_back(std::move(files));
  return true;
}

bool Tour::write_listing(const std::string& requests) const {
  nlohmann::ordered_json listing;
  listing["screens"] = nlohmann::json::array();
  for (const Shot& shot : shots_)
    listing["screens"].push_back(
        {{"visit", shot.visit}, {"screen", shot.name}, {"language", shot.language}, {"file", shot.file}});
  listing["receipts"] = nlohmann::json::array();
  for (const ReceiptFiles& files : receipts_)
    listing["receipts"].push_back({{"visit", files.visit},
                                   {"png", files.png},
                                   {"escpos", files.escpos},
                                   {"shown", files.shown},
                                   {"rows", files.rows}});
  auto opened = nlohmann::ordered_json::parse(requests, nullptr, false);
  listing["opened_requests"] = opened.is_discarded() ? nlohmann::ordered_json(nullptr) : std::move(opened);
  std::ofstream file(setup_.target / "tour.json", std::ios::trunc);
  file << listing.dump(2) << '\n';
  std::printf("%zu screens and %zu receipts in %s\n", shots_.size(), receipts_.size(), setup_.target.c_str());
  return file.good();
}

}  // namespace pishkhan::demo
