// Cases' part in enrolment: keeps ingest's copy of the book, and signs what waits there.
#include "base/core/log.h"
#include "offline-queue/reference-backend/cases.h"
#include "offline-queue/reference-backend/cases_kiosks.h"

#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

/// An ingest of before there was enrolment.
bool does_not_know(const sync::SyncFault& fault) {
  return fault.problem && fault.problem->type == ProblemType::NotFound;
}

}  // namespace

Result<void, Cases::PollFault> Cases::give_book(Hash& held, const std::stop_token& stop) {
  CasesKiosks kiosks(store_.database());
  // What ingest knew beyond it changes the book, so it is given twice at most.
  for (int round = 0; round < 2; ++round) {
    const std::int64_t version = kiosks.version();
    if (book_version_ != version) {
      book_ = kiosks.book();
      book_version_ = version;
    }
    if (held == book_.digest) return {};
    const auto taken = link_.give(book_, stop);
    if (!taken) return fail(PollFault{PollFault::Where::Ingest, taken.error()});
    held = book_.digest;
    log::info("cases.book-given", {{"kiosks", book_.kiosks.size()}, {"codes", book_.codes.size()}});
    if (taken->beyond.empty()) return {};
    const bool begun = store_.begin();
    const auto contradictions = begun ? kiosks.adopt(taken->beyond, clock_.wall()) : std::nullopt;
    if (!contradictions || !store_.commit()) return fail(database_fault());
    if (*contradictions > 0) log::error("cases.book-contradicted", {{"epochs", *contradictions}});
  }
  return {};
}

Result<void, Cases::PollFault> Cases::enrol(const std::stop_token& stop) {
  const auto page = link_.enrolments(stop);
  if (!page && does_not_know(page.error())) return {};
  if (!page) return fail(PollFault{PollFault::Where::Ingest, page.error()});
  CasesKiosks kiosks(store_.database());
  if (!page->tried.empty() && !(store_.begin() && kiosks.note_tries(page->tried) && store_.commit()))
    return fail(database_fault());
  Hash held = page->book;
  // First, so that no epoch is given that ingest knows already.
  if (auto given = give_book(held, stop); !given) return given;
  if (page->waiting.empty() || !city_keys_) return {};
  EnrolmentAnswers answers;
  if (!store_.begin()) return fail(database_fault());
  for (const EnrolmentsPage::Waiting& waiting : page->waiting) {
    auto answered = kiosks.answer(waiting, *city_keys_, terms_, clock_.wall());
    if (!answered) return fail(database_fault());
    log::info("cases.enrolled", {{"kiosk", waiting.kiosk},
                                 {"renewal", waiting.epoch != 0},
                                 {"refusal", log::PublicText{name(answered->refusal)}}});
    answers.answers.push_back(std::move(*answered));
  }
  if (!store_.commit()) return fail(database_fault());
  // Then the new epochs, so that a kiosk which has its certificate is known.
  if (auto given = give_book(held, stop); !given) return given;
  const auto taken = link_.give(answers, stop);
  if (!taken) return fail(PollFault{PollFault::Where::Ingest, taken.error()});
  return {};
}

}  // namespace pishkhan::backend
