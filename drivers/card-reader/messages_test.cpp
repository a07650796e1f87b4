#include "base/core/random.h"
#include "drivers/card-reader/apdu.h"
#include "drivers/card-reader/atr.h"
#include "drivers/card-reader/ccid.h"
#include "drivers/card-reader/pin_entry.h"
#include "drivers/card-reader/scripted_reader_test.h"
#include "drivers/card-reader/tlv.h"

#include <doctest/doctest.h>

namespace pishkhan::card {
namespace {

using test::descriptors_with;
using test::hex;

TEST_CASE("an ATR without interface bytes is T=0 without check byte") {
  const auto atr = parse_atr(hex("3b025049"));
  REQUIRE(atr);
  CHECK(atr->convention == Convention::Direct);
  CHECK(atr->interface_bytes.empty());
  CHECK(atr->protocols == std::vector<std::uint8_t>{0});
  CHECK(atr->historical == hex("5049"));
  CHECK(atr->check == CheckByte::Absent);
}

TEST_CASE("the ATR shared by a driving licence and a bank token, field by field") {
  const auto atr = parse_atr(hex("3b7d96000080318065b0831140c883009000"));
  REQUIRE(atr);
  REQUIRE(atr->interface_bytes.size() == 1);
  CHECK(atr->interface_bytes[0].ta == 0x96);
  CHECK(atr->interface_bytes[0].tb == 0x00);
  CHECK(atr->interface_bytes[0].tc == 0x00);
  CHECK_FALSE(atr->interface_bytes[0].td.has_value());
  CHECK(atr->historical.size() == 13);
}

TEST_CASE("T=1 with a check byte, right and wrong; inverse convention") {
  // T0 = 80: TD1 only; TD1 = 81: TD2, T=1; TD2 = 01: T=1; check byte 80 ^ 81 ^ 01 = 00.
  const auto right = parse_atr(hex("3f80810100"));
  REQUIRE(right);
  CHECK(right->convention == Convention::Inverse);
  CHECK(right->protocols == std::vector<std::uint8_t>{1});
  CHECK(right->interface_bytes.size() == 2);
  CHECK(right->check == CheckByte::Right);
  const auto wrong = parse_atr(hex("3f80810155"));
  REQUIRE(wrong);
  CHECK(wrong->check == CheckByte::Wrong);
}

TEST_CASE("T=0 and T=15 need a check byte, and T=15 is no protocol") {
  // TD1 = 80 (T=0, TD2), TD2 = 1F (T=15, TA3), TA3 = 03; sum 80^80^1F^03 = 1C.
  const auto atr = parse_atr(hex("3b80801f031c"));
  REQUIRE(atr);
  CHECK(atr->protocols == std::vector<std::uint8_t>{0});
  CHECK(atr->check == CheckByte::Right);
  CHECK(atr->interface_bytes.back().ta == 0x03);
}

TEST_CASE("every truncation of an ATR is told from the whole, and so is a byte too many") {
  for (const char* text : {"3b6800005049534b48414e4b", "3b7d96000080318065b0831140c883009000", "3f80810100",
                           "3b80801f031c", "3b00"}) {
    const Bytes whole = hex(text);
    REQUIRE(parse_atr(whole));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto cut = parse_atr(ByteView(whole).first(length));
      REQUIRE_FALSE(cut);
      CHECK(cut.error() == AtrFault::Truncated);
    }
    Bytes longer = whole;
    longer.push_back(0);
    const auto more = parse_atr(longer);
    REQUIRE_FALSE(more);
    CHECK(more.error() == AtrFault::TooLong);
  }
  CHECK(parse_atr(hex("3a00")).error() == AtrFault::BadFirstByte);
  CHECK(parse_atr(Bytes(34, 0x3B)).error() == AtrFault::TooLong);
}

TEST_CASE("the four cases of a short APDU") {
  CHECK(to_hex(encode({.cla = 0, .ins = 0xA4, .p1 = 4, .p2 = 0, .data = {}, .wanted = {}})) == "00a40400");
  CHECK(to_hex(encode({.ins = 0xB0, .p1 = 1, .p2 = 2, .data = {}, .wanted = 256})) == "00b0010200");
  CHECK(to_hex(encode({.ins = 0xA4, .p1 = 2, .p2 = 12, .data = {1, 1}, .wanted = {}})) == "00a4020c020101");
  CHECK(to_hex(encode({.cla = 0x80, .ins = 0xCA, .data = {0x5C}, .wanted = 5})) == "80ca0000015c05");
}

TEST_CASE("extended length where short does not suffice") {
  Command command{.ins = 0xB0, .data = {}, .wanted = 257};
  CHECK(to_hex(encode(command)) == "00b00000000101");
  command.wanted = 65'536;
  CHECK(to_hex(encode(command)) == "00b00000000000");
  command.data = Bytes(256, 0x41);
  const Bytes both = encode(command);
  CHECK(both.size() == 4 + 3 + 256 + 2);
  CHECK(to_hex(ByteView(both).first(8)) == "00b0000000010041");
  CHECK(to_hex(ByteView(both).last(3)) == "410000");
  command.wanted.reset();
  CHECK(encode(command).size() == 4 + 3 + 256);
  command.data = Bytes(255, 0x41);
  command.wanted = 256;
  CHECK(encode(command).size() == 4 + 1 + 255 + 1);
}

TEST_CASE("a response is data and two status bytes") {
  const auto response = parse_response(hex("0102036282"));
  REQUIRE(response);
  CHECK(response->data == hex("010203"));
  CHECK(response->sw1() == 0x62);
  CHECK(response->sw2() == 0x82);
  CHECK(parse_response({}).error() == ApduFault::Truncated);
  CHECK(parse_response(hex("90")).error() == ApduFault::Truncated);
  CHECK(parse_response(hex("6000")).error() == ApduFault::BadStatus);
  CHECK(parse_response(hex("5f00")).error() == ApduFault::BadStatus);
  Bytes longest(65'536);
  longest.insert(longest.end(), {0x90, 0x00});
  CHECK(parse_response(longest));
  longest.insert(longest.begin(), 0);
  CHECK(parse_response(longest).error() == ApduFault::TooLong);
}

TEST_CASE("data objects of one level, with padding between") {
  const Bytes bytes = hex("00c10101ff5f200241427f4981035a0101df818200");
  TlvReader reader(bytes);
  const auto first = reader.next();
  REQUIRE((first && *first));
  CHECK((*first)->tag == 0xC1);
  CHECK_FALSE((*first)->constructed());
  const auto second = reader.next();
  REQUIRE((second && *second));
  CHECK((*second)->tag == 0x5F20);
  CHECK(as_text((*second)->value) == "AB");
  const auto third = reader.next();
  REQUIRE((third && *third));
  CHECK((*third)->tag == 0x7F49);
  CHECK((*third)->constructed());
  CHECK((*third)->value.size() == 3);
  const auto last = reader.next();
  CHECK((!last && last.error() == TlvFault::BadTag));
}

TEST_CASE("a data object that is not BER-TLV as ISO 7816-4 has it") {
  const auto fault = [](const char* text) { return TlvReader(hex(text)).next().error(); };
  CHECK(fault("c180") == TlvFault::BadLength);
  CHECK(fault("c183000001aa") == TlvFault::BadLength);
  CHECK(fault("5f1e00") == TlvFault::BadTag);
  CHECK(fault("5f8000") == TlvFault::BadTag);
  CHECK(TlvReader(hex("0000ff")).next()->has_value() == false);
}

TEST_CASE("a data object that is written is the one that is read, at each form of its length") {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65'535U}) {
    CAPTURE(size);
    Bytes whole = hex("c100");
    append_tlv(whole, 0x7C, Bytes(size, 0x41));
    TlvReader reader(ByteView(whole).subspan(2));
    const auto read = reader.next();
    REQUIRE(read);
    REQUIRE(*read);
    CHECK((*read)->tag == 0x7C);
    CHECK((*read)->value.size() == size);
    CHECK(reader.next()->has_value() == false);
  }
  Bytes shortest;
  append_tlv(shortest, 0x82, {});
  CHECK(to_hex(shortest) == "8200");
}

TEST_CASE("every truncation of a data object is told") {
  Bytes whole = hex("5f208180");
  whole.resize(4 + 128, 0x41);
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const auto cut = TlvReader(ByteView(whole).first(length)).next();
    REQUIRE_FALSE(cut);
    CHECK(cut.error() == TlvFault::Truncated);
    const auto size = tlv_size(ByteView(whole).first(length));
    CHECK(size.has_value() == (length >= 4));
    if (size) CHECK(*size == whole.size());
  }
}

