#pragma once

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/services/loader.h"
#include "offline-queue/protocol/updates.h"
#include "offline-queue/reference-backend/cases_store.h"
#include "offline-queue/sync/transport.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::backend {

/// What staff do from the command line, beside a cases that may be serving: each takes its own transaction, and
/// the serving one relays what is new within its next poll. Thread: blocks on the disk.
struct CityDesk {
  std::filesystem::path database;
  std::filesystem::path update_key;
};

/// Why a verb says no, as a sentence for the person at the terminal.
struct VerbFault {
  std::string sentence;
};

struct Published {
  std::string version;
  std::string fingerprint;
  std::size_t bytes = 0;
  std::uint64_t number = 0;  ///< of the announcement; 0: only kept
};
enum class Announce { Yes, OnlyKeep };
/// Checks a pack with the validator, keeps it for judging requests, and announces it to one kiosk or all.
[[nodiscard]] Result<Published, VerbFault> publish_catalogue(const CityDesk& desk,
                                                             const std::filesystem::path& pack, int kiosk,
                                                             Announce announce, const Clock& clock);
/// `settings`: "key=value" each; the whole set, which replaces the one before. The item's number.
[[nodiscard]] Result<std::uint64_t, VerbFault> set_configuration(const CityDesk& desk,
                                                                 const std::vector<std::string>& settings,
                                                                 int kiosk, const Clock& clock);
[[nodiscard]] Result<std::uint64_t, VerbFault> order(const CityDesk& desk,
                                                     const protocol::CommandUpdate& command, int kiosk,
                                                     std::chrono::hours valid, const Clock& clock);
enum class Matter {
  Open,
  Settled,  ///< who files the same from now on gets a case of their own
};
/// Gives a case another stage of its service; how many requests it moved.
[[nodiscard]] Result<int, VerbFault> set_stage(const CityDesk& desk, const std::string& case_number,
                                               const std::string& stage, const Clock& clock,
                                               Matter matter = Matter::Open);

/// The kiosks' audit entries.
[[nodiscard]] std::string audits_json(const std::vector<CasesStore::Row>& rows);
[[nodiscard]] std::string audits_text(const std::vector<CasesStore::Row>& rows);

/// All of ingest's rows of health.
[[nodiscard]] Result<std::vector<protocol::HealthPage::Row>, VerbFault> fetch_health(
    const sync::Endpoint& ingest);
/// Without history only the last row of each kiosk.
enum class History { No, Yes };
[[nodiscard]] std::string health_json(const std::vector<protocol::HealthPage::Row>& rows, History history);
[[nodiscard]] std::string health_text(const std::vector<protocol::HealthPage::Row>& rows, History history);

}  // namespace pishkhan::backend
