#include "offline-queue/sync/client.h"

#include "base/core/personal.h"
#include "offline-queue/sync/message_in.h"

#include <utility>

namespace pishkhan::sync {
namespace {

/// Somebody stands before the screen and waits; the kiosk gives up after 15 s.
constexpr std::chrono::milliseconds look_up_deadline{8'000};

/// Ingest compared all that the batch showed of the past: its own places and the hash before them.
SyncDetail kind_of_fork(const SyncFault& fork, const protocol::Batch& batch) {
  const bool told = fork.problem && fork.problem->expected_sequence;
  const int differs_at = told ? *fork.problem->expected_sequence : 1;
  const bool common = differs_at > 1 && differs_at >= batch.first_sequence();
  return common ? SyncDetail::RestoredDisk : SyncDetail::ForeignChain;
}

}  // namespace

SyncFault fault_of(const Answer& answer) {
  SyncFault fault{SyncFaultKind::BadAnswer, protocol::Problem::parse(answer.body), answer.retry_after};
  if (answer.status == 429 || answer.status >= 500) {
    fault.kind = SyncFaultKind::Busy;
  } else if (fault.problem) {
    fault.kind =
        fault.problem->type == protocol::ProblemType::Fork ? SyncFaultKind::Fork : SyncFaultKind::Refused;
    if (fault.problem->type == protocol::ProblemType::Unsupported) fault.detail = SyncDetail::UpdateNeeded;
  }
  return fault;
}

Result<Client, SyncFault> Client::open(Endpoint endpoint, std::stop_token stop) {
  Result<Transport, SyncFault> transport = Transport::open(std::move(endpoint));
  if (!transport) return fail(transport.error());
  return Client(std::move(*transport), std::move(stop));
}

Result<protocol::BatchAnswer, SyncFault> Client::send(const protocol::Batch& batch) {
  // The head's hash names these very bytes for ever, which is all that an idempotency key is.
  const std::string key = to_hex(batch.entries.back().record.hash);
  const Bytes bytes = batch.encode();
  Exchange exchange{Method::Post, "/v1/batches", std::string(as_text(bytes)), key,
                    std::string(protocol::batch_media_type)};
  exchange.gives_way = true;
  auto answer = message_in<protocol::BatchAnswer>(transport_.perform(exchange, stop_));
  const bool about_it = answer && answer->stored.kiosk == batch.kiosk && answer->stored.epoch == batch.epoch &&
                        answer->stored.sequence >= batch.last_sequence();
  if (!answer && answer.error().kind == SyncFaultKind::Fork) {
    answer.error().detail = kind_of_fork(answer.error(), batch);
    return answer;
  }
  if (answer && !about_it) return fail(SyncFault{SyncFaultKind::BadAnswer, {}, {}});
  return answer;
}

Result<protocol::Opened, SyncFault> Client::opened_since(int epoch, std::string_view cursor) {
  std::string target = "/v1/acknowledgements?epoch=" + std::to_string(epoch) + "&after=" + std::string(cursor);
  return message_in<protocol::Opened>(transport_.perform({Method::Get, std::move(target), {}, {}}, stop_));
}

Result<protocol::CaseView, SyncFault> Client::look_up(const protocol::LookUp& question) {
  Exchange exchange{Method::Post, "/v1/cases/lookup", question.encode(), {}};
  exchange.deadline = look_up_deadline;
  auto view = message_in<protocol::CaseView>(transport_.perform(exchange, stop_));
  wipe(exchange.body.data(), exchange.body.size());
  return view;
}

Result<protocol::ServerTime, SyncFault> Client::time() {
  return message_in<protocol::ServerTime>(transport_.perform({Method::Get, "/v1/time", {}, {}}, stop_));
}

}  // namespace pishkhan::sync
