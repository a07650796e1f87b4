// The judge itself: what it lets pass, and each thing that it must not.
#include "tests/fleet/ledger.h"

#include "offline-queue/protocol/request_body.h"
#include "tests/fleet/city.h"

#include <doctest/doctest.h>

namespace pishkhan::fleet {
namespace {

constexpr int kiosk = 1000;

/// One kiosk's citizens, and what cases may say about them.
class Court {
 public:
  Court()
      : ledger(city_public_,
               [this](int, const std::string& what) { breach = breach.empty() ? what : breach; }) {
    certificate_.kiosk = kiosk;
    certificate_.epoch = 1;
    certificate_.public_key = key_.verifying_key().point();
    certificate_.not_after = WallTime(std::chrono::hours(900'000));
    certificate_.sign(city_);
  }

  /// Files and is given a receipt. The row is what cases takes of it.
  backend::CasesStore::Row file() {
    const Matter matter = some_matter(random_, ++sequence_);
    const services::Service& service = catalogue_.services.front();
    visit::effect::File job;
    job.visit = static_cast<visit::VisitId>(sequence_);
    job.service = &service;
    job.catalogue = &catalogue_;
    job.values.emplace("address", PersonalText(matter.address));
    ledger.attempt(kiosk, job);

    protocol::Request request;
    request.request_id = {static_cast<std::uint8_t>(sequence_)};
    request.code = {kiosk, 1, sequence_};
    request.service_id = service.id;
    request.catalogue_version = "1";
    request.catalogue_fingerprint = "0000-0000";
    request.receipt_secret = PersonalText("12345678");
    request.fields.emplace("address", PersonalText(matter.address));
    const auto body = protocol::encode_request(request);
    REQUIRE(body.has_value());

    protocol::Record record;
    record.header.kiosk = kiosk;
    record.header.epoch = 1;
    record.header.sequence = sequence_;
    record.header.created_at = WallTime(std::chrono::hours(490'000));
    record.hash = protocol::chain_hash({}, record.header);
    const auto statement =
        protocol::ReceiptStatement::make(certificate_, record, std::nullopt, "0000-0000", key_);
    REQUIRE(statement.has_value());
    visit::event::Filed filed{job.visit, {}, false};
    filed.request.statement = statement->qr_text();
    ledger.accept(kiosk, filed);

    backend::CasesStore::Row row;
    row.report.acknowledgement.kiosk = kiosk;
    row.report.acknowledgement.epoch = 1;
    row.report.acknowledgement.sequence = sequence_;
    row.report.acknowledgement.hash = record.hash;
    row.body = Bytes(body->view().begin(), body->view().end());
    return row;
  }

  void count_back() { --sequence_; }

  std::string breach;

 private:
  SeededRandom random_{7};
  protocol::SigningKey city_ = protocol::SigningKey::generate();
  protocol::SigningKey key_ = protocol::SigningKey::generate();
  protocol::VerifyingKey city_public_ = city_.verifying_key();
  services::Catalogue catalogue_ = make_city();
  protocol::KioskCertificate certificate_;
  int sequence_ = 0;

 public:
  Ledger ledger;
};

bool says(const std::string& breach, const char* what) {
  return breach.find(what) != std::string::npos;
}

TEST_CASE("what was filed and is opened once, in order, as it was typed, is in order") {
  Court court;
  const auto first = court.file();
  const auto second = court.file();
  court.ledger.judge_arrived({first});
  court.ledger.judge_arrived({second});
  court.ledger.judge_opened({first, second});
  court.ledger.judge_drained();
  CHECK(court.breach == "");
  CHECK(court.ledger.opened() == 2);
  CHECK(court.ledger.due() == 0);
}

TEST_CASE("opened twice, or the second before the first, is told at once and at the day's end") {
  for (const bool at_once : {true, false}) {
    for (const bool twice : {true, false}) {
      CAPTURE(at_once);
      CAPTURE(twice);
      Court court;
      const auto first = court.file();
      const auto second = court.file();
      const std::vector<backend::CasesStore::Row> rows{second, twice ? second : first};
      if (at_once) {
        court.ledger.judge_arrived({rows[0]});
        CHECK(court.breach == "");
        court.ledger.judge_arrived({rows[1]});
      } else {
        court.ledger.judge_opened(rows);
      }
      CHECK(says(court.breach, "out of order or twice"));
    }
  }
}

TEST_CASE(
    "another content, another kiosk, another code, a verdict of invalid, and what nobody filed are told") {
  const auto judged = [](const std::function<void(Court&, backend::CasesStore::Row&)>& spoil) {
    Court court;
    auto first = court.file();
    spoil(court, first);
    court.ledger.judge_arrived({first});
    return court.breach;
  };
  CHECK(says(judged([](Court& court, auto& row) { row.body = court.file().body; }), "another content"));
  CHECK(says(judged([](Court&, auto& row) { row.body.pop_back(); }), "another content"));
  CHECK(says(judged([](Court&, auto& row) { row.report.acknowledgement.kiosk = 1001; }), "another kiosk"));
  CHECK(says(judged([](Court&, auto& row) { row.report.acknowledgement.sequence = 5; }),
             "another kiosk or code"));
  CHECK(says(judged([](Court&, auto& row) { row.report.acknowledgement.verdict = protocol::Verdict::Invalid; }),
             "found invalid"));
  CHECK(says(judged([](Court&, auto& row) { row.report.acknowledgement.hash[0] ^= 1; }), "never told"));
}

TEST_CASE("what was accepted and is never opened is told, unless its disk was damaged or put back") {
  Court court;
  static_cast<void>(court.file());
  CHECK(court.ledger.due() == 1);
  court.ledger.judge_drained();
  CHECK(says(court.breach, "never opened"));
  Court excused;
  static_cast<void>(excused.file());
  excused.ledger.damage(kiosk);
  excused.ledger.judge_drained();
  CHECK(excused.breach == "");
}

TEST_CASE("a receipt for what nobody filed, and a code that was given before, are told") {
  Court court;
  court.ledger.accept(kiosk, visit::event::Filed{99, {}, false});
  CHECK(says(court.breach, "nobody filed"));
  Court twice;
  static_cast<void>(twice.file());
  twice.count_back();
  static_cast<void>(twice.file());
  CHECK(says(twice.breach, "given twice"));
}

}  // namespace
}  // namespace pishkhan::fleet
