#include "offline-queue/reference-backend/cases_kiosk_commands.h"

#include "base/core/personal.h"
#include "base/core/random.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/json_members.h"
#include "offline-queue/reference-backend/cases_kiosks.h"
#include "offline-queue/reference-backend/city_keys.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace pishkhan::backend {
namespace {

using namespace protocol;

int complain(const char* sentence) {
  std::fprintf(stderr, "pishkhan-cases: %s\n", sentence);
  return 1;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::optional<CasesStore> opened(const std::string& database, Sharing sharing) {
  auto store = CasesStore::open(database, sharing);
  if (!store) {
    complain("the database cannot be opened");
    return std::nullopt;
  }
  return std::move(*store);
}

nlohmann::json time_or_null(const std::optional<WallTime>& time) {
  return time ? nlohmann::json(milliseconds_of(*time)) : nlohmann::json(nullptr);
}

std::string kiosks_json(const std::vector<CasesKiosks::Row>& rows,
                        const std::vector<CasesKiosks::CodeRow>& codes) {
  nlohmann::json kiosks = nlohmann::json::array();
  for (const CasesKiosks::Row& row : rows) {
    kiosks.push_back({{"kiosk", row.entry.kiosk},
                      {"epoch", row.entry.epoch},
                      {"state", row.revoked_at ? "revoked" : "active"},
                      {"enrolled_ms", milliseconds_of(row.enrolled_at)},
                      {"certificate_until_ms", time_or_null(row.certificate_until)},
                      {"revoked_ms", time_or_null(row.revoked_at)},
                      {"reason", row.reason},
                      {"records", row.records},
                      {"records_after_revocation", row.refused},
                      {"key_known", row.key_known},
                      {"records_unproven", row.unproven}});
  }
  nlohmann::json open = nlohmann::json::array();
  for (const CasesKiosks::CodeRow& row : codes) {
    open.push_back({{"kiosk", row.code.kiosk},
                    {"expires_ms", milliseconds_of(row.code.expires_at)},
                    {"wrong_tries", row.code.tries},
                    {"used", row.used},
                    {"spoilt", row.code.tries >= largest_code_tries}});
  }
  return dump({{"kiosks", kiosks}, {"codes", open}}) + "\n";
}

std::string day(WallTime time) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::string kiosks_text(const std::vector<CasesKiosks::Row>& rows,
                        const std::vector<CasesKiosks::CodeRow>& codes) {
  std::string text;
  for (const CasesKiosks::Row& row : rows) {
    text += "kiosk " + std::to_string(row.entry.kiosk) + "  epoch " + std::to_string(row.entry.epoch) + "  ";
    text += row.revoked_at ? "revoked " + day(*row.revoked_at) + " (" + row.reason + ")" : "active";
    text += "  enrolled " + day(row.enrolled_at);
    if (row.certificate_until) text += "  certificate until " + day(*row.certificate_until);
    text += "  records " + std::to_string(row.records);
    if (row.refused > 0)
      text += ", " + std::to_string(row.refused) + " of them after the revocation, not counted";
    if (row.unproven > 0) text += ", " + std::to_string(row.unproven) + " passed over (unproven, or no opening key)";
    if (!row.key_known) text += "  key not known: trust ENROLMENT";
    text += "\n";
  }
  for (const CasesKiosks::CodeRow& row : codes) {
    text += "code for kiosk " + std::to_string(row.code.kiosk);
    if (row.used)
      text += "  used";
    else if (row.code.tries >= largest_code_tries)
      text += "  spoilt by wrong tries: issue another";
    else
      text += "  open until " + day(row.code.expires_at);
    if (row.code.tries > 0) text += "  wrong tries " + std::to_string(row.code.tries);
    text += "\n";
  }
  return text;
}

}  // namespace

void KioskCommands::add_to(CLI::App& app) {
  code_ = app.add_subcommand("enrol-code", "Issue a one-time code with which a kiosk gets this number, once");
  code_->add_option("--valid-hours", valid_hours_, "The code is of no use later")
      ->check(CLI::Range(1, 168))
      ->capture_default_str();
  revoke_ = app.add_subcommand("revoke", "What a kiosk signs from now on counts no more");
  auto* one = revoke_->add_option("--epoch", epoch_, "Only this one")->check(CLI::Range(1, 99));
  revoke_->add_flag("--all-epochs", all_epochs_, "All that the book has of this kiosk")->excludes(one);
  revoke_->add_option("--reason", reason_, "For staff, plain ASCII, at most 200 characters")->required();
  trust_ = app.add_subcommand("trust", "Take the key of a kiosk that this database does not know (any more)");
  trust_->add_option("enrolment", enrolment_, "The kiosk's enrolment.json, under the city's signature")
      ->required();
  trust_->add_option("--city-keys", city_keys_, "Folder with the city's keys")->required();
  list_ = app.add_subcommand("kiosks", "Enrolled kiosks, their certificates, revocations and codes");
  for (CLI::App* verb : {code_, revoke_})
    verb->add_option("kiosk", kiosk_, "The kiosk's number")->required()->check(CLI::Range(1000, 9999));
  for (CLI::App* verb : {code_, revoke_, trust_, list_}) {
    verb->add_option("--database", database_, "SQLite file")->required();
    verb->add_flag("--json", json_, "Report as JSON");
  }
}

std::optional<int> KioskCommands::run() const {
  if (code_->parsed()) return issue_code();
  if (revoke_->parsed()) return revoke();
  if (trust_->parsed()) return trust();
  if (list_->parsed()) return list();
  return std::nullopt;
}

int KioskCommands::issue_code() const {
  auto store = opened(database_, Sharing::WithReaders);
  if (!store) return 1;
  SystemRandom random;
  const WallTime now = SystemClock().wall();
  const WallTime expires = now + std::chrono::hours(valid_hours_);
  const EnrolmentCode code = EnrolmentCode::generate(kiosk_, random);
  const EnrolmentSecrets secrets = code.derive();
  if (!(store->begin() && CasesKiosks(store->database()).issue_code(kiosk_, secrets, now, expires) &&
        store->commit()))
    return complain("the database cannot be written");
  std::string text = code.grouped();
  // Nobody can show it again: only what scrypt made of it is kept.
  std::string words =
      json_ ? "{\"code\":\"" + text + "\",\"expires_ms\":" + std::to_string(milliseconds_of(expires)) + "}\n"
            : text + "\n";
  print(words);
  wipe(text.data(), text.size());
  wipe(words.data(), words.size());
  return 0;
}

int KioskCommands::revoke() const {
  const bool plain = std::all_of(reason_.begin(), reason_.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain || reason_.empty() || reason_.size() > 200 || (epoch_ == 0 && !all_epochs_)) {
    complain("revoke needs --epoch N or --all-epochs, and a --reason of plain ASCII, at most 200 characters");
    return 2;
  }
  auto store = opened(database_, Sharing::WithReaders);
  if (!store) return 1;
  const bool begun = store->begin();
  const auto revoked =
      begun ? CasesKiosks(store->database()).revoke(kiosk_, epoch_, reason_, SystemClock().wall())
            : std::nullopt;
  if (!revoked || !store->commit()) return complain("the database cannot be written");
  if (*revoked == 0)
    return complain("nothing to revoke: no such epoch is in the book, or it is revoked already");
  print(json_ ? "{\"epochs\":" + std::to_string(*revoked) + "}\n"
              : std::to_string(*revoked) + " epochs revoked\n");
  return 0;
}

int KioskCommands::trust() const {
  const auto city = CityKeys::load(city_keys_);
  if (!city) return complain("the city's keys cannot be read");
  const auto enrolment = Enrolment::load(enrolment_, built_demo_policy());
  if (!enrolment) return complain("the enrolment cannot be read, or is not under a city's signature");
  // Enrolment::load has verified the certificate by the key in the same file.
  if (enrolment->city_key_pem != city->city_key_pem()) return complain("the enrolment is another city's");
  const KioskCertificate& certificate = enrolment->certificate;
  const BookEntry entry{certificate.kiosk, certificate.epoch, certificate.public_key, BookEntry::State::Active};
  auto store = opened(database_, Sharing::WithReaders);
  if (!store) return 1;
  const bool begun = store->begin();
  if (!(begun && CasesKiosks(store->database()).join({entry}, SystemClock().wall()) && store->commit()))
    return complain("the database cannot be written");
  print(json_ ? dump({{"kiosk", entry.kiosk}, {"epoch", entry.epoch}}) + "\n"
              : "kiosk " + std::to_string(entry.kiosk) + "  epoch " + std::to_string(entry.epoch) + "\n");
  return 0;
}

int KioskCommands::list() const {
  auto store = opened(database_, Sharing::ReadOnly);
  if (!store) return 1;
  CasesKiosks kiosks(store->database());
  print(json_ ? kiosks_json(kiosks.rows(), kiosks.codes()) : kiosks_text(kiosks.rows(), kiosks.codes()));
  return 0;
}

}  // namespace pishkhan::backend
