#include "offline-queue/reference-backend/cases.h"

#include "base/core/ensure.h"
#include "base/core/log.h"
#include "base/formats/calendar.h"
#include "base/services/loader.h"
#include "offline-queue/reference-backend/cases_kiosks.h"
#include "offline-queue/reference-backend/cases_updates.h"
#include "offline-queue/reference-backend/kiosk_register.h"
#include "offline-queue/reference-backend/opener.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

/// What a poll tells ingest, at most: the kiosks' records wait meanwhile.
constexpr int kMostSteps = 64;

bool opens_with(CasesStore& store, const std::vector<OpeningKey>& keys) {
  std::set<std::uint32_t> ids;
  for (const OpeningKey& key : keys) ids.insert(key.public_part().id);
  std::string names;
  for (const std::uint32_t id : ids) names += std::to_string(id) + " ";
  return store.begin() && CasesKiosks(store.database()).opens_with(names) && store.commit();
}

/// As ingest does: what kiosks.json says is read at each start and joins what is known.
Result<void, CasesFault> join_register(CasesStore& store, const std::filesystem::path& file, WallTime now) {
  std::error_code error;
  if (file.empty() || !std::filesystem::exists(file, error)) return {};
  const auto kiosks = KioskRegister::load(file);
  if (!kiosks) return fail(CasesFault::BadRegister);
  const bool joined = store.begin() && CasesKiosks(store.database()).join(kiosks->all(), now) && store.commit();
  if (!joined) return fail(CasesFault::BadDatabase);
  return {};
}

}  // namespace

Cases::Cases(CasesStore store, IngestLink link, services::Catalogue catalogue, std::vector<OpeningKey> keys,
             SigningKey signing_key, const Clock& clock, Random& random, MakeVerifier make_verifier)
    : store_(std::move(store)),
      link_(std::move(link)),
      catalogue_(std::move(catalogue)),
      keys_(std::move(keys)),
      signing_key_(std::move(signing_key)),
      clock_(clock),
      random_(random),
      make_verifier_(make_verifier) {}

Result<Cases, CasesFault> Cases::open(const CasesOptions& options, const Clock& clock, Random& random) {
  std::vector<OpeningKey> keys;
  for (const std::filesystem::path& file : options.opening_keys) {
    Result<OpeningKey, EnvelopeFault> key = OpeningKey::load(file);
    if (!key) return fail(CasesFault::BadKey);
    keys.push_back(std::move(*key));
  }
  Result<SigningKey, KeyFault> signing_key = SigningKey::load(options.signing_key);
  if (!signing_key || keys.empty()) return fail(CasesFault::BadKey);
  const auto pack = services::read_pack(options.catalogue);
  if (!pack) return fail(CasesFault::BadCatalogue);
  auto catalogue = services::parse_pack(*pack);
  if (!catalogue) return fail(CasesFault::BadCatalogue);
  auto store = CasesStore::open(options.database, Sharing::WithReaders);
  if (!store) return fail(CasesFault::BadDatabase);
  // Requests that were filed under it are judged by it, also when a newer one is served.
  if (keep_pack(*store, *pack) == PackKept::Failed) return fail(CasesFault::BadDatabase);
  if (!(store->begin() && store->signs_with(signing_key->verifying_key().point()) && store->commit()))
    return fail(CasesFault::BadDatabase);
  if (const auto joined = join_register(*store, options.kiosks_file, clock.wall()); !joined)
    return fail(joined.error());
  Result<SigningKey, KeyFault> update_key = SigningKey::load(options.update_key);
  if (!update_key) return fail(CasesFault::BadKey);
  if (!opens_with(*store, keys)) return fail(CasesFault::BadDatabase);
  auto link = IngestLink::open(options.ingest);
  if (!link) return fail(CasesFault::BadCertificate);
  CityKeys::Terms terms;
  terms.backend_url = options.backend_url;
  terms.opening_key = keys.front().public_part();
  terms.cases_key_pem = signing_key->verifying_key().pem();
  terms.update_key_pem = update_key->verifying_key().pem();
  terms.certificate_life = options.certificate_life;
  Cases cases(std::move(*store), std::move(*link), std::move(*catalogue), std::move(keys),
              std::move(*signing_key), clock, random);
  if (!options.city_keys.empty()) {
    auto city_keys = CityKeys::load(options.city_keys);
    if (!city_keys || !terms.backend_url.starts_with("https://")) return fail(CasesFault::BadCityKeys);
    cases.enrol_with(std::move(*city_keys), std::move(terms));
  }
  cases.sign_updates_with(std::move(*update_key));
  return cases;
}

