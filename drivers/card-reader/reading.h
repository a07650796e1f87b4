#pragma once

#include "base/core/clock.h"
#include "base/core/personal.h"
#include "base/core/random.h"
#include "base/core/result.h"
#include "drivers/card-reader/card_channel.h"
#include "drivers/card-reader/profile.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pishkhan::card {

enum class CardFault : std::uint8_t {
  UnknownCard,  ///< no profile knows it: the citizen types the number
  NoCard,       ///< none, or drawn out before we had done
  CardMute,     ///< does not answer; often lies the wrong way round
  Unreadable,   ///< known, but what it holds is not what its profile says, or more than its budget
  Refused,      ///< it answered a step of its profile with an error
  Timeout,      ///< the time for the whole reading was spent
  NoReader,     ///< the reader was unplugged
  ReaderFailed,
  NoPinPad,       ///< its profile asks for a PIN, and this reader has no pad of its own
  PinNotEntered,  ///< cancelled, or nothing typed for too long; costs no try
  WrongPin,
  PinBlocked,  ///< after too many wrong ones, here or elsewhere
  Copied,         ///< it does not hold the key of its certificate, or the certificate is about other words
  Untrusted,      ///< no authority of its profile issued it
  OutOfDate,      ///< its certificate has expired, or is not valid yet, or the day on the card is over
};
/// For logs and for technicians: "unknown-card".
[[nodiscard]] std::string_view name_of(CardFault fault);
/// "citizen".
[[nodiscard]] std::string_view name_of(CardKind kind);

struct FieldValue {
  Meaning meaning = Meaning::Label;
  Keep keep = Keep::Visit;
  PersonalText text;
};

/// What a card said. Only what the profile lets be kept is here.
struct CardReading {
  std::string profile;  ///< its id
  CardKind kind = CardKind::Other;
  /// The card holds the key that a trusted authority certified. A citizen's and a staff card are never handed
  /// out without it; others may be, if their profile has no proof.
  bool proven = false;
  std::vector<FieldValue> fields;
  /// The first with that meaning, or nullptr.
  [[nodiscard]] const PersonalText* find(Meaning meaning) const;
};

/// The kiosk's own key, for cards that show nothing to strangers. Thread: the reader's.
class KioskProver {
 public:
  virtual ~KioskProver() = default;
  /// A signature over the digest, r and s of 32 bytes each (ECDSA P-256); nothing if there is no key.
  [[nodiscard]] virtual std::optional<Bytes> sign(ByteView message) = 0;
  /// What is signed: a line that nothing else begins with, then the card's challenge.
  [[nodiscard]] static Bytes signed_form(ByteView challenge);
};

/// Which bytes of which answer became which thing, for whoever writes a transcript.
struct Account {
  struct Part {
    std::size_t exchange = 0;  ///< from 0, in the order of CardChannel::transmit
    std::string thing;
    std::size_t offset = 0;  ///< of the answer's first byte in the thing
    std::size_t size = 0;
  };
  const Profile* profile = nullptr;  ///< the one that fitted
  std::size_t exchanges = 0;         ///< so far
  std::vector<Part> parts;
};

/// What a reading needs beside the card. All borrowed.
struct ReadingSetup {
  std::span<const Profile> profiles;
  const Clock* clock = nullptr;
  Random* random = nullptr;
  /// For certificates: at least as late as anything that the kiosk was told by somebody it trusts.
  WallTime trusted_time{};
  KioskProver* prover = nullptr;
  /// Called once the fields are there and before the card has proven anything: for a greeting, never for more.
  std::function<void(const CardReading&)> read_so_far;
  /// Called when the person has to type on the reader's pad, before it waits for that.
  std::function<void()> pin_wanted;
  /// The card has taken the PIN; reading goes on.
  std::function<void()> pin_taken;
  Account* account = nullptr;
};

/// Finds the profile of a powered card, reads what it says and has the card prove itself. Returns within the
/// profiles' budgets. Whatever came from the card and is not handed on is wiped.
[[nodiscard]] Result<CardReading, CardFault> read_powered(CardChannel& card, ByteView answer_to_reset,
                                                          const ReadingSetup& setup);
/// The same with power: on before, off afterwards, whatever came of it.
[[nodiscard]] Result<CardReading, CardFault> read_card(CardReader& reader, const ReadingSetup& setup);

[[nodiscard]] CardFault fault_of(ReaderFault fault);

}  // namespace pishkhan::card
