#pragma once

#include "base/core/bytes.h"
#include "drivers/card-reader/ccid.h"
#include "drivers/card-reader/ccid_descriptor.h"
#include "drivers/usb/device_info.h"
#include "drivers/usb/transport.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::card {

/// Which readers a quirk is about (USB 2.0, 9.6.1).
struct QuirkMatch {
  std::uint16_t vendor_id = 0;
  std::uint16_t product_id = 0;
  /// Of these releases only (bcdDevice); nothing: of all.
  std::optional<std::uint16_t> first_release;
  std::optional<std::uint16_t> last_release;
  friend bool operator==(const QuirkMatch&, const QuirkMatch&) = default;
};

/// What is wrong with a kind of reader, and what is done about it: a row of data, never an `if` in the driver.
/// The default says that nothing is wrong. Thread: a plain value.
struct Quirk {
  enum class Interrupt : std::uint8_t { AsDescribed, NotUsed };
  enum class Packets : std::uint8_t {
    AsTheyAre,
    ZeroLengthLast  ///< a message that fills its last packet is followed by one of no length (USB 2.0, 5.8.3)
  };
  enum class Class : std::uint8_t {
    SmartCard,  ///< interface class 0B, as CCID 4.3 says
    Vendor      ///< FF: found by its ids alone
  };
  enum class PinPad : std::uint8_t {
    AsDescribed,
    None  ///< claimed, and not there: a PIN would be waited for where nobody can type it
  };
  std::string id = "none";  ///< name of its file, without the ending
  std::vector<QuirkMatch> matches;
  Class interface_class = Class::SmartCard;
  std::optional<ccid::Level> level;    ///< instead of the one that the descriptor claims
  std::uint32_t features_lacking = 0;  ///< claimed, and not there
  std::uint32_t features_having = 0;   ///< there, and not claimed
  std::optional<std::uint32_t> maximum_message_bytes;
  std::optional<std::uint32_t> maximum_ifsd;
  std::optional<std::uint32_t> maximum_rate;  ///< bit/s
  Interrupt interrupt = Interrupt::AsDescribed;
  Packets packets = Packets::AsTheyAre;
  ccid::UnsaidParameters parameters = ccid::UnsaidParameters::Refused;
  PinPad pin_pad = PinPad::AsDescribed;
  std::chrono::milliseconds settle{0};  ///< before the first command; what comes meanwhile is dropped
  std::vector<Bytes> escapes;           ///< sent one after the other before the first command
};
/// The descriptor as it should have been.
[[nodiscard]] ccid::ClassDescriptor corrected(ccid::ClassDescriptor descriptor, const Quirk& quirk);

}  // namespace pishkhan::card
