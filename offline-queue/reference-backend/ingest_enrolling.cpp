#include "offline-queue/reference-backend/ingest_enrolling.h"

#include "base/core/log.h"
#include "base/core/personal.h"
#include "offline-queue/protocol/messages.h"
#include "offline-queue/reference-backend/ingest_enrolments.h"
#include "offline-queue/reference-backend/ingest_request.h"

#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

constexpr int kAskAgainAfterSeconds = 1;

Answering answer_of(const IngestEnrolments::Reply& reply, WallTime time) {
  if (const auto* problem = std::get_if<ProblemType>(&reply)) return refuse(*problem);
  if (const auto* answer = std::get_if<EnrolmentAnswer>(&reply)) return now(json_answer(answer->encode()));
  HttpAnswer waiting = json_answer(ServerTime{time}.encode());
  waiting.status = 202;
  waiting.retry_after_s = kAskAgainAfterSeconds;
  return now(std::move(waiting));
}

Handling count_wrong(KioskBook& book, const BookCode& code) {
  return Work([&book, code](IngestStore& store) -> Answering {
    IngestEnrolments(store).count_try(code);
    // The book in memory counts only what is on the disk.
    return [&book, code] {
      book.count_try(code);
      log::warning("ingest.wrong-code", {{"kiosk", code.kiosk}});
      return problem_answer(Problem::of(ProblemType::BadCode));
    };
  });
}

}  // namespace

Handling take_enrolment(const HttpRequest& request, KioskBook& book, WallTime time) {
  if (request.path != "/v1/simpleenroll") return refuse(ProblemType::NotFound);
  if (request.method != "POST") return refuse(ProblemType::WrongMethod);
  if (request.content_type != "application/json") return refuse(ProblemType::Unsupported);
  auto asked = EnrolRequest::parse(request.body);
  if (!asked) return refuse(ProblemType::Malformed);
  const auto code = book.code(asked->kiosk);
  if (!code || code->tries >= largest_code_tries) return refuse(ProblemType::BadCode);
  const bool right = same_secret(blake2b(asked->pass), code->verifier);
  wipe(asked->pass.data(), asked->pass.size());
  if (!right) return count_wrong(book, *code);
  const auto key = key_in_request(asked->certificate_request);
  if (!key) return refuse(ProblemType::Malformed);
  IngestEnrolments::Question question;
  question.kiosk = asked->kiosk;
  question.verifier = code->verifier;
  question.key = *key;
  question.certificate_request = std::move(asked->certificate_request);
  question.proof = asked->proof;
  question.expires_at = code->expires_at;
  question.now = time;
  return Work([question = std::move(question)](IngestStore& store) {
    return answer_of(IngestEnrolments(store).ask(question), question.now);
  });
}

std::optional<Handling> take_renewal(const HttpRequest& request, const KioskBook& book, WallTime time) {
  if (request.path != "/v1/simplereenroll") return std::nullopt;
  if (request.method != "POST") return refuse(ProblemType::WrongMethod);
  auto asked = RenewalRequest::parse(request.body);
  if (!asked) return refuse(ProblemType::Malformed);
  const int kiosk = kiosk_of(request);
  const auto enrolled = book.find(kiosk, asked->epoch);
  // A certificate that names an epoch renews no other.
  const bool own_epoch = request.peer_epoch == 0 || request.peer_epoch == asked->epoch;
  if (!enrolled || !own_epoch) return refuse(ProblemType::UnknownKiosk);
  if (enrolled->state == EpochState::Revoked) return refuse(ProblemType::RevokedEpoch);
  const auto key = key_in_request(asked->certificate_request);
  if (!key) return refuse(ProblemType::Malformed);
  if (*key != enrolled->key) return refuse(ProblemType::BadSignature);
  IngestEnrolments::Question question;
  question.kiosk = kiosk;
  question.epoch = asked->epoch;
  question.key = *key;
  question.certificate_request = std::move(asked->certificate_request);
  question.present_serial = request.peer_serial;
  question.present_since = request.peer_since;
  question.now = time;
  return Work([question = std::move(question)](IngestStore& store) {
    return answer_of(IngestEnrolments(store).ask(question), question.now);
  });
}

std::optional<Handling> take_book(const HttpRequest& request, KioskBook& book) {
  const bool kiosks = request.path == "/internal/v1/kiosks";
  const bool waiting = request.path == "/internal/v1/enrolments";
  if (!kiosks && !waiting) return std::nullopt;
  if (waiting && request.method == "GET") {
    return Work(
        [](IngestStore& store) { return now(json_answer(IngestEnrolments(store).waiting().encode())); });
  }
  if (request.method != "POST") return refuse(ProblemType::WrongMethod);
  if (waiting) {
    auto answers = EnrolmentAnswers::parse(request.body);
    if (!answers) return refuse(ProblemType::Malformed);
    return Work([answers = std::move(*answers)](IngestStore& store) {
      return now(json_answer(OpenedTaken{IngestEnrolments(store).answer(answers)}.encode()));
    });
  }
  auto report = BookReport::parse(request.body);
  if (!report) return refuse(ProblemType::Malformed);
  return Work([&book, report = std::move(*report)](IngestStore& store) -> Answering {
    IngestEnrolments enrolments(store);
    const BookTaken taken = enrolments.take(report);
    return [&book, taken, entries = enrolments.entries(), codes = enrolments.codes()] {
      book.merge_entries(entries);
      book.replace_codes(codes);
      return json_answer(taken.encode());
    };
  });
}

bool load_book(IngestStore& store, const KioskRegister& kiosks, KioskBook& book) {
  IngestEnrolments enrolments(store);
  if (!store.begin()) return false;
  if (enrolments.merge_entries(kiosks.all())) enrolments.forget_digest();
  const auto entries = enrolments.entries();
  const auto codes = enrolments.codes();
  if (store.failed() || !store.commit()) {
    store.roll_back();
    return false;
  }
  book.merge_entries(entries);
  book.replace_codes(codes);
  return true;
}

}  // namespace pishkhan::backend
