#include "tests/fleet/ledger.h"

#include "offline-queue/protocol/request_body.h"

#include <algorithm>
#include <utility>

namespace pishkhan::fleet {

using protocol::Verdict;

void Ledger::attempt(int kiosk, const visit::effect::File& job) {
  Promise promise;
  promise.kiosk = kiosk;
  promise.visit = job.visit;
  promise.service = job.service->id;
  for (const auto& [id, value] : job.values) promise.values.emplace(id, value.reveal());
  open_[{kiosk, job.visit}] = std::move(promise);
}

void Ledger::accept(int kiosk, const visit::event::Filed& filed) {
  const auto found = open_.find({kiosk, filed.visit});
  if (found == open_.end()) return breach_(kiosk, "a receipt was given for what nobody filed");
  Promise promise = std::move(found->second);
  open_.erase(found);
  const auto statement = protocol::ReceiptStatement::parse(filed.request.statement);
  if (!statement || !statement->verify(city_)) {
    return breach_(kiosk, "a receipt that the city's key does not verify");
  }
  promise.sequence = statement->sequence;
  if (filed.joined) return join(std::move(promise), statement->chain_head);
  int& last = last_sequence_[kiosk];
  if (promise.sequence <= last) return breach_(kiosk, "a tracking code was given twice");
  last = promise.sequence;
  if (!accepted_.emplace(statement->chain_head, std::move(promise)).second) {
    breach_(kiosk, "one record is the receipt of two requests");
  }
}

/// To a request that was accepted, or to one that came through a power cut: whoever has its receipt now, has
/// it.
void Ledger::join(Promise promise, const protocol::Hash& head) {
  const auto earlier = accepted_.find(head);
  if (earlier != accepted_.end() && earlier->second.kiosk == promise.kiosk) return;
  const auto kept = std::find_if(unknown_.begin(), unknown_.end(), [&](const Promise& one) {
    return one.kiosk == promise.kiosk && one.values == promise.values;
  });
  if (kept == unknown_.end()) return breach_(promise.kiosk, "joined to a request that was never accepted");
  unknown_.erase(kept);
  accepted_.emplace(head, std::move(promise));
}

void Ledger::refuse(int kiosk, visit::VisitId visit) {
  open_.erase({kiosk, visit});
}

void Ledger::lose_power(int kiosk) {
  for (auto one = open_.lower_bound({kiosk, 0}); one != open_.end() && one->first.first == kiosk;) {
    unknown_.push_back(std::move(one->second));
    one = open_.erase(one);
  }
}

void Ledger::restore(int kiosk, int last) {
  restored_.insert(kiosk);
  restored_to_[kiosk] = last;
  last_sequence_[kiosk] = last;
  for (auto& [hash, promise] : accepted_) {
    if (promise.kiosk == kiosk && promise.sequence > last) promise.stranded = true;
  }
}

void Ledger::judge_body(const Promise& promise, const backend::CasesStore::Row& row, const char* what) {
  const auto request = protocol::parse_request(row.body);
  bool same = request.has_value() && request->service_id == promise.service;
  if (same) {
    std::map<std::string, std::string> values;
    for (const auto* part : {&request->fields, &request->identity}) {
      for (const auto& [id, value] : *part) values.emplace(id, value.reveal());
    }
    same = values == promise.values;
  }
  if (!same) breach_(promise.kiosk, what);
}

void Ledger::judge_row(const backend::CasesStore::Row& row, std::map<int, int>& last_of) {
  const protocol::Acknowledgement& word = row.report.acknowledgement;
  int& last = last_of[word.kiosk];
  if (word.sequence <= last) return breach_(word.kiosk, "opened out of order or twice");
  last = word.sequence;
  // Of a record that its disk damaged only the link came.
  if (word.verdict == Verdict::Missing && damaged_.contains(word.kiosk)) return;
  if (word.verdict != Verdict::Accepted && word.verdict != Verdict::Joined) {
    return breach_(word.kiosk, "an honest request was found invalid: " + row.reason);
  }
  if (opened_.contains(word.hash)) return;  // judged on an earlier day
  const auto promised = accepted_.find(word.hash);
  if (promised != accepted_.end()) {
    if (promised->second.kiosk != word.kiosk || promised->second.sequence != word.sequence) {
      return breach_(word.kiosk, "opened under another kiosk or code");
    }
    judge_body(promised->second, row, "opened with another content than was filed");
  } else {
    // Nobody was given a receipt: then it was under way when the power went, and nothing else.
    const auto kept = std::find_if(unknown_.begin(), unknown_.end(), [&](const Promise& one) {
      const auto request = protocol::parse_request(row.body);
      const auto address = one.values.find("address");
      return one.kiosk == word.kiosk && request && address != one.values.end() &&
             request->fields.contains("address") && request->fields.at("address").reveal() == address->second;
    });
    if (kept == unknown_.end())
      return breach_(word.kiosk, "opened, but its citizen was never told that it is filed");
    judge_body(*kept, row, "kept at a power cut with another content");
    unknown_.erase(kept);
  }
  opened_[word.hash] = word.verdict;
}

void Ledger::judge_arrived(const std::vector<backend::CasesStore::Row>& rows) {
  for (const backend::CasesStore::Row& row : rows) judge_row(row, arrived_up_to_);
}

void Ledger::judge_opened(const std::vector<backend::CasesStore::Row>& rows) {
  std::map<int, int> last_of;
  for (const backend::CasesStore::Row& row : rows) judge_row(row, last_of);
}

void Ledger::judge_disk(int kiosk, store::Store& queue) {
  const store::Findings& findings = queue.findings();
  const bool complains = !findings.damaged.empty() || !findings.head_verifies ||
                         findings.anchor != store::Findings::Anchor::Matches;
  if (complains && !damaged_.contains(kiosk))
    return breach_(kiosk, "the store finds damage where there is none");
  for (const auto& [hash, promise] : accepted_) {
    if (promise.kiosk != kiosk || promise.stranded) continue;
    const auto record = queue.record(promise.sequence);
    const bool there = record && *record && (*record)->hash == hash;
    if (!there && !complains) return breach_(kiosk, "an accepted request is not on the disk");
  }
}

void Ledger::judge_erased(int kiosk, store::Store& queue) {
  for (const auto& [hash, promise] : accepted_) {
    if (promise.kiosk != kiosk || promise.stranded || opened_.contains(hash)) continue;
    const auto record = queue.record(promise.sequence);
    if (record && *record && !(*record)->payload) return breach_(kiosk, "erased before it was opened");
  }
}

int Ledger::due() const {
  int due = 0;
  for (const auto& [hash, promise] : accepted_) {
    const bool excused = damaged_.contains(promise.kiosk) || restored_.contains(promise.kiosk);
    due += !excused && !opened_.contains(hash) ? 1 : 0;
  }
  return due;
}

void Ledger::judge_forks(const std::set<int>& reported) {
  for (const int kiosk : restored_) {
    bool lost_branch_opened = false;
    bool new_branch_opened = false;
    for (const auto& [hash, promise] : accepted_) {
      if (promise.kiosk != kiosk) continue;
      const bool opened = opened_.contains(hash);
      const bool since = !promise.stranded && promise.sequence > restored_to_[kiosk];
      lost_branch_opened = lost_branch_opened || (promise.stranded && opened);
      new_branch_opened = new_branch_opened || (since && opened);
    }
    if (lost_branch_opened && new_branch_opened) breach_(kiosk, "two branches of one chain were merged");
    // The backend's word ends filing on it, so that there need be no new branch.
    if (lost_branch_opened && !reported.contains(kiosk)) {
      breach_(kiosk, "a disk was restored and nobody was told");
    }
  }
}

void Ledger::judge_drained() {
  const Promise* first = nullptr;
  for (const auto& [hash, promise] : accepted_) {
    const bool excused = damaged_.contains(promise.kiosk) || restored_.contains(promise.kiosk);
    if (excused || opened_.contains(hash)) continue;
    const auto place = [](const Promise& one) { return std::pair(one.kiosk, one.sequence); };
    if (first == nullptr || place(promise) < place(*first)) first = &promise;
  }
  if (first == nullptr) return;
  breach_(first->kiosk, "accepted and never opened: sequence " + std::to_string(first->sequence) + ", one of " +
                            std::to_string(due()));
}

}  // namespace pishkhan::fleet
