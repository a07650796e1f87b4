#include "tests/network/counter.h"

#include "base/core/base64.h"
#include "base/core/ensure.h"
#include "offline-queue/reference-backend/demo_keys.h"

#include <sqlite3.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

namespace pishkhan::network_test {
namespace {

namespace fs = std::filesystem;
using namespace protocol;

}  // namespace

Counter::Counter(const std::string& name) : cases_observer_(capture(name + "-cases")) {
  folder_ = fs::temp_directory_path() / ("pishkhan-network-" + to_hex(random_.bytes<6>()));
  fs::create_directories(folder_ / "queue");
  backend::DemoKeysOptions options;
  options.folder = folder_ / "keys";
  ENSURE(backend::ensure_demo_keys(options, clock_, random_).has_value(), "no demo keys");
  const fs::path kiosk = folder_ / "keys" / "kiosk";
  enrolment_ =
      std::make_unique<Enrolment>(Enrolment::load(kiosk / "enrolment.json", DemoPolicy::Accept).value());
  kiosk_key_ = std::make_unique<SigningKey>(SigningKey::load(kiosk / "signing.pem").value());
  ingest_key_ = std::make_unique<VerifyingKey>(VerifyingKey::from_pem(enrolment_->ingest_key_pem).value());
  cases_key_ = std::make_unique<VerifyingKey>(VerifyingKey::from_pem(enrolment_->cases_key_pem).value());
  restart_ingest();
  queue_.folder = folder_ / "queue";
  queue_.kiosk = enrolment_->kiosk;
  queue_.epoch = enrolment_->epoch;
  queue_.kiosk_key = kiosk_key_.get();
  queue_.ingest_key = ingest_key_.get();
  queue_.cases_key = cases_key_.get();
  queue_.clock = &clock_;
  damage("");
}

void Counter::damage(const char* sql) {
  store_.reset();
  if (*sql != '\0') {
    sqlite3* database = nullptr;
    ENSURE(sqlite3_open((queue_.folder / "queue.db").c_str(), &database) == SQLITE_OK &&
               sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK,
           "the queue can be damaged");
    sqlite3_close(database);
  }
  auto store = store::Store::open(queue_);
  ENSURE(store.has_value(), "no store");
  store_ = std::move(*store);
}

Counter::~Counter() {
  cases_.reset();
  ingest_.reset();
  store_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Counter::restart_ingest() {
  cases_.reset();
  ingest_.reset();
  const fs::path keys = folder_ / "keys" / "ingest";
  backend::IngestOptions options;
  options.tls = {keys / "authority.pem", keys / "tls.pem", keys / "tls.key"};
  options.database = folder_ / "ingest.db";
  options.kiosks_file = keys / "kiosks.json";
  options.signing_key = keys / "signing.pem";
  options.cases_key = keys / "cases-public.pem";
  options.enrolment_port = 0;
  auto ingest = backend::IngestServer::start(options, clock_);
  ENSURE(ingest.has_value(), "no ingest");
  ingest_ = std::move(*ingest);
  restart_cases();
}

void Counter::restart_cases() {
  const fs::path cases_keys = folder_ / "keys" / "cases";
  std::vector<fs::path> opening_keys{cases_keys / "opening.json"};
  opening_keys.insert(opening_keys.end(), retired_keys_.begin(), retired_keys_.end());
  auto cases = backend::Cases::open({cases_endpoint(),
                                     folder_ / "cases.db",
                                     opening_keys,
                                     cases_keys / "signing.pem",
                                     cases_keys / "updates.pem",
                                     "assets/cities/shahr-e-nemuneh",
                                     cases_keys / "kiosks.json",
                                     folder_ / "keys" / "city",
                                     endpoint(ingest_->port()).base_url},
                                    clock_, random_);
  ENSURE(cases.has_value(), "no cases");
  cases_ = std::make_unique<backend::Cases>(std::move(*cases));
}

sync::Endpoint Counter::endpoint(std::uint16_t port) const {
  const fs::path keys = folder_ / "keys" / "kiosk";
  sync::Endpoint endpoint;
  endpoint.base_url = "https://127.0.0.1:" + std::to_string(port);
  endpoint.authority_file = keys / "authority.pem";
  endpoint.certificate_file = keys / "tls.pem";
  endpoint.key_file = keys / "tls.key";
  return endpoint;
}

sync::Endpoint Counter::cases_endpoint() const {
  const fs::path keys = folder_ / "keys" / "cases";
  sync::Endpoint endpoint = this->endpoint(ingest_->internal_port());
  endpoint.certificate_file = keys / "tls.pem";
  endpoint.key_file = keys / "tls.key";
  endpoint.observer = cases_observer_;
  return endpoint;
}

backend::CasesStore Counter::look_into_cases() const {
  auto store = backend::CasesStore::open(folder_ / "cases.db", backend::Sharing::ReadOnly);
  ENSURE(store.has_value(), "no cases database");
  return std::move(*store);
}

backend::CasesStore Counter::write_into_cases() const {
  auto store = backend::CasesStore::open(folder_ / "cases.db", backend::Sharing::WithReaders);
  ENSURE(store.has_value(), "no cases database");
  return std::move(*store);
}

void Counter::with_ingest_database(const std::function<void(backend::IngestStore&)>& change) {
  cases_.reset();
  ingest_.reset();
  {
    auto store = backend::IngestStore::open(folder_ / "ingest.db");
    ENSURE(store.has_value() && store->begin(), "no ingest database");
    change(*store);
    ENSURE(!store->failed() && store->commit(), "the ingest database takes no change");
  }
  restart_ingest();
}

std::function<void(const sync::Exchange&, const sync::Answer&)> capture(const std::string& name) {
  const fs::path folder = PISHKHAN_CAPTURE_FOLDER;
  fs::create_directories(folder);
  const fs::path file = folder / (name + ".jsonl");
  std::ofstream(file, std::ios::trunc).flush();
  return [file](const sync::Exchange& exchange, const sync::Answer& answer) {
    const bool json = exchange.content_type == "application/json";
    const nlohmann::json line{{"method", exchange.method == sync::Method::Get ? "get" : "post"},
                              {"target", exchange.target},
                              {"request_type", exchange.content_type},
                              {"request", json ? exchange.body : to_base64(as_bytes(exchange.body))},
                              {"status", answer.status},
                              {"content_type", answer.content_type},
                              {"answer", answer.body}};
    std::ofstream(file, std::ios::app) << line.dump() << '\n';
  };
}

RequestId Counter::file(int number) {
  return file_changed(number, [](Request&) {});
}

RequestId Counter::file_raw(const Bytes& payload) {
  const auto request_id = random_.bytes<16>();
  const auto filed = store_->append(RecordType::Request, request_id, [&](const store::Place&) {
    return std::optional(store::Draft{payload, std::nullopt, std::nullopt});
  });
  ENSURE(filed.has_value(), "a record of the test cannot be filed");
  return request_id;
}

namespace {

/// A valid complaint into a store; nothing: it could not be filed.
std::optional<RequestId> file_into(store::Store& store, const OpeningPublicKey& key, Random& random, int number,
                                   const std::function<void(Request&)>& change) {
  const auto request_id = random.bytes<16>();
  const auto write = [&](const store::Place& place) -> std::optional<store::Draft> {
    Request request;
    request.request_id = place.request_id;
    request.code = place.code;
    request.service_id = "complaint-137";
    request.catalogue_version = "test";
    request.catalogue_fingerprint = "0000-0000";
    request.fields.emplace("topic", PersonalText("pothole"));
    request.fields.emplace("district", PersonalText("d6"));
    request.fields.emplace("address", PersonalText("خیابان آزمون، پلاک " + std::to_string(number)));
    request.fields.emplace("landmark", PersonalText(""));
    request.fields.emplace("details", PersonalText(""));
    request.fields.emplace("mobile", PersonalText("09121234567"));
    request.filed_at = place.created_at;
    request.receipt_secret = PersonalText(kReceiptSecret);
    change(request);
    const auto body = encode_request(request);
    ENSURE(body.has_value(), "a request of the test cannot be encoded");
    auto envelope = seal(body->view(), key);
    ENSURE(envelope.has_value(), "a request of the test cannot be sealed");
    return store::Draft{std::move(*envelope), std::nullopt, std::nullopt};
  };
  const auto filed = store.append(RecordType::Request, request_id, write);
  return filed ? std::optional(request_id) : std::nullopt;
}

}  // namespace

RequestId Counter::file_changed(int number, const std::function<void(Request&)>& change) {
  const auto request_id = file_into(*store_, enrolment_->opening_key, random_, number, change);
  ENSURE(request_id.has_value(), "a request of the test cannot be filed");
  return *request_id;
}

bool Counter::file_at(store::Store& store, const Enrolment& enrolment, int number) {
  return file_into(store, enrolment.opening_key, random_, number, [](Request&) {}).has_value();
}

void Counter::retire_opening_key(const fs::path& file) {
  retired_keys_.push_back(file);
  restart_ingest();
}

void Counter::restart_ingest_empty() {
  cases_.reset();
  ingest_.reset();
  for (const char* name : {"ingest.db", "ingest.db-wal"}) fs::remove(folder_ / name);
  restart_ingest();
}

void Counter::keep_ingest_database() {
  cases_.reset();
  ingest_.reset();  // folds its WAL back
  copy_ingest_database();
  restart_ingest();
}

void Counter::copy_ingest_database() {
  for (const std::string part : {"", "-wal"}) {
    fs::remove(folder_ / ("ingest.kept" + part));
    if (fs::exists(folder_ / ("ingest.db" + part)))
      fs::copy_file(folder_ / ("ingest.db" + part), folder_ / ("ingest.kept" + part));
  }
}

void Counter::restore_ingest_database() {
  cases_.reset();
  ingest_.reset();
  for (const std::string part : {"", "-wal"}) {
    fs::remove(folder_ / ("ingest.db" + part));
    if (fs::exists(folder_ / ("ingest.kept" + part)))
      fs::copy_file(folder_ / ("ingest.kept" + part), folder_ / ("ingest.db" + part));
  }
  restart_ingest();
}

void Counter::restore_cases_database() {
  cases_.reset();
  fs::copy_file(folder_ / "cases.kept", folder_ / "cases.db", fs::copy_options::overwrite_existing);
  restart_cases();
}

std::uint64_t seed_of_this_run() {
  if (const char* given = std::getenv("PISHKHAN_SEED")) return std::strtoull(given, nullptr, 10);
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

}  // namespace pishkhan::network_test