TEST_CASE("the CCID class descriptor") {
  const auto descriptor = ccid::parse_descriptors(descriptors_with(0x00020008));
  REQUIRE(descriptor);
  CHECK(descriptor->level == ccid::Level::ShortApdu);
  CHECK(descriptor->automatic_voltage());
  CHECK(descriptor->voltages == 7);
  CHECK(descriptor->protocols == 3);
  CHECK(descriptor->maximum_message_bytes == 271);
  CHECK(descriptor->maximum_slot_index == 0);
  CHECK(descriptor->busy_slots == 1);
  CHECK(descriptor->interrupt == ccid::InterruptEndpoint::Present);
  CHECK(ccid::parse_descriptors(descriptors_with(0, 271, false))->interrupt == ccid::InterruptEndpoint::Absent);
  CHECK(ccid::parse_descriptors(descriptors_with(0x00010000))->level == ccid::Level::Tpdu);
  CHECK(ccid::parse_descriptors(descriptors_with(0x00040000))->level == ccid::Level::ExtendedApdu);
  CHECK(ccid::parse_descriptors(descriptors_with(0))->level == ccid::Level::Character);
  CHECK(ccid::parse_descriptors(descriptors_with(0x00030000)).error() == ccid::DescriptorFault::BadLevel);
}

