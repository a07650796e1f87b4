#include "tests/fleet/backend.h"

#include "base/core/ensure.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/reference-backend/cases_kiosks.h"
#include "tests/fleet/city.h"

#include <system_error>
#include <utility>
#include <variant>

namespace pishkhan::fleet {
namespace {

constexpr SteadyTime poll_period{120'000};
constexpr const char* ingest_file = "/ingest/ingest.db";
constexpr const char* cases_file = "/cases/cases.db";

/// The real one takes 10 ms by design, and what it does is tested beside it.
std::string cheap_verifier(std::string_view secret, Random& random) {
  return "s1$" + to_hex(random.bytes<16>()) + "$" + to_hex(protocol::blake2b(as_bytes(secret)));
}

std::filesystem::path make_folder() {
  SystemRandom random;
  const auto folder = std::filesystem::temp_directory_path() / ("pishkhan-fleet-" + to_hex(random.bytes<8>()));
  std::filesystem::create_directories(folder);
  return folder;
}

protocol::VerifyingKey public_part(const std::filesystem::path& file) {
  const auto key = protocol::SigningKey::generate();
  ENSURE(key.save(file).has_value(), "the temporary folder takes a key");
  return key.verifying_key();
}

protocol::OpeningPublicKey make_opening_key(const std::filesystem::path& file) {
  const auto key = protocol::OpeningKey::generate(1);
  ENSURE(key.save(file).has_value(), "the temporary folder takes a key");
  return key.public_part();
}

}  // namespace

Backend::Backend(const Rules& rules, const Timeline& timeline, Trace& trace, backend::KioskRegister kiosks)
    : mutation_(rules.mutation),
      timeline_(timeline),
      trace_(trace),
      kiosks_(kiosks.all()),
      random_(rules.seed * 977 + 5),
      clock_(timeline),
      catalogue_(make_city()),
      ingest_disk_(rules.seed * 977 + 1),
      cases_disk_(rules.seed * 977 + 2),
      ingest_vfs_(ingest_disk_, "fleet-ingest"),
      cases_vfs_(cases_disk_, "fleet-cases"),
      keys_(make_folder()),
      ingest_public_(public_part(keys_ / "ingest.pem")),
      cases_public_(public_part(keys_ / "cases.pem")),
      opening_public_(make_opening_key(keys_ / "opening.json")),
      cases_backoff_(
          {std::chrono::milliseconds(200), std::chrono::milliseconds(60'000), std::chrono::hours(1)}) {
  auto key = protocol::SigningKey::load(keys_ / "ingest.pem");
  ENSURE(key.has_value(), "the key was saved just now");
  ingest_ =
      std::make_unique<backend::Ingest>(std::move(kiosks), std::move(*key),
                                        protocol::VerifyingKey::from_pem(cases_public_.pem()).value(), clock_);
}

Backend::~Backend() {
  cases_.reset();
  store_.reset();
  std::error_code error;
  std::filesystem::remove_all(keys_, error);
}

bool Backend::start_ingest() {
  if (store_) return true;
  ingest_disk_.restart();
  auto store = backend::IngestStore::open(ingest_file, ingest_vfs_.name());
  if (!store) return false;
  store_.emplace(std::move(*store));
  trace_.note(timeline_.now(), kIngest, "starts");
  return true;
}

bool Backend::start_cases(std::unique_ptr<sync::Carrier> way) {
  if (cases_) return true;
  cases_disk_.restart();
  auto store = backend::CasesStore::open(cases_file, backend::Sharing::WithReaders, cases_vfs_.name());
  if (!store) return false;
  if (!(store->begin() && backend::CasesKiosks(store->database()).join(kiosks_, clock_.wall()) &&
        store->commit())) {
    return false;
  }
  auto key = protocol::SigningKey::load(keys_ / "cases.pem");
  auto opening = protocol::OpeningKey::load(keys_ / "opening.json");
  ENSURE(key.has_value() && opening.has_value(), "the keys were saved at the start");
  std::vector<protocol::OpeningKey> keys;
  keys.push_back(std::move(*opening));
  cases_ = std::make_unique<backend::Cases>(std::move(*store),
                                            backend::IngestLink(sync::Transport(std::move(way))), catalogue_,
                                            std::move(keys), std::move(*key), clock_, random_, cheap_verifier);
  trace_.note(timeline_.now(), kCases, "starts");
  return true;
}

void Backend::fail_sync() {
  trace_.note(timeline_.now(), kWorld, "the backend's disks fail once");
  ingest_disk_.fail_next_sync();
  cases_disk_.fail_next_sync();
}

void Backend::fill_disks() {
  trace_.note(timeline_.now(), kWorld, "the backend's disks are full");
  for (power_cut::ModelDisk* disk : {&ingest_disk_, &cases_disk_}) disk->limit_disk_to(disk->used() + 20'000);
}

void Backend::empty_disks() {
  trace_.note(timeline_.now(), kWorld, "the backend's disks have room");
  for (power_cut::ModelDisk* disk : {&ingest_disk_, &cases_disk_}) disk->limit_disk_to(std::size_t{1} << 40);
}

std::vector<backend::Answering> Backend::commit(const std::vector<backend::Work>& works) {
  if (mutation_ != Mutation::StoredBeforeCommit || random_.below(20) != 0) {
    return backend::commit_group(*store_, works);
  }
  std::vector<backend::Answering> answers;
  static_cast<void>(store_->begin());
  for (const backend::Work& work : works) answers.push_back(work(*store_));
  store_->roll_back();
  return answers;
}

std::optional<backend::HttpAnswer> Backend::deliver(const backend::HttpRequest& request, int copies) {
  if (!store_) return std::nullopt;
  std::vector<backend::Work> works;
  for (int copy = 0; copy < copies; ++copy) {
    backend::Handling handling =
        request.peer_role == "cases" ? ingest_->take_internal(request) : ingest_->take_public(request);
    if (auto* known = std::get_if<backend::Answering>(&handling)) return (*known)();
    works.push_back(std::move(std::get<backend::Work>(handling)));
  }
  const std::vector<backend::Answering> answers = commit(works);
  if (!ingest_disk_.powered()) {
    ingest_goes_off();
    return std::nullopt;
  }
  return answers.back()();
}

void Backend::back_up_ingest() {
  if (!store_) return;
  backup_ = ingest_disk_.image();
  trace_.note(timeline_.now(), kIngest, "is backed up");
}

void Backend::put_ingest_back() {
  if (!backup_) return;
  if (store_) ingest_goes_off();
  ingest_disk_.cut_now();
  ingest_disk_.restart();
  ingest_disk_.restore(*backup_);
  backup_.reset();
  trace_.note(timeline_.now(), kIngest, "is put back from its backup");
}

void Backend::ingest_goes_off() {
  trace_.note(timeline_.now(), kIngest, "power cut");
  store_.reset();
  ++restarts_;
}

SteadyTime Backend::poll_cases() {
  if (!cases_) return poll_period;
  const auto polled = cases_->poll_once({});
  // A poll that fails may have taken something before.
  takes_more_ = takes_more_ || !polled || polled->taken > 0;
  if (!cases_disk_.powered()) {
    trace_.note(timeline_.now(), kCases, "power cut");
    cases_.reset();
    ++restarts_;
    return poll_period;
  }
  if (!polled) {
    trace_.note(timeline_.now(), kCases, "poll failed", static_cast<int>(polled.error().where),
                static_cast<int>(polled.error().sync.kind));
    return cases_backoff_.failed(random_, polled.error().sync.retry_after);
  }
  cases_backoff_.succeeded();
  if (polled->taken > 0)
    trace_.note(timeline_.now(), kCases, "opened, reported", polled->taken, polled->reported);
  return polled->more ? SteadyTime{0} : poll_period;
}

std::vector<backend::CasesStore::Row> Backend::opened() {
  auto store = backend::CasesStore::open(cases_file, backend::Sharing::ReadOnly, cases_vfs_.name());
  ENSURE(store.has_value(), "a machine that is on can read its database");
  return store->requests("");
}

std::vector<backend::CasesStore::Row> Backend::arrived() {
  if (!cases_ || !std::exchange(takes_more_, false)) return {};
  auto store = backend::CasesStore::open(cases_file, backend::Sharing::ReadOnly, cases_vfs_.name());
  ENSURE(store.has_value(), "a machine that is on can read its database");
  return store->requests_since(last_arrival_);
}

}  // namespace pishkhan::fleet
