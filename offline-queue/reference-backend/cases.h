#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "base/services/catalogue.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/reference-backend/cases_store.h"
#include "offline-queue/reference-backend/city_keys.h"
#include "offline-queue/reference-backend/ingest_link.h"
#include "offline-queue/reference-backend/secret_verifier.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::backend {

struct CasesOptions {
  sync::Endpoint ingest;  ///< its inner port, and cases' certificate
  std::filesystem::path database;
  std::vector<std::filesystem::path> opening_keys;  ///< the current one and retired ones
  std::filesystem::path signing_key;                ///< signs Opened
  std::filesystem::path update_key;                 ///< signs what kiosks are told of their cases
  std::filesystem::path catalogue;                  ///< a city's pack
  std::filesystem::path kiosks_file;                ///< kiosks that have their keys by hand; need not be there
  std::filesystem::path city_keys;                  ///< folder (city_keys.h); empty: nobody is enrolled
  std::string backend_url;                          ///< where enrolled kiosks find ingest
  std::chrono::seconds certificate_life = CityKeys::Terms().certificate_life;
};

enum class CasesFault { BadKey, BadCatalogue, BadDatabase, BadCertificate, BadCityKeys, BadRegister };

/// The half of the backend that holds the opening key: fetches sealed records from ingest, opens and judges
/// them, joins the same matter to its case, keeps the cases, and gives its signed word back. What it has said
/// once it never says otherwise. It takes nothing that is not under the signature of a kiosk whose key it has
/// from the city: ingest is believed in nothing about that. Thread: one owner; blocks on the network and the
/// disk.
class Cases {
 public:
  static Result<Cases, CasesFault> open(const CasesOptions& options, const Clock& clock, Random& random);
  /// The same from parts that are open already. `make_verifier` costs a human's patience on purpose
  /// (secret_verifier.h); the simulation of ten thousands of requests brings a cheaper one.
  using MakeVerifier = std::string (*)(std::string_view secret, Random& random);
  Cases(CasesStore store, IngestLink link, services::Catalogue catalogue,
        std::vector<protocol::OpeningKey> keys, protocol::SigningKey signing_key, const Clock& clock,
        Random& random, MakeVerifier make_verifier = make_secret_verifier);

  /// With it kiosks are told of their cases' stages; without it they are not.
  void sign_updates_with(protocol::SigningKey key) { update_key_ = std::move(key); }
  /// With the city's keys kiosks that ask are enrolled and renewed; without them their requests wait.
  void enrol_with(CityKeys keys, CityKeys::Terms terms) {
    city_keys_.emplace(std::move(keys));
    terms_ = std::move(terms);
  }

  struct Polled {
    int taken = 0;     ///< new records
    int reported = 0;  ///< words given to ingest
    int relayed = 0;   ///< updates given to ingest
    bool more = false;
    std::optional<sync::SyncFault> refused;  ///< why ingest takes no words; all else goes on
  };
  /// What hindered a poll. Nothing is lost by it: the same is fetched and reported again.
  struct PollFault {
    enum class Where { Ingest, Database };
    Where where = Where::Ingest;
    sync::SyncFault sync;  ///< for Ingest
  };
  /// A page, then what ingest is to be told, in steps, each with the page behind it. A word leaves only after its
  /// record is on the disk here.
  Result<Polled, PollFault> poll_once(const std::stop_token& stop);

 private:
  /// Starts again where it passed over records whose key is known now.
  Result<void, PollFault> go_back();
  /// What ingest was given in a step of a poll, and took.
  struct Given {
    std::int64_t word = 0;    ///< arrival of the last record whose word it was told
    std::int64_t update = 0;  ///< id of the last update
    bool more_words = false;
    [[nodiscard]] bool anything() const { return word > 0 || update > 0; }
  };
  /// The page that ingest gives next, and with it what it was given before counts as given.
  Result<protocol::SealedPage, PollFault> take_page(const Given& given, const std::stop_token& stop);
  /// False: the database failed. What is not proven is passed over and counted.
  bool take_batch(const protocol::SealedPage::Arrival& arrival, const std::string& cursor);
  /// It is a request under an opening key that was not given.
  [[nodiscard]] bool lacks_key(const protocol::BatchEntry& entry) const;
  bool take(const protocol::BatchEntry& entry, WallTime received, const std::string& cursor);
  bool take_request(const protocol::Record& record, CasesStore::Taken& taken, protocol::SecretBytes& body);
  Result<void, PollFault> enrol(const std::stop_token& stop);
  Result<void, PollFault> give_book(protocol::Hash& held, const std::stop_token& stop);
  PollFault database_fault();
  /// One step: a report of words, and behind the last of them one of updates.
  Result<Given, PollFault> tell(Polled& polled, const std::stop_token& stop);
  Result<void, PollFault> report_words(Given& given, Polled& polled, const std::stop_token& stop);
  Result<void, PollFault> relay_updates(Given& given, Polled& polled, const std::stop_token& stop);
  /// The words of these that are under the key in force; the others are set aside. Nothing: the database failed.
  std::optional<protocol::OpenedReport> own_words(std::vector<protocol::OpenedReport::Case> cases);
  bool tell_kiosk(const CasesStore::Taken& taken);
  /// The pack that a request was filed under; the present one if that is not kept here.
  const services::Catalogue& catalogue_of(const std::string& fingerprint);

  CasesStore store_;
  IngestLink link_;
  services::Catalogue catalogue_;
  std::map<std::string, services::Catalogue> packs_;  ///< read so far, by fingerprint
  std::vector<protocol::OpeningKey> keys_;
  protocol::SigningKey signing_key_;
  const Clock& clock_;
  Random& random_;
  MakeVerifier make_verifier_;
  std::optional<protocol::SigningKey> update_key_;
  std::optional<CityKeys> city_keys_;
  CityKeys::Terms terms_;
  protocol::BookReport book_;  ///< as it was at `book_version_`
  std::int64_t book_version_ = -1;
};

}  // namespace pishkhan::backend
