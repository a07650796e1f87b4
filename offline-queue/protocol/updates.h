#pragma once

#include "offline-queue/protocol/update_item.h"

#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::protocol {

/// The bodies of the way down (updates) and of health, structs to JSON and back; messages.h says by which
/// rules. Thread: pure functions and plain values.

constexpr std::size_t largest_updates_page = 64;
/// Packs travel in pieces of this size; only the last one is shorter.
constexpr std::size_t pack_part_bytes = 192UL * 1024;

/// GET /v1/updates?epoch=E&after=CURSOR: what the city says to all kiosks and to the asking one, oldest first.
struct UpdatesPage {
  std::vector<SignedUpdate> items;
  std::string cursor;  ///< see messages.h, Opened
  bool more = false;
  int poll_after_s = 0;  ///< when the backend would like to be asked again; 0: as the kiosk likes
  WallTime server_time{};
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<UpdatesPage> parse(std::string_view json);
  friend bool operator==(const UpdatesPage&, const UpdatesPage&) = default;
};

/// GET /v1/catalogues?hash=HEX&offset=N, and POST /internal/v1/catalogues: a piece of a pack.
struct CataloguePart {
  Hash hash{};               ///< of the whole pack
  std::uint32_t size = 0;    ///< of the whole pack
  std::uint32_t offset = 0;  ///< a multiple of pack_part_bytes, below size
  Bytes bytes;
  /// How long the piece at `offset` must be.
  [[nodiscard]] std::size_t expected_bytes() const;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<CataloguePart> parse(std::string_view json);
  friend bool operator==(const CataloguePart&, const CataloguePart&) = default;
};

/// POST /internal/v1/updates.
struct UpdatesReport {
  std::vector<SignedUpdate> items;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<UpdatesReport> parse(std::string_view json);
  friend bool operator==(const UpdatesReport&, const UpdatesReport&) = default;
};

/// POST /v1/health: how a kiosk is. A closed set of fields; nothing of any citizen, no words that were typed.
struct Health {
  int epoch = 0;
  WallTime at{};                ///< the kiosk's own clock
  std::string program_version;  ///< at most 32
  std::string catalogue;        ///< fingerprint of the one shown, "7F2A-91C4"; empty: none
  int boots = 0;                ///< starts of the program since it was installed
  std::int64_t uptime_s = 0;
  std::int64_t clock_offset_ms = 0;          ///< backend's clock minus the kiosk's, when last compared
  std::optional<WallTime> certificate_ends;  ///< of the kiosk's TLS certificate; nothing: it cannot be read
  int unsent = 0;
  int unopened = 0;
  int invalid = 0;  ///< requests that cases could not use; they are kept
  std::optional<WallTime> oldest_unsent;
  int damaged = 0;                ///< records that do not verify
  std::string store;              ///< a word: "ok", or what hinders filing
  std::string room;               ///< "enough", "low", "too-little", "unknown"
  std::int64_t queue_bytes = 0;   ///< what the queue takes of its budget
  std::int64_t budget_bytes = 0;  ///< 0: not known
  std::int64_t free_bytes = 0;    ///< on the queue's disk
  bool printer_ready = false;
  std::string printer_device;  ///< XFS4IoT, Common.Status, device: "online", "userError", "noDevice"
  std::string printer_paper;   ///< XFS4IoT, Printer.Status, paper: "full", "low", "out", "jammed", "unknown"
  std::string printer_code;    ///< staff's code for its trouble, "PRN-01"; empty: none
  int receipts_retracted =
      0;  ///< since the start, that nobody took: the printer's bin fills, or a mouth is overlooked
  bool reader_present = false;
  std::string reader_device;  ///< XFS4IoT, Common.Status, device: "online", "hardwareError" or "noDevice"
  std::string staff_code;     ///< why the counter is out of service; empty: it is not
  std::string closed;         ///< staff's reason for having it closed from afar; empty: it is not
  std::string sync_fault;     ///< word of the last fault since the report before; empty: none
  std::string update_fault;   ///< why the last item or pack was refused; empty: none since the start
  int refused_updates = 0;    ///< items since the start that did not verify or were replayed
  int unknown_updates = 0;    ///< items of kinds that this program does not know
  /// From then on staff are told of a clock that goes wrong: citizens read the time on the screen and on paper.
  static constexpr std::chrono::minutes worst_clock{2};
  /// So long before its end a certificate is staff's business: renewal by itself has failed for a while then.
  static constexpr std::chrono::hours certificate_warning{14 * 24};
  [[nodiscard]] bool clock_is_wrong() const;
  /// By the backend's clock, as far as it is known.
  [[nodiscard]] bool certificate_ends_soon() const;
  /// What staff act on: if it is equal, two reports say the same, whatever their counters.
  [[nodiscard]] std::string condition() const;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<Health> parse(std::string_view json);
  friend bool operator==(const Health&, const Health&) = default;
};

/// GET /internal/v1/health?after=CURSOR: every kiosk's history of changes, oldest first; the last row of a
/// kiosk is how it is now.
struct HealthPage {
  struct Row {
    int kiosk = 0;
    WallTime since{};  ///< ingest's clock: first report of this condition
    WallTime last{};   ///< and the newest one
    Health health;     ///< the newest one
    friend bool operator==(const Row&, const Row&) = default;
  };
  std::vector<Row> rows;
  std::string cursor;
  bool more = false;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<HealthPage> parse(std::string_view json);
  friend bool operator==(const HealthPage&, const HealthPage&) = default;
};

}  // namespace pishkhan::protocol
