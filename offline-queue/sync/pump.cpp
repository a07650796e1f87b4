#include "offline-queue/sync/pump.h"

namespace pishkhan::sync {
namespace {

/// The backend heard us and said no: asking again soon changes nothing.
bool is_refusal(const SyncFault& fault) {
  return fault.kind == SyncFaultKind::Refused || fault.kind == SyncFaultKind::Fork;
}

}  // namespace

void Pump::send_one(Outbox& outbox, Backend& backend, PumpReport& report, bool& again) {
  const std::optional<protocol::Batch> batch = outbox.next_batch();
  if (!batch) return;
  const Result<protocol::BatchAnswer, SyncFault> answer = backend.send(*batch);
  if (!answer) {
    report.fault = answer.error();
    return;
  }
  report.server_time = answer->server_time;
  if (!outbox.stored(*answer)) {
    // A word that does not verify is no word; the records stay unsent.
    report.fault = SyncFault{SyncFaultKind::BadAnswer, {}, {}};
    return;
  }
  report.sent = static_cast<int>(batch->entries.size());
  again = true;
}

void Pump::ask_opened(Outbox& outbox, Backend& backend, PumpReport& report, bool& again) {
  if (!outbox.awaits_opening()) return;
  const Result<protocol::Opened, SyncFault> opened = backend.opened_since(epoch_, cursor_);
  if (!opened) {
    report.fault = opened.error();
    return;
  }
  report.server_time = opened->server_time;
  if (!outbox.opened(*opened)) {
    report.fault = SyncFault{SyncFaultKind::BadAnswer, {}, {}};
    return;
  }
  report.opened = static_cast<int>(opened->acknowledgements.size());
  // Only what was kept moves the cursor. It lives in memory: after a restart all words are asked for again.
  cursor_ = opened->cursor;
  again = again || opened->more;
}

PumpReport Pump::step(Outbox& outbox, Backend& backend) {
  PumpReport report;
  bool again = false;
  send_one(outbox, backend, report, again);
  const std::optional<SyncFault> sending_fault = report.fault;
  // An unreachable backend is not asked a second question in the same step.
  if (!sending_fault || is_refusal(*sending_fault)) ask_opened(outbox, backend, report, again);
  if (report.fault) {
    if (is_refusal(*report.fault)) {
      report.wait = jittered(periods_.refused, random_);
    } else {
      report.wait = backoff_.failed(random_, report.fault->retry_after);
    }
    return report;
  }
  backoff_.succeeded();
  if (again) return report;
  report.wait = jittered(outbox.awaits_opening() ? periods_.awaiting : periods_.idle, random_);
  return report;
}

}  // namespace pishkhan::sync
