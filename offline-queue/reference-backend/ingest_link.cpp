#include "offline-queue/reference-backend/ingest_link.h"

#include "offline-queue/sync/client.h"

#include <utility>

namespace pishkhan::backend {
namespace {

template <class Message>
Result<Message, sync::SyncFault> message_in(const Result<sync::Answer, sync::SyncFault>& answer) {
  if (!answer) return fail(answer.error());
  if (answer->status != 200) return fail(sync::fault_of(*answer));
  std::optional<Message> message = Message::parse(answer->body);
  if (!message) return fail(sync::SyncFault{sync::SyncFaultKind::BadAnswer, {}, {}});
  return std::move(*message);
}

}  // namespace

Result<IngestLink, sync::SyncFault> IngestLink::open(sync::Endpoint endpoint) {
  // 64 records of the largest size, with room.
  endpoint.largest_answer_bytes = protocol::largest_request_bytes * 2;
  Result<sync::Transport, sync::SyncFault> transport = sync::Transport::open(std::move(endpoint));
  if (!transport) return fail(transport.error());
  return IngestLink(std::move(*transport));
}

Result<protocol::SealedPage, sync::SyncFault> IngestLink::sealed_since(const std::string& cursor,
                                                                       const std::stop_token& stop) {
  const sync::Exchange exchange{sync::Method::Get, "/internal/v1/sealed?after=" + cursor, {}, {}};
  return message_in<protocol::SealedPage>(transport_.perform(exchange, stop));
}

Result<protocol::OpenedTaken, sync::SyncFault> IngestLink::report(const protocol::OpenedReport& report,
                                                                  const std::stop_token& stop) {
  const sync::Exchange exchange{sync::Method::Post, "/internal/v1/opened", report.encode(), {}};
  return message_in<protocol::OpenedTaken>(transport_.perform(exchange, stop));
}

Result<protocol::OpenedTaken, sync::SyncFault> IngestLink::give(const protocol::UpdatesReport& report,
                                                                const std::stop_token& stop) {
  const sync::Exchange exchange{sync::Method::Post, "/internal/v1/updates", report.encode(), {}};
  return message_in<protocol::OpenedTaken>(transport_.perform(exchange, stop));
}

Result<protocol::OpenedTaken, sync::SyncFault> IngestLink::give(const protocol::CataloguePart& part,
                                                                const std::stop_token& stop) {
  const sync::Exchange exchange{sync::Method::Post, "/internal/v1/catalogues", part.encode(), {}};
  return message_in<protocol::OpenedTaken>(transport_.perform(exchange, stop));
}

Result<protocol::HealthPage, sync::SyncFault> IngestLink::health_since(const std::string& cursor,
                                                                       const std::stop_token& stop) {
  const sync::Exchange exchange{sync::Method::Get, "/internal/v1/health?after=" + cursor, {}, {}};
  return message_in<protocol::HealthPage>(transport_.perform(exchange, stop));
}

Result<protocol::EnrolmentsPage, sync::SyncFault> IngestLink::enrolments(const std::stop_token& stop) {
  const sync::Exchange exchange{sync::Method::Get, "/internal/v1/enrolments", {}, {}};
  return message_in<protocol::EnrolmentsPage>(transport_.perform(exchange, stop));
}

Result<protocol::OpenedTaken, sync::SyncFault> IngestLink::give(const protocol::EnrolmentAnswers& answers,
                                                                const std::stop_token& stop) {
  const sync::Exchange exchange{sync::Method::Post, "/internal/v1/enrolments", answers.encode(), {}};
  return message_in<protocol::OpenedTaken>(transport_.perform(exchange, stop));
}

Result<protocol::BookTaken, sync::SyncFault> IngestLink::give(const protocol::BookReport& book,
                                                              const std::stop_token& stop) {
  const sync::Exchange exchange{sync::Method::Post, "/internal/v1/kiosks", book.encode(), {}};
  return message_in<protocol::BookTaken>(transport_.perform(exchange, stop));
}

}  // namespace pishkhan::backend
