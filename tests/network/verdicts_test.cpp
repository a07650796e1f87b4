#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"

#include <doctest/doctest.h>

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
  counter.file_raw(seal(as_bytes("{}"), OpeningKey::generate(99).public_part()).value());
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
      "", "field-breaks-its-rule", "sealed-to-another-key", "no-request-body", "no-envelope", "no-envelope",
      ""};
  for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i].reason == reasons[i]);
  // What could not be read is kept by cases as it came, for whoever finds the key.
  CHECK(rows[4].body == Bytes(1078, 0x5a));
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
  exchange.settle();
  CHECK(exchange.state_of(1) == CaseState::Opened);
}
