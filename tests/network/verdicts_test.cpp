#include "offline-queue/reference-backend/cases_kiosks.h"
#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"

#include <doctest/doctest.h>

#include <fstream>

using namespace pishkhan;
using namespace pishkhan::network_test;
using namespace pishkhan::protocol;

namespace {

/// The kiosk's sync, and cases beside it, until nothing moves any more.
class Exchange {
 public:
  Exchange(Counter& counter, const std::string& name)
      : counter_(counter), random_(7), pump_(counter.enrolment().epoch, random_, {}, {}) {
    sync::Endpoint endpoint = counter.endpoint(counter.ingest().port());
    endpoint.observer = capture(name);
    auto client = sync::Client::open(endpoint);
    REQUIRE(client.has_value());
    client_.emplace(std::move(*client));
  }
  void settle() {
    for (int quiet = 0; quiet < 2;) {
      sync::StoreOutbox outbox(counter_.store());
      const sync::PumpReport report = pump_.step(outbox, *client_);
      REQUIRE_FALSE(report.fault.has_value());
      const auto polled = counter_.cases().poll_once({});
      REQUIRE(polled.has_value());
      quiet = report.sent == 0 && report.opened == 0 && polled->taken == 0 ? quiet + 1 : 0;
    }
  }
  CaseState state_of(int sequence) {
    const auto view =
        client_->look_up({{counter_.enrolment().kiosk, counter_.enrolment().epoch, sequence}, {}});
    REQUIRE(view.has_value());
    return view->state;
  }
  sync::Client& client() { return *client_; }

 private:
  Counter& counter_;
  SeededRandom random_;
  sync::Pump pump_;
  std::optional<sync::Client> client_;
};

bool has_payload(Counter& counter, int sequence) {
  return (*counter.store().record(sequence))->payload.has_value();
}

}  // namespace

TEST_CASE("what cases finds invalid for good, and what nobody can open, is kept, told, and blocks nobody") {
  Counter counter("verdicts");
  Exchange exchange(counter, "verdicts-kiosk");
  counter.file(1);
  counter.file_changed(2, [](Request& request) { request.fields["mobile"] = PersonalText("12"); });
  counter.file_raw({0x50});
  counter.file_raw(seal(as_bytes("{}"), counter.enrolment().opening_key).value());
  counter.file_raw(Bytes(1078, 0x5a));
  counter.file_raw({});
  counter.file(7);
  exchange.settle();
  counter.restart_ingest();
  Exchange after(counter, "verdicts-kiosk-after");
  after.settle();

  const auto counts = counter.store().counts();
  CHECK(counts->unsent == 0);
  CHECK(counts->unopened == 0);
  CHECK(counts->invalid == 5);
  for (int sequence = 1; sequence <= 7; ++sequence) {
    CAPTURE(sequence);
    const bool valid = sequence == 1 || sequence == 7;
    CHECK(has_payload(counter, sequence) == !valid);
    CHECK(after.state_of(sequence) == (valid ? CaseState::Opened : CaseState::Invalid));
  }
  const auto rows = counter.look_into_cases().requests("");
  REQUIRE(rows.size() == 7);
  const std::vector<std::string> reasons{
      "", "field-breaks-its-rule", "no-envelope", "no-request-body", "no-envelope", "no-envelope",
      ""};
  for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i].reason == reasons[i]);
  // What could not be read is kept by cases as it came, for whoever finds the key.
  CHECK(rows[4].body == Bytes(1078, 0x5a));
}

TEST_CASE("what is sealed to a key that cases was not given waits for it, and holds up nobody") {
  Counter counter("no-opening-key");
  const auto key_file = counter.folder() / "keys" / "cases" / "opening.json";
  const auto key_out_of_use = counter.folder() / "keys" / "retired.json";
  // Staff put a new key in its place and forgot the old one, under which the kiosk still seals.
  counter.file(1);
  std::filesystem::rename(key_file, key_out_of_use);
  const OpeningKey next = OpeningKey::generate(99);
  REQUIRE(next.save(key_file).has_value());
  counter.restart_ingest();
  std::optional<Exchange> exchange(std::in_place, counter, "no-opening-key-kiosk");
  exchange->settle();
  counter.file_raw({0x50});
  exchange->settle();
  CHECK(exchange->state_of(1) == CaseState::Received);
  CHECK(exchange->state_of(2) == CaseState::Invalid);
  CHECK(counter.store().counts()->unopened == 1);
  const auto passed_over = [&] {
    auto cases = counter.look_into_cases();
    return backend::CasesKiosks(cases.database()).rows().front().unproven;
  };
  CHECK(passed_over() == 1);
  // Another start with the same keys changes nothing.
  counter.restart_ingest();
  exchange.emplace(counter, "no-opening-key-again");
  exchange->settle();
  CHECK(exchange->state_of(1) == CaseState::Received);
  CHECK(passed_over() == 1);

  counter.retire_opening_key(key_out_of_use);
  exchange.emplace(counter, "no-opening-key-given");
  exchange->settle();
  CHECK(exchange->state_of(1) == CaseState::Opened);
  CHECK(exchange->state_of(2) == CaseState::Invalid);
  CHECK(counter.store().counts()->unopened == 0);
  CHECK(passed_over() == 0);
}

