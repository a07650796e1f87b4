// What an ingest in the wrong hands can make cases believe: nothing about what a kiosk filed.
#include "offline-queue/reference-backend/cases_kiosks.h"
#include "offline-queue/reference-backend/ingest_batch.h"
#include "offline-queue/reference-backend/ingest_enrolments.h"
#include "tests/network/new_kiosk.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace pishkhan;
using namespace pishkhan::network_test;
using namespace pishkhan::protocol;

namespace {

namespace fs = std::filesystem;

/// Has the city's public keys, as everybody does, ingest's database, and a key of its own.
class Forger {
 public:
  explicit Forger(Counter& city) : city_(city) { fs::create_directories(city.folder() / "forger"); }

  /// A batch of valid requests in this kiosk's name, under the forger's key.
  Batch batch(int kiosk, int epoch, int requests) {
    store::Options options;
    options.folder = city_.folder() / "forger";
    options.kiosk = kiosk;
    options.epoch = epoch;
    options.kiosk_key = &key_;
    options.clock = &city_.clock();
    auto store = store::Store::open(options);
    REQUIRE(store.has_value());
    Enrolment enrolment = city_.enrolment();
    for (int i = 1; i <= requests; ++i) REQUIRE(city_.file_at(**store, enrolment, i));
    const auto batch = (*store)->next_batch(64);
    REQUIRE(batch.has_value());
    return **batch;
  }
  /// Past everything that ingest checks.
  void put(const Batch& batch) {
    city_.with_ingest_database([&](backend::IngestStore& store) {
      REQUIRE(backend::store_batch(store, batch, key_, city_.clock().wall()).has_value());
    });
  }
  [[nodiscard]] PublicPoint point() const { return key_.verifying_key().point(); }

 private:
  Counter& city_;
  SigningKey key_ = SigningKey::generate();
};

backend::CasesKiosks::Row row_of(Counter& city, int kiosk, int epoch) {
  auto cases = city.look_into_cases();
  const auto rows = backend::CasesKiosks(cases.database()).rows();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const backend::CasesKiosks::Row& one) {
    return one.entry.kiosk == kiosk && one.entry.epoch == epoch;
  });
  REQUIRE(row != rows.end());
  return *row;
}

/// Until ingest has nothing more.
void poll(Counter& city) {
  for (;;) {
    const auto polled = city.cases().poll_once({});
    REQUIRE(polled.has_value());
    if (!polled->more) return;
  }
}

}  // namespace

TEST_CASE("a request that ingest made up in a kiosk's name is never opened, and holds up nobody's") {
  Counter city("forged");
  Forger forger(city);
  forger.put(forger.batch(city.enrolment().kiosk, city.enrolment().epoch, 3));
  NewKiosk kiosk(city, "forged-kiosk");
  REQUIRE(kiosk.enrol(kiosk.code(1043)).has_value());
  kiosk.start();
  kiosk.file(1);
  CHECK(kiosk.pump().sent == 1);
  poll(city);
  CHECK(kiosk.pump().opened == 1);
  CHECK(city.look_into_cases().requests("").size() == 1);
  const auto row = row_of(city, city.enrolment().kiosk, city.enrolment().epoch);
  CHECK(row.key_known);
  CHECK(row.unproven == 3);
  // The key was known all along: nothing is to be gained by looking again.
  poll(city);
  city.restart_ingest();
  poll(city);
  CHECK(row_of(city, city.enrolment().kiosk, city.enrolment().epoch).unproven == 3);
}

TEST_CASE("a kiosk that ingest made up stays without a key until the city gives one; then nothing is lost") {
  Counter city("made-up");
  Forger forger(city);
  city.with_ingest_database([&](backend::IngestStore& store) {
    backend::IngestEnrolments(store).merge_entries({{1099, 4, forger.point(), backend::EpochState::Active}});
  });
  forger.put(forger.batch(1099, 4, 2));
  city.file(7);
  poll(city);
  CHECK(city.look_into_cases().requests("").empty());
  auto row = row_of(city, 1099, 4);
  CHECK_FALSE(row.key_known);
  CHECK(row.unproven == 2);

  // It was no forger's after all: a cases from a backup, say, had forgotten it.
  {
    auto cases = city.write_into_cases();
    REQUIRE(cases.begin());
    REQUIRE(backend::CasesKiosks(cases.database())
                .join({{1099, 4, forger.point(), backend::EpochState::Active}}, city.clock().wall()));
    REQUIRE(cases.commit());
  }
  poll(city);
  CHECK(city.look_into_cases().requests("").size() == 2);
  row = row_of(city, 1099, 4);
  CHECK(row.key_known);
  CHECK(row.unproven == 0);
  // Whoever joins once is never given another key, by whomever.
  auto cases = city.write_into_cases();
  REQUIRE(cases.begin());
  const PublicPoint other = city.enrolment().certificate.public_key;
  REQUIRE(backend::CasesKiosks(cases.database())
              .join({{1099, 4, other, backend::EpochState::Active}}, city.clock().wall()));
  CHECK(backend::CasesKiosks(cases.database()).key_of(1099, 4)->point() == forger.point());
  cases.roll_back();
}

