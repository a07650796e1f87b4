#pragma once

#include "base/core/personal.h"
#include "offline-queue/protocol/acknowledgement.h"
#include "offline-queue/protocol/batch.h"
#include "offline-queue/protocol/problem.h"
#include "offline-queue/protocol/tracking_code.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The JSON bodies of the sync protocol, structs to JSON and back (batches are binary: batch.h).
/// sync-protocol.openapi.yaml is the reference; the tests check the bytes against it. Parsing checks every type
/// and range, passes over unknown members, and gives nothing if anything is wrong. Signatures and chains are
/// checked by who uses the message, not here. Thread: pure functions and plain values.
namespace pishkhan::protocol {

/// What either side takes in one message: 64 records of the largest size in base64, with room.
constexpr std::size_t largest_request_bytes = 7'000'000;

/// The answer to POST /v1/batches (batch.h): the whole of that epoch up to here is stored.
struct BatchAnswer {
  StoredWord stored;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<BatchAnswer> parse(std::string_view json);
  friend bool operator==(const BatchAnswer&, const BatchAnswer&) = default;
};

/// GET /v1/acknowledgements?epoch=E&after=CURSOR: the asking kiosk's own.
struct Opened {
  std::vector<Acknowledgement> acknowledgements;
  std::string cursor;  ///< for the next call; opaque, at most 64 of A-Z a-z 0-9 - _; "" is the beginning
  bool more = false;   ///< ask again at once
  /// Where ingest's copy of this chain ends; nothing: it has none of it. Tells a kiosk whose disk was put back
  /// to an older state before it files on.
  std::optional<StoredWord> stored;
  WallTime server_time{};
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<Opened> parse(std::string_view json);
  friend bool operator==(const Opened&, const Opened&) = default;
};
[[nodiscard]] bool is_cursor(std::string_view text);

/// POST /v1/cases/lookup.
struct LookUp {
  TrackingCode code;
  PersonalText receipt_secret;  ///< 8 digits, or empty
  /// The caller wipes it: the secret is in it.
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<LookUp> parse(std::string_view json);
};

/// Where a case stands. A service's own stages come by id in CaseView::stage.
enum class CaseState : std::uint8_t {
  Unknown,   ///< the backend has no such record (it may still wait on its kiosk)
  Received,  ///< stored, not yet opened
  Opened,    ///< a case
  Joined,    ///< the same matter as an earlier case
  Invalid,   ///< could not be used; the municipality has to be asked
  Missing,   ///< filed, but its content was damaged on the kiosk before it could be sent
};

/// Its answer. Without the receipt secret: state, stage and dates only. The members are the same whether the
/// code is known or not.
struct CaseView {
  CaseState state = CaseState::Unknown;
  std::string stage;                    ///< id of a Stage of the service; empty: none yet
  std::optional<WallTime> received_at;  ///< by ingest's clock
  std::optional<WallTime> opened_at;    ///< by cases' clock
  std::string case_number;              ///< only with the right secret; else empty
  bool secret_accepted = false;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<CaseView> parse(std::string_view json);
  friend bool operator==(const CaseView&, const CaseView&) = default;
};
/// "unknown", "received", "opened", "joined", "invalid", "missing".
[[nodiscard]] std::string_view name(CaseState state);
[[nodiscard]] std::optional<CaseState> case_state(std::string_view name);

/// "1.0". The path carries the major version; whoever speaks a later minor one is understood.
struct ProtocolVersion {
  int major = 1;
  int minor = 0;
  friend bool operator==(const ProtocolVersion&, const ProtocolVersion&) = default;
};

/// GET /v1/time, and the answer to POST /v1/health.
struct ServerTime {
  WallTime now{};
  ProtocolVersion
      newest{};  ///< that the backend speaks; it goes on answering the older ones' paths while it can
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<ServerTime> parse(std::string_view json);
  friend bool operator==(const ServerTime&, const ServerTime&) = default;
};

/// GET /internal/v1/sealed?after=CURSOR: what cases has not opened yet, of all kiosks, in order of arrival. As
/// batches under the kiosk's own signature, so that cases believes no word of ingest's about what a kiosk
/// filed; they are parsed by whoever judges them, so that a broken one stops none behind it. A record that came
/// as Whole after it had come as less arrives once more, and some that came before may arrive again beside
/// others.
struct SealedPage {
  struct Arrival {
    Bytes batch;  ///< batch.h; at most 64 records in all of a page
    WallTime received_at{};
    friend bool operator==(const Arrival&, const Arrival&) = default;
  };
  std::vector<Arrival> arrivals;
  std::string cursor;
  bool more = false;
  bool anew = false;  ///< the cursor is not of this database, which was put back: from the beginning, and
                      ///< whatever was told to it since has to be told again
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<SealedPage> parse(std::string_view json);
  friend bool operator==(const SealedPage&, const SealedPage&) = default;
};

/// POST /internal/v1/opened.
struct OpenedReport {
  struct Case {
    Acknowledgement acknowledgement;
    std::string stage;            ///< may be empty
    std::string secret_verifier;  ///< what ingest checks a receipt secret against; empty: none can be right
    friend bool operator==(const Case&, const Case&) = default;
  };
  std::vector<Case> cases;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<OpenedReport> parse(std::string_view json);
  friend bool operator==(const OpenedReport&, const OpenedReport&) = default;
};

/// Its answer.
struct OpenedTaken {
  int taken = 0;  ///< how many of them were new
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<OpenedTaken> parse(std::string_view json);
  friend bool operator==(const OpenedTaken&, const OpenedTaken&) = default;
};

}  // namespace pishkhan::protocol
