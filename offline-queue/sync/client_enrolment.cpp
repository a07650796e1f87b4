// The client's part in enrolment and renewal; client.cpp has the way up.
#include "offline-queue/sync/client.h"

#include <algorithm>
#include <utility>

namespace pishkhan::sync {

Result<EnrolmentReply, SyncFault> ask_enrolment(Transport& transport, const Exchange& exchange,
                                                const std::stop_token& stop) {
  auto answer = transport.perform(exchange, stop);
  if (!answer) return fail(answer.error());
  EnrolmentReply reply;
  // RFC 7030 section 4.2.3: the certificate is not there yet.
  if (answer->status == 202) {
    constexpr std::chrono::milliseconds longest{60'000};
    if (answer->retry_after) reply.wait = std::min(*answer->retry_after, longest);
    return reply;
  }
  if (answer->status != 200) return fail(fault_of(*answer));
  reply.answer = protocol::EnrolmentAnswer::parse(answer->body);
  if (!reply.answer) return fail(SyncFault{SyncFaultKind::BadAnswer, {}, {}});
  return reply;
}

Result<EnrolmentReply, SyncFault> Client::renew(const protocol::RenewalRequest& request) {
  return ask_enrolment(transport_, {Method::Post, "/v1/simplereenroll", request.encode(), {}}, stop_);
}

}  // namespace pishkhan::sync