TEST_CASE("batches that overlap, and a record that came as less at first, reach cases under a signature") {
  Counter city("overlap");
  const SigningKey kiosk = SigningKey::load(city.folder() / "keys" / "kiosk" / "signing.pem").value();
  const SigningKey word = SigningKey::generate();
  for (int i = 1; i <= 40; ++i) city.file(i);
  const auto everything = city.store().next_batch(64);
  REQUIRE((everything.has_value() && everything->has_value()));
  const Batch whole = **everything;
  /// The places from..to of it, `less` of them without their payload.
  const auto part = [&](int from, int to, int less = 0) {
    Batch batch = whole;
    batch.entries.assign(whole.entries.begin() + from - 1, whole.entries.begin() + to);
    if (from > 1) batch.previous_hash = whole.entries.at(static_cast<std::size_t>(from) - 2).record.hash;
    if (less != 0) {
      BatchEntry& entry = batch.entries.at(static_cast<std::size_t>(less - from));
      entry.kind = EntryKind::NoPayload;
      entry.record.payload.reset();
    }
    batch.signature = kiosk.sign(batch.signed_hash());
    return batch;
  };
  const auto put = [&](const Batch& batch) {
    city.with_ingest_database([&](backend::IngestStore& store) {
      REQUIRE(backend::store_batch(store, batch, word, city.clock().wall()).has_value());
    });
  };
  put(part(1, 20, 5));
  put(part(10, 30, 25));
  poll(city);
  CHECK(city.look_into_cases().requests("").size() == 30);
  put(part(3, 12));   // 5 is whole now, under a signature over 12, which lay inside a batch before
  put(part(25, 25));  // and 25, alone
  put(part(31, 40));
  poll(city);
  const auto requests = city.look_into_cases().requests("");
  CHECK(requests.size() == 40);
  CHECK(std::all_of(requests.begin(), requests.end(), [](const backend::CasesStore::Row& row) {
    return row.report.acknowledgement.verdict == Verdict::Accepted;
  }));
  CHECK(row_of(city, city.enrolment().kiosk, city.enrolment().epoch).unproven == 0);
}

TEST_CASE(
    "a place that was lost gets its word anew once it is known which record it is, and once it is whole") {
  Counter city("found-again");
  const SigningKey kiosk = SigningKey::load(city.folder() / "keys" / "kiosk" / "signing.pem").value();
  for (int i = 1; i <= 4; ++i) city.file(i);
  const Batch whole = *city.store().next_batch(64).value();
  const auto client = [&] { return sync::Client::open(city.endpoint(city.ingest().port())).value(); };
  /// The word about place 2, as its kiosk hears it.
  const auto said = [&] {
    poll(city);
    std::optional<Acknowledgement> word;
    for (const Acknowledgement& one : client().opened_since(1, "")->acknowledgements)
      if (one.sequence == 2) word = one;
    REQUIRE(word.has_value());
    CHECK(word->verify(VerifyingKey::from_pem(city.enrolment().cases_key_pem).value()));
    return *word;
  };
  const auto send = [&](Batch batch) {
    batch.signature = kiosk.sign(batch.signed_hash());
    REQUIRE(client().send(batch).has_value());
  };
  Batch part = whole;
  part.entries.resize(1);
  send(part);
  part.entries = {whole.entries[1]};
  part.previous_hash = whole.entries[0].record.hash;
  BatchEntry& second = part.entries.front();
  second.kind = EntryKind::Lost;
  second.record.payload.reset();
  second.record.hash = lost_hash(second.record.header.kiosk, second.record.header.epoch, 2);
  send(part);
  CHECK(said().hash == second.record.hash);
  part.entries = {whole.entries.begin() + 1, whole.entries.end()};
  part.entries.front().kind = EntryKind::HashOnly;
  part.entries.front().record.payload.reset();
  part.previous_hash = {};
  send(part);
  CHECK(said().verdict == Verdict::Missing);
  CHECK(said().hash == whole.entries[1].record.hash);
  send(whole);
  CHECK(said().verdict == Verdict::Accepted);
  CHECK(said().hash == whole.entries[1].record.hash);
}
