#include "offline-queue/protocol/problem.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/protocol/tracking_code.h"

#include <array>

namespace pishkhan::protocol {
namespace {

struct Row {
  ProblemType type;
  int status;
  std::string_view name;
  std::string_view title;
};

constexpr std::string_view kPrefix = "urn:pishkhan:problem:";
constexpr std::array<Row, 18> kRows{{
    {ProblemType::Malformed, 400, "malformed", "The message is not the one that belongs here"},
    {ProblemType::BadChain, 400, "bad-chain", "The entries do not form a chain"},
    {ProblemType::BadSignature, 403, "bad-signature", "The head is not signed by the enrolled key"},
    {ProblemType::UnknownKiosk, 403, "unknown-kiosk", "This kiosk is not enrolled"},
    {ProblemType::RevokedEpoch, 403, "revoked-epoch", "This epoch was revoked"},
    {ProblemType::BadCode, 403, "bad-code", "No such enrolment code can be used"},
    {ProblemType::CodeExpired, 403, "code-expired", "The enrolment code has expired"},
    {ProblemType::CodeUsed, 403, "code-used", "Another key was enrolled with this code"},
    {ProblemType::WrongRole, 403, "wrong-role", "The client certificate is not for this interface"},
    {ProblemType::NotFound, 404, "not-found", "There is no such resource"},
    {ProblemType::WrongMethod, 405, "wrong-method", "The resource does not take this method"},
    {ProblemType::Fork, 409, "fork", "Another record is already stored in this place"},
    {ProblemType::Gap, 409, "gap", "Records before these are missing"},
    {ProblemType::TooLarge, 413, "too-large", "The message is too large"},
    {ProblemType::Unsupported, 415, "unsupported", "The format or its version is not known here"},
    {ProblemType::TooManyAttempts, 429, "too-many-attempts", "Too many attempts"},
    {ProblemType::Failed, 500, "failed", "The backend failed"},
    {ProblemType::Busy, 503, "busy", "The backend is busy"},
}};

}  // namespace

std::string_view name(ProblemType type) {
  for (const Row& row : kRows) {
    if (row.type == type) return row.name;
  }
  return {};
}

Problem Problem::of(ProblemType type) {
  for (const Row& row : kRows) {
    if (row.type == type) return {type, row.status, std::string(row.title), {}, {}};
  }
  return {ProblemType::Other, 500, "", {}, {}};
}

std::string Problem::encode() const {
  nlohmann::json json{
      {"type", std::string(kPrefix) + std::string(name(type))}, {"title", title}, {"status", status}};
  if (expected_sequence) json["expected_sequence"] = *expected_sequence;
  if (stored) {
    json["stored_sequence"] = stored->sequence;
    json["stored_hash"] = to_hex(stored->hash);
  }
  return dump(json);
}

std::optional<Problem> Problem::parse(std::string_view text) {
  const nlohmann::json json = parse_json(text);
  Members members(json);
  Problem problem;
  const std::string type = members.text("type", 1, 200);
  problem.status = static_cast<int>(members.integer("status", 400, 599));
  problem.title = members.text("title", 0, 200);
  if (members.has("expected_sequence")) {
    problem.expected_sequence = static_cast<int>(members.integer("expected_sequence", 1, 1'000'000));
  }
  if (members.has("stored_sequence") || members.has("stored_hash")) {
    problem.stored = {members.small("stored_sequence", 0, TrackingCode::highest_sequence),
                      members.hex<32>("stored_hash")};
  }
  if (!members.ok()) return std::nullopt;
  problem.type = ProblemType::Other;
  for (const Row& row : kRows) {
    if (type == std::string(kPrefix) + std::string(row.name)) problem.type = row.type;
  }
  return problem;
}

}  // namespace pishkhan::protocol