bool Cases::take_request(const Record& record, CasesStore::Taken& taken, SecretBytes& body) {
  const OpenedRequest opened =
      open_request(record, keys_, [this](const std::string& fingerprint) -> const services::Catalogue& {
        return catalogue_of(fingerprint);
      });
  Acknowledgement& word = taken.report.acknowledgement;
  taken.reason = opened.reason;
  if (opened.request) {
    Result<SecretBytes, BodyFault> encoded = encode_request(*opened.request);
    // It was parsed from these very bytes, so it can be written again.
    ENSURE(encoded.has_value(), "a parsed request cannot be encoded");
    body = std::move(*encoded);
    taken.body = body.view();
    taken.report.secret_verifier = make_verifier_(opened.request->receipt_secret.reveal(), random_);
  }
  if (!opened.reason.empty()) {
    word.verdict = Verdict::Invalid;
    log::warning("cases.invalid", {{"kiosk", word.kiosk}, {"epoch", word.epoch}, {"sequence", word.sequence}});
    return true;
  }
  taken.report.stage = opened.first_stage;
  std::optional<std::string> earlier = store_.case_of_request(word.request_id);
  if (!earlier && opened.same_matter) earlier = store_.open_case_of_matter(*opened.same_matter);
  word.verdict = earlier ? Verdict::Joined : Verdict::Accepted;
  // Who joins a case that has moved on stands where the case stands.
  if (earlier) taken.report.stage = store_.stage_of_case(*earlier).value_or(taken.report.stage);
  if (!earlier) {
    const int year = formats::local_time(word.at).day.year;
    earlier = store_.new_case(year, opened.request->service_id, opened.same_matter, word.at);
  }
  if (!earlier) return false;
  word.case_number = *earlier;
  return true;
}

bool Cases::lacks_key(const BatchEntry& entry) const {
  if (entry.kind != EntryKind::Whole || entry.record.header.type != RecordType::Request) return false;
  const auto id = opening_key_id(*entry.record.payload);
  return id && std::none_of(keys_.begin(), keys_.end(),
                            [&id](const OpeningKey& key) { return key.public_part().id == *id; });
}

bool Cases::take(const BatchEntry& entry, WallTime received, const std::string& cursor) {
  const Record& record = entry.record;
  const RecordHeader& header = record.header;
  const bool whole = entry.kind == EntryKind::Whole;
  if (const auto said = store_.said(header.kiosk, header.epoch, header.sequence)) {
    // More is known than when it was missing: its content, or which record it is.
    const bool more = said->verdict == Verdict::Missing && (whole || said->hash != record.hash);
    // An old disk was put back, and an ingest that had forgotten the place took another record for it: no word can
    // be given about that one, so staff must hear of it.
    if (!more && said->hash != record.hash) {
      log::error("cases.fork",
                 {{"kiosk", header.kiosk}, {"epoch", header.epoch}, {"sequence", header.sequence}});
    }
    // Else it comes again because ingest had forgotten it; then it does not know the word either.
    if (!more) return store_.report_again(header.kiosk, header.epoch, header.sequence);
  }
  if (lacks_key(entry)) {
    // A word would be final, and it may only be that cases was started without a retired key. It waits at ingest.
    log::error("cases.no-opening-key",
               {{"kiosk", header.kiosk}, {"epoch", header.epoch}, {"sequence", header.sequence}});
    return CasesKiosks(store_.database()).note_unproven(header.kiosk, header.epoch, cursor, 1);
  }
  if (!store_.forget_missing(header.kiosk, header.epoch, header.sequence)) return false;
  CasesStore::Taken taken;
  taken.type = header.type;
  taken.received_at = received;
  Acknowledgement& word = taken.report.acknowledgement;
  word = {Verdict::Accepted,
          header.kiosk,
          header.epoch,
          header.sequence,
          header.request_id,
          record.hash,
          clock_.wall(),
          {},
          {}};
  SecretBytes body;
  if (!whole) {
    word.verdict = Verdict::Missing;
    taken.reason = name(entry.kind);
    log::warning("cases.missing", {{"kiosk", word.kiosk}, {"epoch", word.epoch}, {"sequence", word.sequence}});
  } else if (const auto revoked = CasesKiosks(store_.database()).revoked_since(header.kiosk, header.epoch);
             revoked && received >= *revoked) {
    // An ingest from a backup may not have known it. It counts no more, and is kept as it came, unread: staff
    // see that it was there.
    word.verdict = Verdict::Invalid;
    taken.reason = "revoked-epoch";
    taken.body = *record.payload;
    log::warning("cases.revoked-epoch",
                 {{"kiosk", word.kiosk}, {"epoch", word.epoch}, {"sequence", word.sequence}});
  } else {
    taken.body = *record.payload;
    if (header.type == RecordType::Request) {
      if (!take_request(record, taken, body)) return false;
    } else if (header.type == RecordType::PrintOutcome && !PrintReport::parse(*record.payload)) {
      word.verdict = Verdict::Invalid;
      taken.reason = "no-print-report";
    } else if (header.type == RecordType::Audit && !AuditEntry::parse(*record.payload)) {
      word.verdict = Verdict::Invalid;
      taken.reason = "no-audit-entry";
    }
  }
  word.sign(signing_key_);
  return store_.insert(taken) && tell_kiosk(taken);
}

/// So that the kiosk can say where the case stands while its network is gone.
bool Cases::tell_kiosk(const CasesStore::Taken& taken) {
  const bool tells =
      taken.type == RecordType::Request && taken.report.acknowledgement.verdict != Verdict::Missing;
  if (!update_key_ || !tells) return true;
  return CasesUpdates(store_.database()).add_case(taken.report, taken.received_at, clock_.wall(), *update_key_);
}