TEST_CASE("every truncation of the descriptors is a fault, or a whole reader without its last endpoints") {
  const Bytes whole = descriptors_with(0x00020008);
  const std::size_t needed = 9 + 9 + 54;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto cut = ccid::parse_descriptors(ByteView(whole).first(length));
    CHECK((!cut || (length >= needed && cut->interrupt == ccid::InterruptEndpoint::Absent)));
  }
}

TEST_CASE("CCID commands are the bytes of clause 6.1") {
  CHECK(to_hex(ccid::power_on(0, 5, ccid::PowerSelect::Volt3)) == "62000000000005020000");
  CHECK(to_hex(ccid::power_off(0, 6)) == "63000000000006000000");
  CHECK(to_hex(ccid::get_slot_status(1, 255)) == "650000000001ff000000");
  CHECK(to_hex(ccid::transfer_block(0, 7, hex("00a4"))) == "6f02000000000700000000a4");
  CHECK(to_hex(ccid::transfer_block(0, 7, {}, ccid::Part::More, 9)) == "6f000000000007091000");
  CHECK(to_hex(ccid::get_parameters(0, 8)) == "6c000000000008000000");
  CHECK(to_hex(ccid::secure(1, 8, hex("00aa"))) ==
        "69020000000108000000"
        "00aa");
  CHECK(to_hex(ccid::set_parameters(0, 9, ccid::Protocol::T0, hex("1100000a00"))) ==
        "61050000000009000000"
        "1100000a00");
  CHECK(to_hex(ccid::escape(0, 10, hex("aa"))) == "6b01000000000a000000aa");
  CHECK(to_hex(ccid::icc_clock(0, 11, ccid::ClockCommand::Stop)) == "6e00000000000b010000");
  CHECK(to_hex(ccid::abort(1, 12)) == "7200000000010c000000");
  CHECK(to_hex(ccid::set_rate_and_clock(0, 13, 4000, 10752)) ==
        "7308000000000d000000"
        "a00f0000002a0000");
}

