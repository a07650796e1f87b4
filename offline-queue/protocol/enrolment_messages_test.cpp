#include "offline-queue/protocol/enrolment_messages.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::protocol;

namespace {

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint64_t seed) {
  SeededRandom random(seed);
  return random.bytes<N>();
}

WallTime at(std::int64_t ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

/// Survives the way; no beginning of it, and nothing with a member missing, does.
template <class Message>
void check_whole_or_nothing(const Message& message) {
  const std::string json = message.encode();
  const auto read = Message::parse(json);
  REQUIRE(read.has_value());
  CHECK(*read == message);
  for (std::size_t length = 0; length < json.size(); ++length) {
    CHECK_FALSE(Message::parse(json.substr(0, length)).has_value());
  }
  // A later version's members are passed over.
  CHECK(Message::parse(json.substr(0, json.size() - 1) + ",\"from_a_later_version\":{\"x\":[1]}}") == message);
}

template <class Message>
void check_refused(const Message& message, const std::string& what, const std::string& instead) {
  std::string json = message.encode();
  const std::size_t place = json.find(what);
  REQUIRE(place != std::string::npos);
  json.replace(place, what.size(), instead);
  CHECK_FALSE(Message::parse(json).has_value());
}

EnrolmentAnswer answer() {
  EnrolmentAnswer made;
  made.certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  made.enrolment = "{\"kiosk\": 1042}\n";
  made.city_signature = filled<64>(1);
  made.proof = filled<32>(2);
  return made;
}

}  // namespace

TEST_CASE("a kiosk's requests and their answer survive the way whole or not at all") {
  const EnrolRequest request{1042, filled<32>(3), Bytes{1, 2, 3}, filled<32>(4)};
  check_whole_or_nothing(request);
  check_refused(request, "1042", "999");
  check_refused(request, "1042", "\"1042\"");
  check_refused(request, "AQID", "");
  check_refused(request, "AQID", "AQI");
  check_refused(request, "\"proof\"", "\"prove\"");
  EnrolRequest large = request;
  large.certificate_request = Bytes(largest_certificate_request + 1, 7);
  CHECK_FALSE(EnrolRequest::parse(large.encode()).has_value());
  large.certificate_request.pop_back();
  CHECK(EnrolRequest::parse(large.encode()).has_value());
  CHECK(large.encode().size() < largest_enrol_request_bytes);

  const RenewalRequest renewal{2, Bytes{9}};
  check_whole_or_nothing(renewal);
  check_refused(renewal, ":2", ":0");
  check_refused(renewal, ":2", ":100");
  check_whole_or_nothing(answer());
  CHECK(answer().statement().size() == 8 + answer().certificate.size() + answer().enrolment.size());
  EnrolmentAnswer moved = answer();
  moved.enrolment = moved.certificate.back() + moved.enrolment;
  moved.certificate.pop_back();
  CHECK(moved.statement() != answer().statement());
}

TEST_CASE("the book of kiosks and what waits survive the way whole or not at all") {
  const BookEntry active{1042, 1, filled<33>(5), BookEntry::State::Active};
  const BookEntry revoked{1042, 2, {}, BookEntry::State::Revoked};
  const BookCode code{1043, filled<32>(6), at(1'795'467'600'123), 3};
  const BookReport report{filled<32>(7), {active, revoked}, {code}};
  check_whole_or_nothing(report);
  check_refused(report, "\"active\"", "\"asleep\"");
  check_refused(report, "\"tries\":3", "\"tries\":11");
  check_whole_or_nothing(BookTaken{{revoked}});
  const EnrolmentsPage page{
      filled<32>(8),
      {{1042, 0, filled<32>(9), Bytes{1, 2}, filled<32>(10)}, {1043, 2, {}, Bytes{3}, {}}},
      {code}};
  check_whole_or_nothing(page);
  EnrolmentsPage full = page;
  full.waiting.assign(EnrolmentsPage::largest, page.waiting[0]);
  CHECK(EnrolmentsPage::parse(full.encode()).has_value());
  full.waiting.push_back(page.waiting[0]);
  CHECK_FALSE(EnrolmentsPage::parse(full.encode()).has_value());

  const EnrolmentAnswers answers{{{1042, 0, filled<32>(11), ProblemType::Other, answer()},
                                  {1043, 2, filled<32>(12), ProblemType::RevokedEpoch, std::nullopt}}};
  check_whole_or_nothing(answers);
  check_refused(answers, "revoked-epoch", "no-such-word");
  check_refused(answers, "\"revoked-epoch\"", "\"\"");  // neither an answer nor a refusal
}
