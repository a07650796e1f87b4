#include "drivers/card-reader/pin_entry.h"

#include "base/core/ensure.h"

namespace pishkhan::card {

namespace {

constexpr std::uint8_t instruction_verify = 0x20;  // ISO 7816-4, 11.5.6
// CCID 6.1.11.4.
constexpr std::uint8_t operation_verify = 0x00;
constexpr std::uint8_t format_counts_bytes =
    0x80;  // bmFormatString; the digits begin at byte 0, left-justified
constexpr std::uint8_t format_bcd = 0x01;
constexpr std::uint8_t format_ascii = 0x02;
constexpr std::uint8_t length_is_not_sent = 0x00;  // bmPINLengthFormat
constexpr std::uint8_t ends_with_key = 0x02;       // bEntryValidationCondition: the validation key
constexpr std::uint8_t no_message = 0x00;          // bNumberMessage: our screen says what to do
constexpr std::uint8_t prologue_bytes = 3;

}  // namespace

Bytes pin_command(const PinEntry& entry) {
  Bytes command{0x00, instruction_verify, 0x00, entry.reference, static_cast<std::uint8_t>(entry.block_bytes)};
  command.insert(command.end(), static_cast<std::size_t>(entry.block_bytes), entry.fill);
  return command;
}

Bytes pin_verification(const PinEntry& entry, ByteView prologue) {
  ENSURE(entry.block_bytes >= 1 && entry.block_bytes <= 15, "a PIN block has 1 to 15 bytes");
  ENSURE(prologue.size() == prologue_bytes, "a prologue of T=1 has three bytes");
  Bytes data;
  ByteWriter writer(data);
  writer.u8(operation_verify);
  writer.u8(static_cast<std::uint8_t>(entry.time.count()));  // bTimeOut
  writer.u8(format_counts_bytes | (entry.form == PinEntry::Form::Ascii ? format_ascii : format_bcd));
  writer.u8(static_cast<std::uint8_t>(entry.block_bytes));  // bmPINBlockString; no length in the block
  writer.u8(length_is_not_sent);
  writer.u8(static_cast<std::uint8_t>(entry.most_digits));  // wPINMaxExtraDigit: the most, then the least
  writer.u8(static_cast<std::uint8_t>(entry.least_digits));
  writer.u8(ends_with_key);
  writer.u8(no_message);
  writer.le16(0);  // wLangId
  writer.u8(0);    // bMsgIndex
  writer.bytes(prologue);
  writer.bytes(pin_command(entry));
  return data;
}

}  // namespace pishkhan::card