const services::Catalogue& Cases::catalogue_of(const std::string& fingerprint) {
  const auto known = packs_.find(fingerprint);
  if (known != packs_.end()) return known->second;
  const auto bytes = CasesUpdates(store_.database()).pack(fingerprint);
  const auto pack = bytes ? services::pack_of(*bytes) : std::nullopt;
  auto catalogue =
      pack ? services::parse_pack(*pack)
           : Result<services::Catalogue, services::CatalogueFault>(fail(services::CatalogueFault{}));
  if (catalogue) return packs_.emplace(fingerprint, std::move(*catalogue)).first->second;
  log::warning("cases.pack-not-kept");
  return catalogue_;
}

Cases::PollFault Cases::database_fault() {
  log::error("cases.database_failed");
  store_.roll_back();
  return {PollFault::Where::Database, {}};
}

bool Cases::take_batch(const SealedPage::Arrival& arrival, const std::string& cursor) {
  const auto batch = Batch::parse(arrival.batch);
  if (!batch) {
    log::error("cases.batch-unreadable", {{"bytes", arrival.batch.size()}});
    return true;
  }
  CasesKiosks kiosks(store_.database());
  // That something is lost is no claim about what was filed, and what is said then (missing) is taken back.
  if (batch->entries.front().kind != EntryKind::Lost) {
    const auto key = kiosks.key_of(batch->kiosk, batch->epoch);
    if (!key || !batch->payloads_match() || !batch->signed_by(*key)) {
      log::error("cases.unproven", {{"kiosk", batch->kiosk},
                                    {"epoch", batch->epoch},
                                    {"sequence", batch->first_sequence()},
                                    {"key-known", key.has_value()}});
      return kiosks.note_unproven(batch->kiosk, batch->epoch, cursor, static_cast<int>(batch->entries.size()));
    }
  }
  return std::all_of(batch->entries.begin(), batch->entries.end(),
                     [&](const BatchEntry& entry) { return take(entry, arrival.received_at, cursor); });
}

Result<void, Cases::PollFault> Cases::go_back() {
  CasesKiosks kiosks(store_.database());
  const auto cursor = kiosks.proven_now();
  if (!cursor) return {};  // or the database failed: at the next poll, then
  log::info("cases.goes-back");
  if (!(store_.begin() && kiosks.forget_unproven() && store_.set_cursor(*cursor) && store_.commit()))
    return fail(database_fault());
  return {};
}

Result<SealedPage, Cases::PollFault> Cases::take_page(const Given& given, const std::stop_token& stop) {
  if (const auto gone_back = go_back(); !gone_back) return fail(gone_back.error());
  const auto cursor = store_.cursor();
  if (!cursor) return fail(database_fault());
  auto page = link_.sealed_since(*cursor, stop);
  if (!page) return fail(PollFault{PollFault::Where::Ingest, page.error()});
  // Its own cursor, that is, not the one of an ingest that was asked for the first time.
  const bool put_back = page->anew && !cursor->empty();
  if (put_back) log::warning("cases.ingest-was-put-back");
  if (page->arrivals.empty() && !put_back && !given.anything()) return std::move(*page);
  bool kept = store_.begin();
  if (given.anything())
    kept = kept && store_.mark_reported(given.word) &&
           CasesUpdates(store_.database()).mark_relayed(given.update);
  if (put_back)
    kept = kept && store_.report_everything_again() && CasesUpdates(store_.database()).relay_everything_again();
  for (const SealedPage::Arrival& arrival : page->arrivals) kept = kept && take_batch(arrival, *cursor);
  if (!(kept && store_.set_cursor(page->cursor) && store_.commit())) return fail(database_fault());
  return std::move(*page);
}

Result<Cases::Polled, Cases::PollFault> Cases::poll_once(const std::stop_token& stop) {
  Polled polled;
  // First, so that a word which ingest refuses holds up no record, and one from a backup is known as such before it
  // is told anything.
  const auto page = take_page({}, stop);
  if (!page) return fail(page.error());
  polled.taken = static_cast<int>(page->arrivals.size());
  polled.more = page->more;
  for (int step = 0;; ++step) {
    const auto given = tell(polled, stop);
    if (!given) return fail(given.error());
    if (!given->anything()) break;
    // Only under a cursor that ingest gives after it does it count as given: one from a backup of before shows. Each
    // step counts by itself, so that a network which breaks off one in five gets on all the same.
    const auto behind = take_page(*given, stop);
    if (!behind) return fail(behind.error());
    polled.taken += static_cast<int>(behind->arrivals.size());
    polled.more = polled.more || behind->more || !behind->arrivals.empty() || step == kMostSteps;
    if (step == kMostSteps) break;
  }
  // Last, so that what hinders it holds up no record.
  if (const auto enrolled = enrol(stop); !enrolled) return fail(enrolled.error());
  if (polled.refused) return fail(PollFault{PollFault::Where::Ingest, *polled.refused});
  return polled;
}

}  // namespace pishkhan::backend
