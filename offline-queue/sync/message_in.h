#pragma once

#include "offline-queue/sync/client.h"

#include <optional>
#include <utility>

namespace pishkhan::sync {

/// The message in a 2xx answer, or the fault.
template <class Message>
[[nodiscard]] Result<Message, SyncFault> message_in(const Result<Answer, SyncFault>& answer) {
  if (!answer) return fail(answer.error());
  if (answer->status < 200 || answer->status > 299) return fail(fault_of(*answer));
  std::optional<Message> message = Message::parse(answer->body);
  if (!message) return fail(SyncFault{SyncFaultKind::BadAnswer, {}, {}});
  return std::move(*message);
}

}  // namespace pishkhan::sync
