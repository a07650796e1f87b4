#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::network_test;
using namespace pishkhan::protocol;

namespace {

/// The real transport, with bytes that our client would not send.
class RawLine {
 public:
  explicit RawLine(Counter& counter)
      : transport_(std::move(*sync::Transport::open(counter.endpoint(counter.ingest().port())))) {}
  sync::Answer ask(const sync::Exchange& exchange) {
    auto answer = transport_.perform(exchange, {});
    REQUIRE(answer.has_value());
    return std::move(*answer);
  }
  sync::Answer send(const Bytes& bytes, std::string_view type) {
    return ask({sync::Method::Post, "/v1/batches", std::string(as_text(bytes)), {}, std::string(type)});
  }

 private:
  sync::Transport transport_;
};

void check_unsupported(const sync::Answer& answer) {
  CHECK(answer.status == 415);
  const sync::SyncFault fault = sync::fault_of(answer);
  CHECK(fault.kind == sync::SyncFaultKind::Refused);
  CHECK(fault.detail == sync::SyncDetail::UpdateNeeded);
}

}  // namespace

TEST_CASE("a later minor version is understood, another major one is named so, and nothing of it is stored") {
  Counter counter("versions");
  RawLine line(counter);
  counter.file(1);
  counter.file(2);
  sync::StoreOutbox outbox(counter.store());
  const Bytes bytes = outbox.next_batch(64)->encode();

  Bytes next_major = bytes;
  next_major[3] = 2;
  check_unsupported(line.send(next_major, batch_media_type));
  check_unsupported(line.send(bytes, "application/json"));
  check_unsupported(line.send(bytes, "application/vnd.pishkhan.batch2"));
  check_unsupported(line.ask({sync::Method::Get, "/v2/time", {}, {}}));
  CHECK(line.ask({sync::Method::Get, "/v1/no-such", {}, {}}).status == 404);
  Bytes cut = bytes;
  cut.pop_back();
  CHECK(Problem::parse(line.send(cut, batch_media_type).body)->type == ProblemType::Malformed);
  auto client = sync::Client::open(counter.endpoint(counter.ingest().port()));
  REQUIRE(client.has_value());
  CHECK_FALSE(client->opened_since(1, "")->stored.has_value());
  CHECK(client->time()->newest == ProtocolVersion{1, 0});

  Bytes next_minor = bytes;
  next_minor[4] = 7;
  next_minor[6] = 5;
  const Bytes extension{'l', 'a', 't', 'e', 'r'};
  next_minor.insert(next_minor.begin() + 7, extension.begin(), extension.end());
  const sync::Answer answer = line.send(next_minor, batch_media_type);
  REQUIRE(answer.status == 200);
  CHECK(outbox.stored(BatchAnswer::parse(answer.body)->stored) == sync::Outbox::Kept::Yes);

  // JSON of a later minor version, towards ingest.
  const TrackingCode code{counter.enrolment().kiosk, counter.enrolment().epoch, 1};
  const sync::Answer seen = line.ask(
      {sync::Method::Post, "/v1/cases/lookup", R"({"code":")" + code.digits() + R"(","later":{"x":[1]}})", {}});
  CHECK(seen.status == 200);
  CHECK(CaseView::parse(seen.body)->state == CaseState::Received);
}
