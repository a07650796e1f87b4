#include "offline-queue/reference-backend/ingest.h"

#include "base/core/log.h"
#include "offline-queue/reference-backend/ingest_batch.h"
#include "offline-queue/reference-backend/ingest_enrolling.h"
#include "offline-queue/reference-backend/ingest_request.h"
#include "offline-queue/reference-backend/secret_verifier.h"

#include <optional>
#include <utility>

namespace pishkhan::backend {
namespace {

using namespace protocol;

constexpr int kPage = 64;

int seconds(std::chrono::milliseconds wait) {
  return static_cast<int>((wait.count() + 999) / 1000);
}

/// "/v2/batches": a kiosk that was updated before us.
bool names_another_version(std::string_view path) {
  if (path.substr(0, 2) != "/v") return false;
  const std::string_view version = path.substr(2, path.find('/', 2) - 2);
  const std::optional<std::int64_t> major = number(version);
  return major && *major != ProtocolVersion{}.major;
}

CaseView seen_with(const IngestStore::CaseRow& row, const PersonalText& secret) {
  CaseView view = row.view;
  // An unknown code costs the same work as a known one.
  if (!secret.empty()) view.secret_accepted = secret_matches(secret.reveal(), row.secret_verifier);
  if (view.secret_accepted) view.case_number = row.case_number;
  return view;
}

}  // namespace

Ingest::Ingest(const KioskRegister& kiosks, SigningKey key, VerifyingKey cases_key, const Clock& clock)
    : kiosks_(kiosks),
      clock_(clock),
      key_(std::move(key)),
      cases_key_(std::move(cases_key)),
      attempts_by_code_(5, std::chrono::minutes(15)),
      attempts_by_kiosk_(60, std::chrono::minutes(1)) {}

bool Ingest::load_book(IngestStore& store, const KioskRegister& kiosks) {
  return backend::load_book(store, kiosks, kiosks_);
}

Handling Ingest::take_enrolment(const HttpRequest& request) {
  return backend::take_enrolment(request, kiosks_, clock_.wall());
}

Handling Ingest::take_public(const HttpRequest& request) {
  if (request.peer_role != "kiosk") return refuse(ProblemType::WrongRole);
  // Whatever is asked under it: a certificate of a revoked epoch opens nothing any more.
  const auto of_certificate = kiosks_.find(kiosk_of(request), request.peer_epoch);
  if (of_certificate && of_certificate->state == EpochState::Revoked) return refuse(ProblemType::RevokedEpoch);
  if (auto renewal = take_renewal(request, kiosks_, clock_.wall())) return std::move(*renewal);
  if (auto down = take_down_public(request, kiosks_, clock_.wall(), poll_after_s_)) return std::move(*down);
  const bool get = request.method == "GET";
  const bool post = request.method == "POST";
  if (request.path == "/v1/batches") {
    if (!post) return refuse(ProblemType::WrongMethod);
    return take_batch(request);
  }
  if (request.path == "/v1/acknowledgements") {
    if (!get) return refuse(ProblemType::WrongMethod);
    return give_opened(request);
  }
  if (request.path == "/v1/cases/lookup") {
    if (!post) return refuse(ProblemType::WrongMethod);
    return look_up(request);
  }
  if (request.path == "/v1/time") {
    if (!get) return refuse(ProblemType::WrongMethod);
    return now(json_answer(ServerTime{clock_.wall()}.encode()));
  }
  return refuse(names_another_version(request.path) ? ProblemType::Unsupported : ProblemType::NotFound);
}

Handling Ingest::take_batch(const HttpRequest& request) {
  if (request.content_type != batch_media_type) return refuse(ProblemType::Unsupported);
  Result<Batch, BatchFault> batch = Batch::parse(as_bytes(request.body));
  if (!batch) {
    const bool later = batch.error() == BatchFault::Unsupported;
    return refuse(later ? ProblemType::Unsupported : ProblemType::Malformed);
  }
  const std::optional<EnrolledEpoch> enrolled = kiosks_.find(batch->kiosk, batch->epoch);
  if (!enrolled || kiosk_of(request) != batch->kiosk) return refuse(ProblemType::UnknownKiosk);
  if (enrolled->state == EpochState::Revoked) return refuse(ProblemType::RevokedEpoch);
  if (!batch->payloads_match()) return refuse(ProblemType::BadChain);
  const auto key = VerifyingKey::from_point(enrolled->key);
  if (!key || !batch->signed_by(*key)) return refuse(ProblemType::BadSignature);
  const WallTime received = clock_.wall();
  return Work([this, batch = std::move(*batch), received](IngestStore& store) {
    Result<BatchAnswer, Problem> stored = store_batch(store, batch, key_, received);
    if (!stored) return now(problem_answer(stored.error()));
    return now(json_answer(stored->encode()));
  });
}

Handling Ingest::give_opened(const HttpRequest& request) {
  const auto after = cursor_of(request);
  const std::optional<std::int64_t> epoch = number(parameter(request.query, "epoch").value_or(""));
  if (!after || !epoch || *epoch < 1 || *epoch > TrackingCode::highest_epoch) {
    return refuse(ProblemType::Malformed);
  }
  const std::optional<EnrolledEpoch> enrolled = kiosks_.find(kiosk_of(request), static_cast<int>(*epoch));
  if (!enrolled) return refuse(ProblemType::UnknownKiosk);
  if (enrolled->state == EpochState::Revoked) return refuse(ProblemType::RevokedEpoch);
  return Work([this, one = *enrolled, cursor = *after, time = clock_.wall()](IngestStore& store) {
    Opened page = store.opened_since(one.kiosk, one.epoch, cursor, kPage);
    page.stored = stored_word(store, one.kiosk, one.epoch, key_, time);
    page.server_time = time;
    return now(json_answer(page.encode()));
  });
}

Handling Ingest::look_up(const HttpRequest& request) {
  std::optional<LookUp> question = LookUp::parse(request.body);
  if (!question) return refuse(ProblemType::Malformed);
  if (kiosk_of(request) == 0) return refuse(ProblemType::UnknownKiosk);
  return Work(
      [this, asker = request.peer_name, question = std::move(*question)](IngestStore& store) -> Answering {
        auto wait = attempts_by_kiosk_.attempt(asker, clock_.steady());
        if (!wait && !question.receipt_secret.empty()) {
          wait = attempts_by_code_.attempt(question.code.digits(), clock_.steady());
        }
        if (wait) return now(problem_answer(Problem::of(ProblemType::TooManyAttempts), seconds(*wait)));
        IngestStore::CaseRow row = store.look_up(question.code);
        return [row = std::move(row), secret = question.receipt_secret] {
          return json_answer(seen_with(row, secret).encode());
        };
      });
}

Handling Ingest::take_internal(const HttpRequest& request) {
  if (request.peer_role != "cases") return refuse(ProblemType::WrongRole);
  if (auto down = take_down_internal(request)) return std::move(*down);
  if (auto book = take_book(request, kiosks_)) return std::move(*book);
  if (request.path == "/internal/v1/sealed") {
    if (request.method != "GET") return refuse(ProblemType::WrongMethod);
    const auto after = cursor_of(request);
    if (!after) return refuse(ProblemType::Malformed);
    return Work([cursor = *after](IngestStore& store) {
      return now(json_answer(store.sealed_since(cursor).encode()));
    });
  }
  if (request.path == "/internal/v1/opened") {
    if (request.method != "POST") return refuse(ProblemType::WrongMethod);
    std::optional<OpenedReport> report = OpenedReport::parse(request.body);
    if (!report) return refuse(ProblemType::Malformed);
    return Work([this, report = std::move(*report)](IngestStore& store) {
      // Kiosks believe only cases' own signature; what does not bear it must not stand here as the first word, and
      // must not keep out those beside it.
      OpenedTaken taken;
      std::size_t foreign = 0;
      for (const OpenedReport::Case& one : report.cases) {
        if (one.acknowledgement.verify(cases_key_)) {
          taken.taken += store.insert_opened(one) ? 1 : 0;
        } else {
          ++foreign;
        }
      }
      if (foreign > 0) log::error("ingest.foreign-words", {{"words", report.cases.size()}, {"foreign", foreign}});
      // Not one is cases' own: one of us two has the wrong key, and cases must not take them for told.
      if (foreign > 0 && foreign == report.cases.size()) return refuse(ProblemType::BadSignature);
      return now(json_answer(taken.encode()));
    });
  }
  return refuse(ProblemType::NotFound);
}

}  // namespace pishkhan::backend
