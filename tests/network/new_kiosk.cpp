#include "tests/network/new_kiosk.h"

#include "base/core/ensure.h"
#include "offline-queue/sync/store_outbox.h"

#include <fstream>
#include <sstream>
#include <utility>

namespace pishkhan::network_test {
namespace {

namespace fs = std::filesystem;
using namespace protocol;

std::string text_in(const fs::path& file) {
  const std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Beside the cases that serves, as pishkhan-cases' verbs do.
template <class Do>
auto at_the_desk(Counter& city, Do&& act) {
  auto store = backend::CasesStore::open(city.folder() / "cases.db", backend::Sharing::WithReaders);
  ENSURE(store.has_value() && store->begin(), "the desk works");
  auto result = act(backend::CasesKiosks(store->database()));
  ENSURE(store->commit(), "the desk's word is kept");
  return result;
}

}  // namespace

NewKiosk::NewKiosk(Counter& city, const std::string& name, KeyPlace place)
    : city_(city), place_(place), observer_(capture(name)) {
  folder_ = city.folder() / ("new-" + to_hex(city.random().bytes<6>()));
  fs::create_directories(folder_ / "keys");
  fs::create_directories(folder_ / "data");
}

NewKiosk::~NewKiosk() = default;

EnrolmentCode NewKiosk::code(int kiosk, std::chrono::hours valid) {
  const EnrolmentCode code = foreign_code(kiosk);
  const WallTime now = city_.clock().wall();
  ENSURE(at_the_desk(city_,
                     [&](auto kiosks) { return kiosks.issue_code(kiosk, code.derive(), now, now + valid); }),
         "a code is issued");
  return code;
}

EnrolmentCode NewKiosk::foreign_code(int kiosk) {
  return EnrolmentCode::generate(kiosk, city_.random());
}

void NewKiosk::revoke(int kiosk, int epoch) {
  const WallTime now = city_.clock().wall();
  ENSURE(at_the_desk(city_, [&](auto kiosks) { return kiosks.revoke(kiosk, epoch, "stolen", now); }) == 1,
         "one epoch is revoked");
}

std::vector<backend::CasesKiosks::CodeRow> NewKiosk::codes() {
  return at_the_desk(city_, [](auto kiosks) { return kiosks.codes(); });
}

sync::Endpoint NewKiosk::enrolment_endpoint() {
  sync::Endpoint endpoint;
  endpoint.base_url = "https://127.0.0.1:" + std::to_string(city_.ingest().enrolment_port());
  endpoint.authority_file = city_.endpoint(1).authority_file;
  endpoint.observer = observer_;
  return endpoint;
}

Result<sync::Enrolled, sync::EnrolFault> NewKiosk::enrol(const EnrolmentCode& code, sync::EnrolWith with) {
  // Cases' first look gives ingest the code.
  ENSURE(city_.cases().poll_once({}).has_value(), "cases polls");
  sync::EnrolOptions options;
  options.endpoint = enrolment_endpoint();
  options.key_place = place_;
  options.with = with;
  sync::KeyFolder folder(keys());
  return sync::enrol(options, code, folder, city_.clock(), city_.random(), [this](std::chrono::milliseconds) {
    ENSURE(city_.cases().poll_once({}).has_value(), "cases polls");
  });
}

EnrolRequest NewKiosk::request_with(const EnrolmentCode& code, const SigningKey& key) {
  const EnrolmentSecrets secrets = code.derive();
  Bytes made = make_certificate_request(key, code.kiosk()).value();
  const Hash proof = request_proof(secrets.proof_key, made);
  return {code.kiosk(), secrets.pass, std::move(made), proof};
}

EnrolRequest NewKiosk::request(const EnrolmentCode& code) {
  sync::KeyFolder folder(keys());
  return request_with(code, folder.pending_key(place_).value());
}

EnrolRequest NewKiosk::request_again(const EnrolmentCode& code) {
  sync::KeyFolder folder(keys());
  return request_with(code, SigningKey::load(folder.current()->signing_key, place_).value());
}

Result<sync::EnrolmentReply, sync::SyncFault> NewKiosk::ask(const EnrolRequest& request) {
  const sync::Endpoint endpoint = enrolment_endpoint();
  return ask(request, city_.ingest().enrolment_port(), endpoint.request_deadline);
}

Result<sync::EnrolmentReply, sync::SyncFault> NewKiosk::ask(const EnrolRequest& request, std::uint16_t port,
                                                            std::chrono::milliseconds deadline) {
  sync::Endpoint endpoint = enrolment_endpoint();
  endpoint.base_url = "https://127.0.0.1:" + std::to_string(port);
  endpoint.request_deadline = deadline;
  auto transport = sync::Transport::open(endpoint);
  ENSURE(transport.has_value(), "the authority is there");
  return sync::ask_enrolment(*transport, {sync::Method::Post, "/v1/simpleenroll", request.encode(), {}}, {});
}

void NewKiosk::start() {
  sync::KeyFolder folder(keys());
  const auto set = folder.current();
  ENSURE(set.has_value(), "it is enrolled");
  start_earlier(*set);
}

void NewKiosk::start_earlier(const sync::KeySet& set) {
  stop();
  enrolment_ = Enrolment::load(set.enrolment, DemoPolicy::Accept).value();
  kiosk_key_ = SigningKey::load(set.signing_key, place_).value();
  ingest_key_ = VerifyingKey::from_pem(enrolment_->ingest_key_pem).value();
  cases_key_ = VerifyingKey::from_pem(enrolment_->cases_key_pem).value();
  store::Options options;
  options.folder = sync::queue_folder(folder_ / "data", set, *enrolment_);
  fs::create_directories(options.folder);
  options.kiosk = enrolment_->kiosk;
  options.epoch = enrolment_->epoch;
  options.kiosk_key = &*kiosk_key_;
  options.ingest_key = &*ingest_key_;
  options.cases_key = &*cases_key_;
  options.clock = &city_.clock();
  auto store = store::Store::open(options);
  ENSURE(store.has_value(), "the queue opens");
  store_ = std::move(*store);
  pump_.emplace(enrolment_->epoch, city_.random(), sync::Backoff::Limits{}, sync::Pump::Periods{});
  // A software TPM takes one connection at a time, and the queue has it.
  if (place_ == KeyPlace::File) connect();
}

/// Under the newest certificate, whichever chain is sent.
void NewKiosk::connect() {
  sync::KeyFolder folder(keys());
  const auto set = folder.current();
  sync::Endpoint endpoint = city_.endpoint(city_.ingest().port());
  endpoint.authority_file = set->authority;
  endpoint.certificate_file = set->certificate;
  endpoint.key_file = set->tls_key;
  endpoint.key_place = place_;
  endpoint.observer = observer_;
  client_ = sync::Client::open(endpoint).value();
}

void NewKiosk::file(int number) {
  ENSURE(city_.file_at(*store_, *enrolment_, number), "a record is filed");
}

sync::PumpReport NewKiosk::pump() {
  connect();
  pump_->hurry();
  sync::StoreOutbox outbox(*store_);
  return pump_->step(outbox, *client_);
}

sync::Renewal::Report NewKiosk::renew(WallTime now) {
  connect();
  sync::KeyFolder folder(keys());
  sync::Renewal::Setup setup;
  setup.folder = &folder;
  setup.enrolment = &*enrolment_;
  setup.key_place = place_;
  setup.random = &city_.random();
  sync::Renewal renewal(setup);
  return renewal.step(*client_, now);
}

sync::Renewal::What NewKiosk::renew_until_done(WallTime now) {
  for (int turns = 0; turns < 5; ++turns) {
    const auto report = renew(now);
    if (report.what != sync::Renewal::What::Waiting) return report.what;
    ENSURE(city_.cases().poll_once({}).has_value(), "cases polls");
  }
  return sync::Renewal::What::Waiting;
}

ClientCertificate NewKiosk::certificate() {
  sync::KeyFolder folder(keys());
  return ClientCertificate::parse(text_in(folder.current()->certificate)).value();
}

std::string NewKiosk::authority_pem() {
  return text_in(city_.endpoint(1).authority_file);
}

Flood::Flood(Counter& city) : city_(city) {}

int Flood::guess(int kiosk, int times) {
  sync::Endpoint endpoint;
  endpoint.base_url = "https://127.0.0.1:" + std::to_string(city_.ingest().enrolment_port());
  endpoint.authority_file = city_.endpoint(1).authority_file;
  auto transport = sync::Transport::open(endpoint);
  ENSURE(transport.has_value(), "the authority is there");
  EnrolRequest request{kiosk, {}, Bytes(largest_certificate_request, 7), {}};
  int refused = 0;
  for (int i = 0; i < times; ++i) {
    request.pass = city_.random().bytes<32>();
    const auto reply =
        sync::ask_enrolment(*transport, {sync::Method::Post, "/v1/simpleenroll", request.encode(), {}}, {});
    const bool as_such = !reply && reply.error().problem && reply.error().problem->type == ProblemType::BadCode;
    refused += as_such ? 1 : 0;
  }
  return refused;
}

int Flood::garbage(int times) {
  sync::Endpoint endpoint;
  endpoint.base_url = "https://127.0.0.1:" + std::to_string(city_.ingest().enrolment_port());
  endpoint.authority_file = city_.endpoint(1).authority_file;
  auto transport = sync::Transport::open(endpoint);
  ENSURE(transport.has_value(), "the authority is there");
  int refused = 0;
  for (int i = 0; i < times; ++i) {
    // Now and then one that is too large, which ends its connection.
    const std::string body(i % 10 == 0 ? 100'000 : 100, '{');
    const auto answer = transport->perform({sync::Method::Post, "/v1/simpleenroll", body, {}}, {});
    refused += !answer || answer->status >= 400 ? 1 : 0;
  }
  return refused;
}

int Flood::asks(const std::string& target) {
  sync::Endpoint endpoint;
  endpoint.base_url = "https://127.0.0.1:" + std::to_string(city_.ingest().enrolment_port());
  endpoint.authority_file = city_.endpoint(1).authority_file;
  auto transport = sync::Transport::open(endpoint);
  const auto answer = transport->perform({sync::Method::Get, target, {}, {}}, {});
  return answer ? answer->status : 0;
}

std::uintmax_t Flood::disk_bytes() {
  city_.restart_ingest();  // folds the WAL back
  std::error_code none;
  const auto wal = fs::file_size(city_.folder() / "ingest.db-wal", none);
  return fs::file_size(city_.folder() / "ingest.db") + (none ? 0 : wal);
}

}  // namespace pishkhan::network_test
