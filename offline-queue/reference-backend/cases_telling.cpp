// What cases tells ingest: its words about records, and what the city says to its kiosks.
#include "base/core/log.h"
#include "offline-queue/reference-backend/cases.h"
#include "offline-queue/reference-backend/cases_updates.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

constexpr std::size_t kAtOnce = 64;

}  // namespace

std::optional<OpenedReport> Cases::own_words(std::vector<OpenedReport::Case> cases) {
  const VerifyingKey key = signing_key_.verifying_key();
  const auto foreign = std::stable_partition(
      cases.begin(), cases.end(),
      [&key](const OpenedReport::Case& one) { return one.acknowledgement.verify(key); });
  const std::vector<OpenedReport::Case> others(std::make_move_iterator(foreign),
                                               std::make_move_iterator(cases.end()));
  cases.erase(foreign, cases.end());
  if (!others.empty()) {
    log::error("cases.words-under-another-key", {{"words", others.size()}});
    if (!(store_.begin() && store_.set_aside(others) && store_.commit())) return std::nullopt;
  }
  return OpenedReport{std::move(cases)};
}

Result<void, Cases::PollFault> Cases::report_words(Given& given, Polled& polled, const std::stop_token& stop) {
  auto waiting = store_.unreported(kAtOnce);
  if (waiting.cases.empty()) return {};
  given.more_words = waiting.cases.size() >= kAtOnce;
  const auto report = own_words(std::move(waiting.cases));
  if (!report) return fail(database_fault());
  if (!report->cases.empty()) {
    const auto taken = link_.report(*report, stop);
    if (!taken && taken.error().kind == sync::SyncFaultKind::Refused) {
      polled.refused = taken.error();
      given.more_words = false;
      return {};
    }
    if (!taken) return fail(PollFault{PollFault::Where::Ingest, taken.error()});
  }
  given.word = waiting.last;
  polled.reported += static_cast<int>(report->cases.size());
  return {};
}

/// Packs first: a kiosk that hears of one finds it.
Result<void, Cases::PollFault> Cases::relay_updates(Given& given, Polled& polled, const std::stop_token& stop) {
  CasesUpdates updates(store_.database());
  while (const auto pack = updates.unrelayed_pack()) {
    for (std::size_t offset = 0; offset < pack->bytes.size(); offset += pack_part_bytes) {
      CataloguePart part{
          pack->hash, static_cast<std::uint32_t>(pack->bytes.size()), static_cast<std::uint32_t>(offset), {}};
      const auto begin = pack->bytes.begin() + static_cast<std::ptrdiff_t>(offset);
      part.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(part.expected_bytes()));
      if (const auto taken = link_.give(part, stop); !taken)
        return fail(PollFault{PollFault::Where::Ingest, taken.error()});
    }
    if (!updates.mark_pack_relayed(pack->hash)) return fail(database_fault());
  }
  const auto waiting = updates.unrelayed(kAtOnce);
  if (waiting.items.empty()) return {};
  const auto taken = link_.give(UpdatesReport{waiting.items}, stop);
  if (!taken) return fail(PollFault{PollFault::Where::Ingest, taken.error()});
  given.update = waiting.last;
  polled.relayed += static_cast<int>(waiting.items.size());
  return {};
}

Result<Cases::Given, Cases::PollFault> Cases::tell(Polled& polled, const std::stop_token& stop) {
  Given given;
  if (!polled.refused) {
    if (const auto told = report_words(given, polled, stop); !told) return fail(told.error());
  }
  // Behind the words, which ingest must know before it can show a new stage.
  if (given.more_words) return given;
  if (const auto told = relay_updates(given, polled, stop); !told) return fail(told.error());
  return given;
}

}  // namespace pishkhan::backend
