#pragma once

#include "offline-queue/protocol/chain.h"
#include "offline-queue/protocol/remote_settings.h"

#include <cstdint>
#include <optional>
#include <string>

namespace pishkhan::protocol {

/// What the city can tell its kiosks. The numbers are on disk and on the wire; never reuse one. A kiosk passes
/// over kinds that it does not know and counts them in its health.
enum class UpdateKind : std::uint16_t { Case = 1, Catalogue = 2, Configuration = 3, Command = 4 };

constexpr std::size_t largest_update_payload_bytes = 4096;

/// One thing the city says, to one kiosk or to all. Plain value.
struct UpdateItem {
  static constexpr int all_kiosks = 0;
  std::uint16_t kind = 0;  ///< an UpdateKind, or one of a later version
  int kiosk = all_kiosks;
  std::uint64_t number = 0;  ///< from 1; only ever rises within (kind, kiosk), so that nothing old comes again
  WallTime issued_at{};
  std::optional<WallTime> expires_at;  ///< not to be begun from then on
  Bytes payload;

  /// "PKU", version 1, kind 2, kiosk 2, number 8, issued 8 (ms), expires 8 (ms, 0: never), length of the
  /// payload 4, payload; big-endian. These very bytes are signed and carried, so nothing is written twice.
  [[nodiscard]] Bytes encode() const;
  /// Nothing if a length, the version or a range is wrong. Unknown kinds are read.
  [[nodiscard]] static std::optional<UpdateItem> parse(ByteView bytes);
  friend bool operator==(const UpdateItem&, const UpdateItem&) = default;
};

/// The bytes of an item with the signature of the city's update key. That key lies with cases, never on ingest,
/// which only carries them.
struct SignedUpdate {
  Bytes item;
  Signature signature{};
  [[nodiscard]] static SignedUpdate make(const UpdateItem& item, const SigningKey& update_key);
  /// The item, if the signature is right and the bytes are one.
  [[nodiscard]] std::optional<UpdateItem> verified(const VerifyingKey& update_key) const;
  friend bool operator==(const SignedUpdate&, const SignedUpdate&) = default;
};

/// Payload of UpdateKind::Case: where a request of this kiosk stands. Only what its code alone may show.
struct CaseUpdate {
  enum class State : std::uint8_t { Opened = 1, Joined = 2, Invalid = 3 };
  int epoch = 0;
  int sequence = 0;
  State state = State::Opened;
  WallTime received_at{};  ///< by ingest's clock
  WallTime opened_at{};    ///< by cases' clock
  std::string stage;       ///< id of a Stage of the service, printable ASCII, at most 64; may be empty
  /// epoch 1, sequence 4, state 1, received 8, opened 8, length of stage 1, stage.
  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static std::optional<CaseUpdate> parse(ByteView bytes);
  friend bool operator==(const CaseUpdate&, const CaseUpdate&) = default;
};

/// Payload of UpdateKind::Catalogue: the pack to be fetched. Its file is services::canonical_bytes().
struct CatalogueUpdate {
  Hash hash{};             ///< BLAKE2b-256 of the file
  std::uint32_t size = 0;  ///< bytes, 1 to largest_pack_bytes
  std::string version;     ///< as the pack names itself, printable ASCII, 1 to 64
  /// hash 32, size 4, length of version 1, version.
  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static std::optional<CatalogueUpdate> parse(ByteView bytes);
  friend bool operator==(const CatalogueUpdate&, const CatalogueUpdate&) = default;
};
constexpr std::uint32_t largest_pack_bytes = 64U << 20;

/// What staff may order from afar. Nothing that erases, opens or reads anything exists.
enum class Command : std::uint8_t { OutOfService = 1, InService = 2, Restart = 3, SyncNow = 4, SendHealth = 5 };
/// "out-of-service", "in-service", "restart", "sync-now", "send-health".
[[nodiscard]] std::string_view name(Command command);
[[nodiscard]] std::optional<Command> command_named(std::string_view name);

/// Payload of UpdateKind::Command.
struct CommandUpdate {
  Command command = Command::SyncNow;
  std::string reason;  ///< staff's words for staff, printable ASCII, at most 200; required for OutOfService
  /// command 1, length of reason 1, reason.
  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static std::optional<CommandUpdate> parse(ByteView bytes);
  friend bool operator==(const CommandUpdate&, const CommandUpdate&) = default;
};

/// Payload of UpdateKind::Configuration is RemoteSettings::encode().

}  // namespace pishkhan::protocol
