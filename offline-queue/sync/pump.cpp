#include "offline-queue/sync/pump.h"

#include <algorithm>

namespace pishkhan::sync {
namespace {

/// After a batch that was too much for the line: so many smaller ones pass before a larger one is tried, which may
/// cost a whole deadline again.
constexpr int sends_before_growth = 16;

/// Steps with nothing to ask for until it is asked all the same: with one a minute, an hour.
constexpr int most_not_asked = 60;

/// The backend heard us and said no: asking again soon changes nothing.
bool is_refusal(const SyncFault& fault) {
  return fault.kind == SyncFaultKind::Refused || fault.kind == SyncFaultKind::Fork;
}

bool is_too_large(const SyncFault& fault) {
  return fault.kind == SyncFaultKind::Refused && fault.problem &&
         fault.problem->type == protocol::ProblemType::TooLarge;
}

/// The first place that the backend lost, if it says that records before this batch are missing.
std::optional<int> where_it_lacks(const SyncFault& fault, const protocol::Batch& batch) {
  if (!fault.problem || fault.problem->type != protocol::ProblemType::Gap) return std::nullopt;
  const std::optional<int> expected = fault.problem->expected_sequence;
  return expected && *expected < batch.first_sequence() ? expected : std::nullopt;
}

}  // namespace

bool Pump::go_back(int sequence) {
  const bool further = sequence >= 1 && sequence > tried_from_;
  again_from_ = further ? std::optional(sequence) : std::nullopt;
  if (!further) tried_from_ = 0;
  return further;
}

bool Pump::begin_again(PumpReport& report) {
  const bool first = !has_nothing_;
  has_nothing_ = true;
  again_from_ = 1;
  tried_from_ = 0;
  if (!first) report.fault = SyncFault{SyncFaultKind::BadAnswer, {}, {}};
  return first;
}

bool Pump::keep(Outbox& outbox, const protocol::StoredWord& word, PumpReport& report) {
  switch (outbox.stored(word)) {
    case Outbox::Kept::Yes:
      report.server_time = word.at;
      again_from_.reset();
      tried_from_ = 0;
      return true;
    case Outbox::Kept::Behind:
      report.server_time = word.at;
      if (go_back(word.sequence + 1)) return true;
      report.fault = SyncFault{SyncFaultKind::BadAnswer, {}, {}};
      return false;
    case Outbox::Kept::No:
      // A word that does not verify is no word; the records stay unsent.
      report.fault = SyncFault{SyncFaultKind::BadAnswer, {}, {}};
      return false;
    case Outbox::Kept::Forked:
      fork_ = SyncFault{SyncFaultKind::Fork, {}, {}, SyncDetail::RestoredDisk};
      report.fault = fork_;
      return false;
  }
  return false;
}

void Pump::send_one(Outbox& outbox, Backend& backend, PumpReport& report, bool& again) {
  if (fork_) {
    report.fault = fork_;
    return;
  }
  const std::optional<protocol::Batch> batch =
      again_from_ ? outbox.batch_from(*again_from_, limit_) : outbox.next_batch(limit_);
  if (!batch) {
    // What is to be sent again cannot be read: the backend's word must not have us ask it without a pause.
    if (again_from_) report.fault = SyncFault{SyncFaultKind::BadAnswer, {}, {}};
    again_from_.reset();
    return;
  }
  if (again_from_) tried_from_ = batch->first_sequence();
  const Result<protocol::BatchAnswer, SyncFault> answer = backend.send(*batch);
  if (!answer) {
    report.fault = answer.error();
    if (answer.error().kind == SyncFaultKind::Fork) fork_ = answer.error();
    if (const auto lost_from = where_it_lacks(answer.error(), *batch); lost_from && go_back(*lost_from)) {
      report.fault.reset();
      again = true;
    } else if (is_too_large(answer.error()) && batch->entries.size() > 1) {
      limit_ = static_cast<int>(batch->entries.size() / 2);
      report.fault.reset();
      again = true;
    } else if (answer.error().kind == SyncFaultKind::Timeout && batch->entries.size() > 1) {
      // A line on which so much does not get through in time never takes it, however often it is tried.
      limit_ = static_cast<int>(batch->entries.size() / 2);
      before_growth_ = sends_before_growth;
    }
    return;
  }
  if (!keep(outbox, answer->stored, report)) return;
  report.sent = static_cast<int>(batch->entries.size());
  if (before_growth_ > 0) {
    --before_growth_;
  } else {
    limit_ = std::min(limit_ * 2, static_cast<int>(protocol::largest_batch_entries));
  }
  again = true;
}

void Pump::ask_opened(Outbox& outbox, Backend& backend, PumpReport& report, bool& again) {
  // Once after a start even if nothing waits: a disk that was put back to an older state is found out before
  // anything is filed onto it. And now and then, since it may be the backend that was put back.
  if (asked_ && !outbox.awaits_opening() && ++not_asked_ < most_not_asked) return;
  const Result<protocol::Opened, SyncFault> opened = backend.opened_since(epoch_, cursor_);
  if (!opened) {
    report.fault = opened.error();
    return;
  }
  asked_ = true;
  not_asked_ = 0;
  report.server_time = opened->server_time;
  if (opened->stored) has_nothing_ = false;
  if (opened->stored && !fork_ && !keep(outbox, *opened->stored, report)) return;
  // What was sent just now it knows of; else it was put back to before this chain's first record.
  const bool all_sent = !again_from_ && report.sent == 0 && !fork_;
  if (!opened->stored && all_sent && outbox.anything_stored() && !begin_again(report)) return;
  again = again || again_from_;
  if (!outbox.opened(*opened)) {
    report.fault = SyncFault{SyncFaultKind::BadAnswer, {}, {}};
    return;
  }
  report.opened = static_cast<int>(opened->acknowledgements.size());
  // Only what was kept moves the cursor. It lives in memory: after a restart all words are asked for again.
  cursor_ = opened->cursor;
  // A page that has more behind it and nothing on it would be asked for without a pause.
  again = again || (opened->more && report.opened > 0);
}

PumpReport Pump::step(Outbox& outbox, Backend& backend) {
  PumpReport report;
  bool again = false;
  send_one(outbox, backend, report, again);
  const std::optional<SyncFault> sending_fault = report.fault;
  // An unreachable backend is not asked a second question in the same step.
  if (!sending_fault || is_refusal(*sending_fault)) ask_opened(outbox, backend, report, again);
  if (report.fault) {
    // The line is as good as it was: the same goes on right behind whoever it gave way to.
    if (report.fault->kind == SyncFaultKind::Stopped) return report;
    waits_out_fault_ = true;
    if (is_refusal(*report.fault)) {
      report.wait = jittered(periods_.refused, random_);
    } else {
      report.wait = backoff_.failed(random_, report.fault->retry_after);
    }
    return report;
  }
  backoff_.succeeded();
  waits_out_fault_ = false;
  if (again) return report;
  report.wait = jittered(outbox.awaits_opening() ? periods_.awaiting : periods_.idle, random_);
  return report;
}

}  // namespace pishkhan::sync
