#include "offline-queue/reference-backend/ingest_down.h"

#include "offline-queue/protocol/messages.h"
#include "offline-queue/reference-backend/ingest_request.h"
#include "offline-queue/reference-backend/ingest_updates.h"

#include <algorithm>
#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

constexpr int kPage = static_cast<int>(largest_updates_page);

/// Why this kiosk gets nothing, if so.
std::optional<ProblemType> objection(const KioskBook& kiosks, int kiosk, std::int64_t epoch) {
  if (epoch < 1 || epoch > TrackingCode::highest_epoch) return ProblemType::Malformed;
  const auto enrolled = kiosks.find(kiosk, static_cast<int>(epoch));
  if (!enrolled) return ProblemType::UnknownKiosk;
  if (enrolled->state == EpochState::Revoked) return ProblemType::RevokedEpoch;
  return std::nullopt;
}

Handling give_updates(const HttpRequest& request, const KioskBook& kiosks, WallTime time, int poll_after_s) {
  const auto after = cursor_of(request);
  const auto epoch = number(parameter(request.query, "epoch").value_or(""));
  if (!after || !epoch) return refuse(ProblemType::Malformed);
  const int kiosk = kiosk_of(request);
  if (const auto problem = objection(kiosks, kiosk, *epoch)) return refuse(*problem);
  return Work([kiosk, cursor = *after, time, poll_after_s](IngestStore& store) {
    UpdatesPage page = IngestUpdates(store).since(kiosk, cursor, kPage);
    page.server_time = time;
    page.poll_after_s = poll_after_s;
    return now(json_answer(page.encode()));
  });
}

Handling give_catalogue(const HttpRequest& request) {
  const auto bytes = from_hex(parameter(request.query, "hash").value_or(""));
  const auto offset = number(parameter(request.query, "offset").value_or(""));
  Hash hash{};
  if (kiosk_of(request) == 0) return refuse(ProblemType::UnknownKiosk);
  if (!bytes || bytes->size() != hash.size() || !offset) return refuse(ProblemType::Malformed);
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return Work([hash, offset = *offset](IngestStore& store) {
    const auto part = IngestUpdates(store).part(hash, offset);
    return part ? now(json_answer(part->encode())) : refuse(ProblemType::NotFound);
  });
}

Handling take_health(const HttpRequest& request, const KioskBook& kiosks, WallTime time) {
  auto health = Health::parse(request.body);
  if (!health) return refuse(ProblemType::Malformed);
  const int kiosk = kiosk_of(request);
  if (const auto problem = objection(kiosks, kiosk, health->epoch)) return refuse(*problem);
  return Work([kiosk, health = std::move(*health), time](IngestStore& store) {
    IngestUpdates(store).insert(kiosk, health, time);
    return now(json_answer(ServerTime{time}.encode()));
  });
}

}  // namespace

std::optional<Handling> take_down_public(const HttpRequest& request, const KioskBook& kiosks, WallTime now,
                                         int poll_after_s) {
  const bool updates = request.path == "/v1/updates";
  const bool catalogues = request.path == "/v1/catalogues";
  const bool health = request.path == "/v1/health";
  if (!updates && !catalogues && !health) return std::nullopt;
  if (request.method != (health ? "POST" : "GET")) return refuse(ProblemType::WrongMethod);
  if (updates) return give_updates(request, kiosks, now, poll_after_s);
  return catalogues ? give_catalogue(request) : take_health(request, kiosks, now);
}

std::optional<Handling> take_down_internal(const HttpRequest& request) {
  const bool updates = request.path == "/internal/v1/updates";
  const bool catalogues = request.path == "/internal/v1/catalogues";
  const bool health = request.path == "/internal/v1/health";
  if (!updates && !catalogues && !health) return std::nullopt;
  if (request.method != (health ? "GET" : "POST")) return refuse(ProblemType::WrongMethod);
  if (updates) {
    auto report = UpdatesReport::parse(request.body);
    if (!report) return refuse(ProblemType::Malformed);
    return Work([report = std::move(*report)](IngestStore& store) {
      return now(json_answer(OpenedTaken{IngestUpdates(store).insert(report)}.encode()));
    });
  }
  if (catalogues) {
    auto part = CataloguePart::parse(request.body);
    if (!part) return refuse(ProblemType::Malformed);
    return Work([part = std::move(*part)](IngestStore& store) {
      IngestUpdates(store).insert(part);
      return now(json_answer(OpenedTaken{1}.encode()));
    });
  }
  const std::string_view given = parameter(request.query, "after").value_or("");
  const auto after = number(given.empty() ? "0" : given);
  if (!after) return refuse(ProblemType::Malformed);
  return Work([cursor = *after](IngestStore& store) {
    return now(json_answer(IngestUpdates(store).health_since(cursor, kPage).encode()));
  });
}

}  // namespace pishkhan::backend
