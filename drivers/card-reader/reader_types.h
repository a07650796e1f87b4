#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// What a card reader can say about itself and its card, shared by CardReader and what it is made of.
namespace pishkhan::card {

/// XFS4IoT, CardReader.Status, media and chipPower.
enum class MediaState : std::uint8_t {
  Unknown,
  Present,
  NotPresent,
  Entering,  ///< the slot's contact tells of a card, the slot does not have it yet
  Jammed,    ///< a reader that moves cards itself tells of a hardware error with a card inside
};
enum class ChipState : std::uint8_t {
  Unknown,
  Online,
  PoweredOff,
  Busy,  ///< the slot is at work on another command
  NoCard,
  NoDevice,
  HardwareError
};
struct ReaderStatus {
  MediaState media = MediaState::Unknown;
  ChipState chip = ChipState::Unknown;
  friend bool operator==(const ReaderStatus&, const ReaderStatus&) = default;
};

enum class ReaderFault : std::uint8_t {
  NoCard,        ///< none in the slot, or it was drawn out
  CardMute,      ///< it does not answer (any more), or has no power; often lies the wrong way round
  CardFailed,    ///< it answers, but not as ISO 7816 says
  CannotCarry,   ///< extended length, and this reader has only short: use LongForm::Chained, or another reader
  Unplugged,     ///< the reader is gone, or is lost to everything but a new transport
  Timeout,       ///< the deadline passed, or more time extensions than we grant
  ReaderFailed,  ///< the reader's own error, or bytes that are not CCID
  NoPinPad,
  PinNotEntered,  ///< the person pressed cancel, or nothing for too long; the card was told nothing
};
inline constexpr std::size_t reader_faults = 9;
enum class OpenFault : std::uint8_t {
  NotCcid,
  CharacterLevel,  ///< refused: the host would speak T=0 and T=1 by the byte, over a bus that cannot keep its
                   ///< times
  TooSmall,        ///< its messages do not hold a short APDU, or the longest block
  NoSuchSlot,
};

struct ReaderLimits {
  std::chrono::milliseconds exchange{5000};  ///< one command with all its time extensions
  std::chrono::milliseconds one_read{1000};  ///< one bulk transfer
  int time_extensions = 1000;  ///< of one message; so that a reader cannot ask without time passing
  int stale_frames = 32;
  int follow_ups = 300;  ///< GET RESPONSE and repeated Le for one command: 64 KiB in answers of 256 bytes
};

}  // namespace pishkhan::card
