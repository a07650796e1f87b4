#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "base/core/personal.h"
#include "base/core/result.h"
#include "drivers/card-reader/reader.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pishkhan::card {

/// What a card said about who holds it.
struct CardHolder {
  PersonalText national_id;  ///< ten ASCII digits; the check digit is the caller's to judge
  PersonalText name;         ///< UTF-8
};

enum class CardFault : std::uint8_t {
  UnknownCard,  ///< no profile knows it: the citizen types the number
  NoCard,       ///< none, or drawn out before we had done
  CardMute,     ///< does not answer; often lies the wrong way round
  Unreadable,   ///< known, but what it holds is not what its profile says
  Refused,      ///< it answered a step of its profile with an error
  Timeout,      ///< the time for the whole reading was spent
  NoReader,     ///< the reader was unplugged
  ReaderFailed,
};

/// How a kind of card is read: data, not code. Only SELECT and READ BINARY can be expressed.
struct Profile {
  std::string_view name;
  std::span<const std::uint8_t> application_id;  ///< SELECT by name; 6A82 or 6A81 means: not this card
  std::uint16_t file_id = 0;                     ///< SELECT EF
  std::uint32_t template_tag = 0;
  std::uint32_t version_tag = 0;
  std::uint8_t version = 0;
  std::uint32_t national_id_tag = 0;
  std::uint32_t name_tag = 0;
  std::size_t maximum_name_bytes = 160;
  std::size_t read_step_bytes = 128;
  /// Budgets of one reading.
  std::size_t maximum_bytes = 256;
  int maximum_steps = 16;
  std::chrono::milliseconds maximum_time{4000};
};

/// The fictional municipal card of README.md.
[[nodiscard]] const Profile& municipal_citizen_card();
/// The profiles that are tried, in order.
[[nodiscard]] std::span<const Profile> profiles();

/// Powers the card, finds its profile, reads, powers off. Bytes of the card are wiped before it returns.
[[nodiscard]] Result<CardHolder, CardFault> read_card(CardReader& reader, const Clock& clock,
                                                      std::span<const Profile> known = profiles());

}  // namespace pishkhan::card