TEST_CASE(
    "what is damaged on the kiosk goes as a bare link; its content may come later, from a copy of the disk") {
  Counter counter("missing");
  for (int number = 1; number <= 6; ++number) counter.file(number);
  // As a copy of the disk would send them.
  const auto whole = counter.store().next_batch(64).value();
  counter.damage(
      "UPDATE entry SET payload = x'00' WHERE seq = 2;"
      "UPDATE entry SET header = zeroblob(70) WHERE seq = 3;"
      "UPDATE entry SET header = zeroblob(70), hash = x'00', signature = x'00' WHERE seq = 5");
  Exchange exchange(counter, "missing-kiosk");
  exchange.settle();
  CHECK(counter.store().counts()->unsent == 0);
  CHECK(counter.store().counts()->unopened == 0);
  // The one behind a lost hash holds it.
  CHECK(counter.store().counts()->missing == 3);
  for (const int sequence : {1, 4, 6}) CHECK(exchange.state_of(sequence) == CaseState::Opened);
  for (const int sequence : {2, 3, 5}) CHECK(exchange.state_of(sequence) == CaseState::Missing);
  counter.file(7);
  exchange.settle();
  CHECK(exchange.state_of(7) == CaseState::Opened);

  // A batch that says another thing about a place whose hash is known is a fork, not a filling-in.
  Batch wrong{whole->kiosk, whole->epoch, whole->entries[1].record.hash, {whole->entries[2]}, {}};
  wrong.entries[0].record.header.request_id[0] ^= 1U;
  const auto key = SigningKey::load(counter.folder() / "keys" / "kiosk" / "signing.pem");
  wrong.signature = key->sign(chain_hash(wrong.previous_hash, wrong.entries[0].record.header));
  CHECK(exchange.client().send(wrong).error().kind == sync::SyncFaultKind::Fork);

  REQUIRE(exchange.client().send(*whole).has_value());
  exchange.settle();
  counter.restart_ingest();
  Exchange after(counter, "missing-kiosk-after");
  after.settle();
  for (int sequence = 1; sequence <= 7; ++sequence) CHECK(after.state_of(sequence) == CaseState::Opened);
  CHECK(counter.store().counts()->missing == 0);
  CHECK(counter.look_into_cases().requests("").size() == 7);
}

TEST_CASE("ingest keeps no word that cases did not sign") {
  Counter counter("forged-words");
  Exchange exchange(counter, "forged-words-kiosk");
  counter.file(1);
  sync::StoreOutbox outbox(counter.store());
  const auto batch = outbox.next_batch(64);
  REQUIRE(exchange.client().send(*batch).has_value());
  auto link = backend::IngestLink::open(counter.cases_endpoint());
  REQUIRE(link.has_value());
  const RecordHeader& header = batch->entries[0].record.header;
  Acknowledgement word{Verdict::Invalid,
                       header.kiosk,
                       header.epoch,
                       header.sequence,
                       header.request_id,
                       batch->entries[0].record.hash,
                       {},
                       {},
                       {}};
  word.sign(SigningKey::generate());
  const auto refused = link->report({{{word, "", ""}}}, {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().problem->type == ProblemType::BadSignature);
  // Beside one that cases did sign it is only passed over.
  Acknowledgement genuine = word;
  genuine.verdict = Verdict::Accepted;
  genuine.sign(SigningKey::load(counter.folder() / "keys" / "cases" / "signing.pem").value());
  const auto taken = link->report({{{word, "", ""}, {genuine, "", ""}}}, {});
  REQUIRE(taken.has_value());
  CHECK(taken->taken == 1);
  CHECK(exchange.state_of(1) == CaseState::Opened);
  exchange.settle();
  CHECK(exchange.state_of(1) == CaseState::Opened);
}

TEST_CASE("another signing key at cases holds up no record; the words wait for ingest, or for their own key") {
  Counter counter("other-key");
  const auto cases_keys = counter.folder() / "keys" / "cases";
  const auto put = [&](const SigningKey& key) {
    std::filesystem::remove(cases_keys / "signing.pem");
    REQUIRE(key.save(cases_keys / "signing.pem").has_value());
  };
  const auto tell_ingest = [&](const SigningKey& key) {
    std::ofstream(counter.folder() / "keys" / "ingest" / "cases-public.pem", std::ios::trunc)
        << key.verifying_key().pem();
  };
  sync::StoreOutbox outbox(counter.store());
  const auto file = [&](int number) {
    counter.file(number);
    auto client = sync::Client::open(counter.endpoint(counter.ingest().port())).value();
    REQUIRE(outbox.stored(client.send(*outbox.next_batch(64))->stored) == sync::Outbox::Kept::Yes);
  };
  const auto state_of = [&](int sequence) {
    const auto view = sync::Client::open(counter.endpoint(counter.ingest().port()))
                          .value()
                          .look_up({{counter.enrolment().kiosk, counter.enrolment().epoch, sequence}, {}});
    REQUIRE(view.has_value());
    return view->state;
  };
  // Ingest has not been told of the new key.
  const SigningKey first = SigningKey::load(cases_keys / "signing.pem").value();
  const SigningKey second = SigningKey::generate();
  put(second);
  counter.restart_ingest();
  for (int number = 1; number <= 2; ++number) {
    file(number);
    const auto polled = counter.cases().poll_once({});
    REQUIRE_FALSE(polled.has_value());
    CHECK(polled.error().sync.kind == sync::SyncFaultKind::Refused);
    CHECK(counter.look_into_cases().requests("").size() == static_cast<std::size_t>(number));
  }
  // Both have the first one again: what was said under the second waits, and nothing waits for it.
  put(first);
  counter.restart_ingest();
  file(3);
  REQUIRE(counter.cases().poll_once({}).has_value());
  CHECK(state_of(1) == CaseState::Received);
  CHECK(state_of(3) == CaseState::Opened);
  // And with the second one at both it is told.
  put(second);
  tell_ingest(second);
  counter.restart_ingest();
  REQUIRE(counter.cases().poll_once({}).has_value());
  for (int sequence = 1; sequence <= 3; ++sequence) CHECK(state_of(sequence) == CaseState::Opened);
}
