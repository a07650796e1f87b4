#include "offline-queue/sync/client.h"

#include "base/core/personal.h"

#include <utility>

namespace pishkhan::sync {
namespace {

/// The message in a 2xx answer, or the fault.
template <class Message>
Result<Message, SyncFault> message_in(const Result<Answer, SyncFault>& answer) {
  if (!answer) return fail(answer.error());
  if (answer->status < 200 || answer->status > 299) return fail(fault_of(*answer));
  std::optional<Message> message = Message::parse(answer->body);
  if (!message) return fail(SyncFault{SyncFaultKind::BadAnswer, {}, {}});
  return std::move(*message);
}

bool answers(const protocol::BatchAnswer& answer, const protocol::Batch& batch) {
  if (answer.stored.size() != batch.entries.size()) return false;
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    const protocol::Record& entry = batch.entries[i];
    const protocol::Acknowledgement& word = answer.stored[i];
    if (word.kind != protocol::AcknowledgementKind::Stored || word.kiosk != batch.kiosk ||
        word.epoch != batch.epoch || word.sequence != entry.header.sequence || word.hash != entry.hash) {
      return false;
    }
  }
  return true;
}

}  // namespace

SyncFault fault_of(const Answer& answer) {
  SyncFault fault{SyncFaultKind::BadAnswer, protocol::Problem::parse(answer.body), answer.retry_after};
  if (answer.status == 429 || answer.status >= 500) {
    fault.kind = SyncFaultKind::Busy;
  } else if (fault.problem) {
    fault.kind =
        fault.problem->type == protocol::ProblemType::Fork ? SyncFaultKind::Fork : SyncFaultKind::Refused;
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
  const std::string key = batch.entries.empty() ? std::string() : to_hex(batch.entries.back().hash);
  auto answer = message_in<protocol::BatchAnswer>(
      transport_.perform({Method::Post, "/v1/batches", batch.encode(), key}, stop_));
  if (answer && !answers(*answer, batch)) return fail(SyncFault{SyncFaultKind::BadAnswer, {}, {}});
  return answer;
}

Result<protocol::Opened, SyncFault> Client::opened_since(int epoch, std::string_view cursor) {
  std::string target = "/v1/acknowledgements?epoch=" + std::to_string(epoch) + "&after=" + std::string(cursor);
  return message_in<protocol::Opened>(transport_.perform({Method::Get, std::move(target), {}, {}}, stop_));
}

Result<protocol::CaseView, SyncFault> Client::look_up(const protocol::LookUp& question) {
  Exchange exchange{Method::Post, "/v1/cases/lookup", question.encode(), {}};
  auto view = message_in<protocol::CaseView>(transport_.perform(exchange, stop_));
  wipe(exchange.body.data(), exchange.body.size());
  return view;
}

Result<protocol::ServerTime, SyncFault> Client::time() {
  return message_in<protocol::ServerTime>(transport_.perform({Method::Get, "/v1/time", {}, {}}, stop_));
}

}  // namespace pishkhan::sync