TEST_CASE("CCID answers, every truncation and every byte too many") {
  const Bytes whole =
      hex("8003000000000740fe00"
          "aabbcc");
  const auto reply = ccid::parse_reply(whole);
  REQUIRE(reply);
  CHECK(reply->sequence == 7);
  CHECK(reply->command == ccid::CommandStatus::Failed);
  CHECK(reply->icc == ccid::IccStatus::Active);
  CHECK(reply->error == 0xFE);
  CHECK(reply->data == hex("aabbcc"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto cut = ccid::parse_reply(ByteView(whole).first(length));
    REQUIRE_FALSE(cut);
    CHECK(cut.error() == ccid::FrameFault::Truncated);
  }
  Bytes longer = whole;
  longer.push_back(0);
  CHECK(ccid::parse_reply(longer).error() == ccid::FrameFault::TooLong);
  // As QEMU's reader answers to GetParameters: the structure is there, and the length says that it is not.
  const Bytes unsaid = hex("8200000000001b0000000000000000fe00");
  CHECK(ccid::parse_reply(unsaid).error() == ccid::FrameFault::TooLong);
  CHECK(ccid::parse_reply(unsaid, ccid::UnsaidParameters::Ignored)->data.empty());
  CHECK(ccid::parse_reply(longer, ccid::UnsaidParameters::Ignored).error() == ccid::FrameFault::TooLong);
  CHECK(ccid::parse_reply(hex("82000000000007000001"))->kind == ccid::ReplyKind::Parameters);
  CHECK(ccid::parse_reply(hex("85000000000007000000")).error() == ccid::FrameFault::UnknownKind);
  CHECK(ccid::parse_reply(hex("81000000000007030000")).error() == ccid::FrameFault::BadStatus);
  CHECK(ccid::parse_reply(hex("81000000000007c00000")).error() == ccid::FrameFault::BadStatus);
  CHECK(ccid::parse_reply(hex("8101000000000700000041")).error() == ccid::FrameFault::BadStatus);
  CHECK(ccid::parse_reply(hex("80ffffffff0007000000")).error() == ccid::FrameFault::Truncated);
}

TEST_CASE("the PIN verification data structure, as CCID 6.1.11.4 has it") {
  PinEntry entry{.reference = 0x80, .least_digits = 6};
  CHECK(to_hex(pin_command(entry)) == "0020008008ffffffffffffffff");
  // verification; 30 s; bytes, ASCII; 8 bytes; no length; at most 8, at least 6; validation key; no message
  CHECK(to_hex(pin_verification(entry, hex("000000"))) ==
        "001e82080008060200000000"
        "000000"
        "0020008008ffffffffffffffff");
  entry = {.reference = 1,
           .form = PinEntry::Form::Bcd,
           .least_digits = 4,
           .most_digits = 12,
           .block_bytes = 6,
           .fill = 0x00,
           .time = std::chrono::seconds(15)};
  CHECK(to_hex(pin_verification(entry, hex("00400b"))) ==
        "000f810600"
        "0c04"
        "0200000000"
        "00400b"
        "0020000106000000000000");
}

TEST_CASE("slot notifications") {
  CHECK(ccid::parse_notification(hex("5003"))->present);
  CHECK(ccid::parse_notification(hex("5002"))->changed);
  CHECK_FALSE(ccid::parse_notification(hex("5002"))->present);
  CHECK_FALSE(ccid::parse_notification(hex("50")).has_value());
  CHECK_FALSE(ccid::parse_notification(hex("51000000")).has_value());
  CHECK(ccid::parse_notification(hex("5030"), 2)->present);
  CHECK_FALSE(ccid::parse_notification(hex("5003"), 2)->changed);
  CHECK(ccid::parse_notification(hex("50000c"), 5)->changed);
  CHECK_FALSE(ccid::parse_notification(hex("5003"), 4).has_value());
  CHECK(ccid::is_hardware_error(hex("51000701")));
  CHECK_FALSE(ccid::is_hardware_error(hex("51010701")));
  CHECK_FALSE(ccid::is_hardware_error(hex("510007")));
}

TEST_CASE("hostile bytes are read within their bounds") {
  const std::uint64_t seed = 77;
  CAPTURE(seed);
  SeededRandom random(seed);
  int parsed = 0;
  for (int i = 0; i < 200000; ++i) {
    Bytes bytes(random.below(40));
    random.fill(bytes);
    if (!bytes.empty() && random.below(2) == 0) bytes[0] = random.below(2) == 0 ? 0x3B : 0x80;
    parsed += parse_atr(bytes) ? 1 : 0;
    parsed += ccid::parse_reply(bytes) ? 1 : 0;
    parsed += ccid::parse_descriptors(bytes) ? 1 : 0;
    TlvReader reader(bytes);
    for (int objects = 0;; ++objects) {
      REQUIRE(objects <= 40);
      const auto object = reader.next();
      if (!object || !*object) break;
      ++parsed;
    }
  }
  CHECK(parsed > 1000);
}

}  // namespace
}  // namespace pishkhan::card
