#include "tests/machine/test_city.h"

#include "base/core/clock.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/reference-backend/cases_store.h"
#include "tests/machine/disk_image.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace pishkhan::machine {

namespace fs = std::filesystem;

namespace {

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

bool write_text(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  return stream.good();
}

bool done(const fs::path& program, const std::vector<std::string>& arguments, const fs::path& output) {
  auto process = demo::ChildProcess::start(program, arguments, output);
  return process && process->wait() == 0;
}

// The nowhere of the twin's backend: the port of discard (RFC 863), where nobody listens.
constexpr const char* nowhere = "https://127.0.0.1:9";

constexpr const char* configuration = R"([paths]
city = "city"
translations = "/usr/share/pishkhan/translations"
fonts = "/usr/share/pishkhan/fonts"
icons = "/usr/share/pishkhan/icons/icons.ttf"
printers = "/usr/share/pishkhan/printers"
readers = "/usr/share/pishkhan/readers"
cards = "cards"
data = "queue"
keys = "keys"

[queue]
key = "file"
)";

}  // namespace

Result<std::unique_ptr<TestCity>, Trouble> TestCity::found(const Setup& setup) {
  std::unique_ptr<TestCity> city(new TestCity(setup.folder));
  std::error_code error;
  fs::create_directories(setup.folder / "backend", error);
  if (!city->write_catalogue()) return fail(Trouble{"the test city's catalogue cannot be written"});
  if (!city->write_certificates(setup.programs))
    return fail(Trouble{"the test city's keys cannot be made (see " + (setup.folder / "keys.log").string() + ")"});
  auto backend = demo::CityBackend::start({setup.programs, setup.folder / "backend", city->catalogue()});
  if (!backend)
    return fail(Trouble{"the backend does not start; its logs are in " + (setup.folder / "backend").string()});
  city->backend_ = std::move(*backend);
  const std::string url = "https://10.0.2.2:" + std::to_string(city->backend_->network().port());
  if (!city->write_enrolment(city->kiosk_keys(), url) || !city->write_enrolment(city->twin_keys(), nowhere))
    return fail(Trouble{"the kiosk's enrolment cannot be written"});
  return city;
}

/// The sample city, with the complaint twice more, for who identifies with the card.
bool TestCity::write_catalogue() const {
  std::error_code error;
  fs::remove_all(catalogue(), error);
  fs::copy(fs::path(PISHKHAN_ASSETS) / "cities/shahr-e-nemuneh", catalogue(), fs::copy_options::recursive, error);
  if (error) return false;
  auto made = nlohmann::ordered_json::parse(read_text(catalogue() / "services/complaint-137.json"), nullptr, false);
  if (made.is_discarded()) return false;
  made["id"] = service;
  made["assurance"] = "card";
  made["name"] = {{"fa", "گزارش با کارت"}, {"en", "Report with a card"}};
  if (!write_text(catalogue() / "services" / (std::string(service) + ".json"), made.dump(2))) return false;
  made["id"] = short_service;
  made["name"] = {{"fa", "گزارش کوتاه با کارت"}, {"en", "Short report with a card"}};
  made["steps"].erase(made["steps"].begin() + 1, made["steps"].end());
  made["requirements"] = nlohmann::ordered_json::array();
  made["case_key"] = {"topic"};
  return write_text(catalogue() / "services" / (std::string(short_service) + ".json"), made.dump(2));
}

bool TestCity::write_certificates(const fs::path& programs) const {
  const fs::path keys = folder_ / "backend/keys";
  return done(programs / "pishkhan-cases", {"demo-keys", keys.string()}, folder_ / "keys.log") &&
         done("/bin/sh", {PISHKHAN_CERTIFICATES, keys.string()}, folder_ / "keys.log");
}

bool TestCity::write_enrolment(const fs::path& target, const std::string& url) const {
  std::error_code error;
  fs::remove_all(target, error);
  fs::copy(backend_->kiosk_keys(), target, fs::copy_options::recursive, error);
  if (error) return false;
  auto enrolment = protocol::Enrolment::load(target / "enrolment.json", protocol::DemoPolicy::Accept);
  if (!enrolment) return false;
  enrolment->demo = false;
  enrolment->backend_url = url;
  return write_text(target / "enrolment.json", enrolment->encode());
}

std::string TestCity::next_national_id() {
  std::string id = std::to_string(123'456'000 + ++citizens_);
  int sum = 0;
  for (std::size_t i = 0; i < id.size(); ++i) sum += (id[i] - '0') * (10 - static_cast<int>(i));
  const int rest = sum % 11;
  id += static_cast<char>('0' + (rest < 2 ? rest : 11 - rest));
  return id;
}

std::string TestCity::city_key_pem() const {
  auto enrolment = protocol::Enrolment::load(kiosk_keys() / "enrolment.json", protocol::DemoPolicy::Accept);
  return enrolment ? enrolment->city_key_pem : std::string();
}

Result<std::vector<TestCity::Opened>, Trouble> TestCity::opened() const {
  auto store = backend::CasesStore::open(folder_ / "backend/cases.db", backend::Sharing::ReadOnly);
  if (!store) return fail(Trouble{"the database of cases cannot be read"});
  std::vector<Opened> all;
  for (const auto& row : store->requests({})) {
    auto request = protocol::parse_request(row.body);
    if (!request) return fail(Trouble{"cases has a request that it could not open"});
    all.push_back({row.report.acknowledgement.verdict, std::move(*request)});
  }
  return all;
}

Result<void, Trouble> TestCity::write_data_partition(const fs::path& disk) const {
  const auto place = find_partition(disk, "pishkhan-data");
  if (!place) return fail(Trouble{disk.string() + " has no partition pishkhan-data"});
  const fs::path stage = folder_ / "data-partition";
  std::error_code error;
  fs::remove_all(stage, error);
  fs::create_directories(stage, error);
  fs::copy(kiosk_keys(), stage / "keys", fs::copy_options::recursive, error);
  if (!error) fs::copy(catalogue(), stage / "city", fs::copy_options::recursive, error);
  if (!error) fs::copy(backend_->cards().folder(), stage / "cards", fs::copy_options::recursive, error);
  const bool good = !error && write_text(stage / "kiosk.toml", configuration) &&
                    done("/sbin/mkfs.ext4",
                         {"-q", "-F", "-L", "pishkhan-data", "-d", stage.string(), "-E",
                          "offset=" + std::to_string(place->offset), disk.string(),
                          std::to_string(place->length / 1024) + "k"},
                         folder_ / "mkfs.log");
  if (!good)
    return fail(Trouble{"the data partition cannot be written (see " + (folder_ / "mkfs.log").string() + ")"});
  return {};
}

}  // namespace pishkhan::machine
