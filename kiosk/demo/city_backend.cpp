#include "kiosk/demo/city_backend.h"

#include "offline-queue/protocol/enrolment.h"

#include <sys/stat.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>
#include <tuple>
#include <utility>

namespace pishkhan::demo {

namespace fs = std::filesystem;

namespace {

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Waits until a program has written the port that it listens on.
std::uint16_t await_port(const fs::path& file, ChildProcess& program) {
  for (int i = 0; i < 6000 && program.running(); ++i) {
    const std::string text = read_text(file);
    if (!text.empty() && text.back() == '\n') return static_cast<std::uint16_t>(std::atoi(text.c_str()));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return 0;
}

}  // namespace

Result<std::unique_ptr<CityBackend>, BackendFault> CityBackend::start(const Places& places) {
  std::unique_ptr<CityBackend> backend(new CityBackend(places));
  std::error_code ignored;
  fs::create_directories(places.folder, ignored);
  if (!backend->make_keys()) return fail(BackendFault::NoKeys);
  backend->cards_ = CityCards::issue(places.folder / "cards", places.folder / "keys/city/signing.pem");
  if (backend->cards_ == nullptr) return fail(BackendFault::NoKeys);
  if (auto fault = backend->start_programs()) return fail(*fault);
  auto network = NetworkSwitch::open(backend->port_);
  if (!network) return fail(BackendFault::NoSwitch);
  backend->network_ = std::move(*network);
  if (!backend->enrol_through_switch()) return fail(BackendFault::NoKeys);
  return backend;
}

bool CityBackend::make_keys() const {
  auto made =
      ChildProcess::start(places_.programs / "pishkhan-cases",
                          {"demo-keys", (places_.folder / "keys").string()}, places_.folder / "keys.log");
  return made && made->wait() == 0;
}

std::optional<BackendFault> CityBackend::start_programs() {
  const fs::path& folder = places_.folder;
  const fs::path port_file = folder / "ingest.port";
  const fs::path internal_port_file = folder / "ingest-internal.port";
  const fs::path enrolment_port_file = folder / "ingest-enrolment.port";
  std::error_code ignored;
  fs::remove(port_file, ignored);
  fs::remove(internal_port_file, ignored);
  fs::remove(enrolment_port_file, ignored);
  // The same ports after a restart, as a real backend has.
  auto ingest = ChildProcess::start(
      places_.programs / "pishkhan-ingest",
      {"--keys", (folder / "keys/ingest").string(), "--database", (folder / "ingest.db").string(), "--port",
       std::to_string(port_), "--internal-port", std::to_string(internal_port_), "--enrolment-port",
       std::to_string(enrolment_port_), "--port-file", port_file.string(), "--internal-port-file",
       internal_port_file.string(), "--enrolment-port-file", enrolment_port_file.string()},
      folder / "ingest.log");
  if (!ingest) return BackendFault::IngestDoesNotStart;
  ingest_.emplace(std::move(*ingest));
  port_ = await_port(port_file, *ingest_);
  internal_port_ = await_port(internal_port_file, *ingest_);
  enrolment_port_ = await_port(enrolment_port_file, *ingest_);
  if (port_ == 0 || internal_port_ == 0 || enrolment_port_ == 0) return BackendFault::IngestDoesNotStart;
  auto cases = ChildProcess::start(
      places_.programs / "pishkhan-cases",
      {"serve", "--keys", (folder / "keys/cases").string(), "--database", (folder / "cases.db").string(),
       "--catalogue", places_.city_pack.string(), "--ingest",
       "https://127.0.0.1:" + std::to_string(internal_port_), "--poll-ms", "200", "--city-keys",
       (folder / "keys/city").string(), "--backend-url", "https://127.0.0.1:" + std::to_string(port_)},
      folder / "cases.log");
  if (!cases) return BackendFault::CasesDoesNotStart;
  cases_.emplace(std::move(*cases));
  return std::nullopt;
}

bool CityBackend::start_again() {
  const auto ports = std::tuple{port_, internal_port_, enrolment_port_};
  for (int attempt = 0; attempt < 10; ++attempt) {
    if (!start_programs()) return true;
    stop();
    std::tie(port_, internal_port_, enrolment_port_) = ports;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return false;
}

void CityBackend::stop() {
  cases_.reset();
  ingest_.reset();
}

/// The kiosk's own copy of its keys; only the backend's address differs, which is the near end of the cable.
bool CityBackend::enrol_through_switch() const {
  const fs::path from = places_.folder / "keys/kiosk";
  std::error_code error;
  fs::create_directories(kiosk_keys(), error);
  for (const char* name : {"authority.pem", "tls.pem", "tls.key", "signing.pem", "device.secret"}) {
    fs::copy_file(from / name, kiosk_keys() / name, fs::copy_options::overwrite_existing, error);
    if (error) return false;
  }
  auto enrolment = protocol::Enrolment::load(from / "enrolment.json", protocol::built_demo_policy());
  if (!enrolment) return false;
  enrolment->backend_url = "https://127.0.0.1:" + std::to_string(network_->port());
  std::ofstream file(kiosk_keys() / "enrolment.json", std::ios::binary | std::ios::trunc);
  file << enrolment->encode();
  return file.good();
}

std::optional<std::string> CityBackend::staff(std::vector<std::string> words) const {
  const std::string verb = words.empty() ? std::string() : words.front();
  if (verb == "health") {
    words.insert(words.end(), {"--ingest", "https://127.0.0.1:" + std::to_string(internal_port_)});
  } else {
    words.insert(words.end(), {"--database", (places_.folder / "cases.db").string()});
  }
  const bool about_kiosks = verb == "enrol-code" || verb == "revoke" || verb == "kiosks";
  if (verb != "audit" && !about_kiosks)
    words.insert(words.end(), {"--keys", (places_.folder / "keys/cases").string()});
  const fs::path output = places_.folder / "staff.out";
  auto said = ChildProcess::start(places_.programs / "pishkhan-cases", words, output);
  if (!said || said->wait() != 0) return std::nullopt;
  return read_text(output);
}

std::string CityBackend::requests_json() const {
  const fs::path output = places_.folder / "requests.json";
  auto listing =
      ChildProcess::start(places_.programs / "pishkhan-cases",
                          {"list", "--json", "--database", (places_.folder / "cases.db").string()}, output);
  if (!listing || listing->wait() != 0) return {};
  std::string text = read_text(output);
  std::error_code ignored;
  fs::remove(output, ignored);  // it holds what citizens typed
  return text;
}

}  // namespace pishkhan::demo
