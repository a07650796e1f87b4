#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::network_test;
using namespace pishkhan::protocol;

namespace {

sync::Client client_of(Counter& counter, const std::string& name) {
  sync::Endpoint endpoint = counter.endpoint(counter.ingest().port());
  endpoint.observer = capture(name);
  auto client = sync::Client::open(endpoint);
  REQUIRE(client.has_value());
  return std::move(*client);
}

std::optional<ProblemType> problem_of(const Result<BatchAnswer, sync::SyncFault>& answer) {
  if (answer || !answer.error().problem) return std::nullopt;
  return answer.error().problem->type;
}

}  // namespace

TEST_CASE(
    "the same batch gets the same words; forks, gaps, broken chains and foreign signatures store nothing") {
  Counter counter("ingest");
  sync::Client client = client_of(counter, "ingest-kiosk");
  sync::StoreOutbox outbox(counter.store());
  for (int i = 0; i < 3; ++i) counter.file(i);
  const Batch batch = *outbox.next_batch(64);
  REQUIRE(batch.entries.size() == 3);

  Batch late = batch;
  late.previous_hash = late.entries[0].record.hash;
  late.entries.erase(late.entries.begin());
  const auto gap = client.send(late);
  CHECK(problem_of(gap) == ProblemType::Gap);
  CHECK(gap.error().problem->expected_sequence == 1);
  CHECK(gap.error().problem->stored == Problem::Head{});

  Batch foreign = batch;
  foreign.signature = SigningKey::generate().sign(foreign.entries.back().record.hash);
  CHECK(problem_of(client.send(foreign)) == ProblemType::BadSignature);
  Batch broken = batch;
  broken.entries[1].record.payload->front() ^= 1U;
  CHECK(problem_of(client.send(broken)) == ProblemType::BadChain);
  broken = batch;
  broken.entries[1].record.header.request_id[0] ^= 1U;
  CHECK(problem_of(client.send(broken)) == ProblemType::BadSignature);
  Batch stranger = batch;
  stranger.epoch = 2;
  for (BatchEntry& entry : stranger.entries) entry.record.header.epoch = 2;
  CHECK(problem_of(client.send(stranger)) == ProblemType::UnknownKiosk);

  const auto first = client.send(batch);
  REQUIRE(first.has_value());
  CHECK(first->stored.sequence == 3);
  CHECK(first->stored.hash == batch.entries.back().record.hash);
  const auto second = client.send(batch);
  REQUIRE(second.has_value());
  CHECK(second->stored.hash == first->stored.hash);
  // Overlapping what is there is fine too, and the word is about all that is stored.
  Batch early = batch;
  early.entries.pop_back();
  early.signature = (*counter.store().record(2))->signature;
  CHECK(client.send(late)->stored.sequence == 3);
  CHECK(client.send(early)->stored.sequence == 3);

  // Another record in a taken place, by the kiosk's own key: a restored disk.
  auto key = SigningKey::load(counter.folder() / "keys" / "kiosk" / "signing.pem");
  Batch fork{batch.kiosk, batch.epoch, batch.entries[0].record.hash, {batch.entries[1]}, {}};
  fork.entries[0].record.header.request_id[0] ^= 1U;
  fork.signature = key->sign(chain_hash(fork.previous_hash, fork.entries[0].record.header));
  const auto answer = client.send(fork);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == sync::SyncFaultKind::Fork);
  CHECK(answer.error().detail == sync::SyncDetail::RestoredDisk);
  CHECK(answer.error().problem->expected_sequence == 2);
  CHECK(answer.error().problem->stored == Problem::Head{3, first->stored.hash});
  // The same in the very first place: nothing in common.
  fork.previous_hash = batch.previous_hash;
  fork.entries[0] = batch.entries[0];
  fork.entries[0].record.header.request_id[0] ^= 1U;
  fork.signature = key->sign(chain_hash(fork.previous_hash, fork.entries[0].record.header));
  CHECK(client.send(fork).error().detail == sync::SyncDetail::ForeignChain);
}

TEST_CASE("a case is seen by its code; its number only with the secret; guessing ends") {
  Counter counter("lookup");
  sync::Client client = client_of(counter, "lookup-kiosk");
  sync::StoreOutbox outbox(counter.store());
  counter.file(1);
  counter.file(1);
  const TrackingCode code{counter.enrolment().kiosk, counter.enrolment().epoch, 1};
  CHECK(client.look_up({code, {}})->state == CaseState::Unknown);
  REQUIRE(outbox.stored(client.send(*outbox.next_batch(64))->stored) == sync::Outbox::Kept::Yes);
  CHECK(client.look_up({code, {}})->state == CaseState::Received);
  REQUIRE(counter.cases().poll_once({}).has_value());
  const auto seen = client.look_up({code, {}});
  CHECK(seen->state == CaseState::Opened);
  CHECK(seen->stage == "referral");
  CHECK(seen->case_number.empty());
  const auto known = client.look_up({code, PersonalText(kReceiptSecret)});
  CHECK(known->secret_accepted);
  CHECK_FALSE(known->case_number.empty());
  const auto joined = client.look_up({{code.kiosk, code.epoch, 2}, PersonalText(kReceiptSecret)});
  CHECK(joined->state == CaseState::Joined);
  CHECK(joined->case_number == known->case_number);
  const auto words = client.opened_since(1, "");
  REQUIRE(words.has_value());
  CHECK(outbox.opened(*words));
  CHECK(counter.store().counts()->unopened == 0);
  CHECK(client.time().has_value());

  int wrong = 0;
  for (int guess = 0; guess < 10; ++guess) {
    const auto tried = client.look_up({code, PersonalText("1111111" + std::to_string(guess))});
    if (tried) {
      CHECK_FALSE(tried->secret_accepted);
      ++wrong;
    } else {
      CHECK(tried.error().kind == sync::SyncFaultKind::Busy);
      CHECK(tried.error().retry_after > std::chrono::minutes(10));
    }
  }
  CHECK(wrong == 4);
}

TEST_CASE("each interface refuses the other's certificate, and nobody gets in without one of the pinned CA") {
  Counter counter("roles");
  sync::Endpoint inner = counter.endpoint(counter.ingest().internal_port());
  auto link = backend::IngestLink::open(inner);
  REQUIRE(link.has_value());
  const auto sealed = link->sealed_since("", {});
  REQUIRE_FALSE(sealed.has_value());
  CHECK(sealed.error().problem->type == ProblemType::WrongRole);

  sync::Endpoint outer = counter.cases_endpoint();
  outer.base_url = counter.endpoint(counter.ingest().port()).base_url;
  auto cases_as_kiosk = sync::Client::open(outer);
  REQUIRE(cases_as_kiosk.has_value());
  CHECK(cases_as_kiosk->time().error().problem->type == ProblemType::WrongRole);

  // Another CA, whose server and client are just as well made.
  Counter other("other");
  sync::Endpoint wrong = counter.endpoint(other.ingest().port());
  auto astray = sync::Client::open(wrong);
  REQUIRE(astray.has_value());
  CHECK(astray->time().error().kind == sync::SyncFaultKind::WrongCertificate);
  wrong.authority_file = other.endpoint(1).authority_file;
  auto intruder = sync::Client::open(wrong);
  REQUIRE(intruder.has_value());
  CHECK(intruder->time().error().kind == sync::SyncFaultKind::WrongCertificate);
  wrong.base_url = "https://127.0.0.1:1";
  CHECK(sync::Client::open(wrong)->time().error().kind == sync::SyncFaultKind::Unreachable);
}
