#pragma once

#include "base/core/result.h"
#include "base/core/strict_json.h"
#include "drivers/card-reader/card_channel.h"
#include "drivers/card-reader/reading.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::card {

/// What was said between kiosk and card, to be sent to somebody who mends a profile: nothing in it says who
/// holds the card. Thread: a plain value.
struct Transcript {
  struct Exchange {
    Bytes command;  ///< as it was sent; commands of the white list hold nothing personal
    Bytes data;     ///< after mask(), what is not known to be harmless is a stand-in of the same length
    std::uint16_t status = 0;
    std::vector<bool> masked;  ///< of each byte of data: it is a stand-in
  };
  Bytes answer_to_reset;
  std::vector<Exchange> exchanges;
  std::string outcome;  ///< "read", or the fault's name

  /// Replaces all data by stand-ins but for what the profile that fitted knows to be harmless: the skeleton of
  /// tags and lengths on the way to its fields, and fields whose meaning is layout or expires. Digits become
  /// 0 and letters x, so that it can be read again; everything else becomes 00.
  void mask(const Account& account);
};

/// One line of JSON a thing: the ATR, each exchange, the outcome. Hexadecimal; "masked" lists places and
/// lengths.
[[nodiscard]] std::string to_text(const Transcript& transcript);
/// Reads what to_text wrote, strictly.
[[nodiscard]] Result<Transcript, DataFault> parse_transcript(std::string_view text);

/// Passes everything on and writes it down. What it holds before Transcript::mask() is personal; it wipes it.
class RecordingChannel final : public CardChannel {
 public:
  explicit RecordingChannel(CardChannel& inner) : inner_(inner) {}
  ~RecordingChannel() override;
  Result<Response, ReaderFault> transmit(const Command& command, std::chrono::milliseconds within) override;
  bool has_pin_pad() const override { return inner_.has_pin_pad(); }
  /// The command is written down as the pad was given it: with fill where the PIN goes.
  Result<Response, ReaderFault> verify_on_pad(const PinEntry& entry) override;
  /// Masked, and taken out.
  [[nodiscard]] Transcript take(const Account& account);

 private:
  void write_down(Bytes command, const Result<Response, ReaderFault>& response);

  CardChannel& inner_;
  Transcript transcript_;
};

/// Answers as a transcript says, in its order; a command that it does not expect next finds a mute card.
/// Challenges are drawn anew each time: of INTERNAL and GENERAL AUTHENTICATE only the head is compared.
class ReplayChannel final : public CardChannel {
 public:
  explicit ReplayChannel(const Transcript& transcript) : transcript_(transcript) {}
  Result<Response, ReaderFault> transmit(const Command& command, std::chrono::milliseconds within) override;
  bool has_pin_pad() const override { return true; }
  Result<Response, ReaderFault> verify_on_pad(const PinEntry& entry) override;
  [[nodiscard]] bool at_end() const { return next_ == transcript_.exchanges.size(); }

 private:
  [[nodiscard]] Result<Response, ReaderFault> next(ByteView sent, std::size_t compared);

  const Transcript& transcript_;
  std::size_t next_ = 0;
};

}  // namespace pishkhan::card
