#include "drivers/simulated/ccid_wire.h"

#include <array>

namespace pishkhan::simulated {

namespace {

struct NamedFault {
  ReaderFault fault;
  const char* name;
};
constexpr std::array named_faults{
    NamedFault{ReaderFault::WrongSequence, "wrong sequence"},
    NamedFault{ReaderFault::WrongSlot, "wrong slot"},
    NamedFault{ReaderFault::WrongType, "wrong type"},
    NamedFault{ReaderFault::CutShort, "cut short"},
    NamedFault{ReaderFault::LengthTooLong, "length too long"},
    NamedFault{ReaderFault::EmptyPacket, "empty packet"},
    NamedFault{ReaderFault::HardwareError, "hardware error"},
    NamedFault{ReaderFault::Stall, "stall"},
    NamedFault{ReaderFault::Mute, "mute"},
    NamedFault{ReaderFault::Overflow, "overflow"},
    NamedFault{ReaderFault::Stale, "stale"},
    NamedFault{ReaderFault::Babble, "babble"},
    NamedFault{ReaderFault::Extensions, "time extensions"},
    NamedFault{ReaderFault::Trailing, "trailing bytes"},
};

struct NamedReport {
  ReaderReport report;
  const char* name;
};
constexpr std::array named_reports{
    NamedReport{ReaderReport::ShortHeader, "short header"},
    NamedReport{ReaderReport::WrongLength, "wrong length"},
    NamedReport{ReaderReport::TooLong, "too long"},
    NamedReport{ReaderReport::WrongSlot, "wrong slot"},
    NamedReport{ReaderReport::Reserved, "reserved field"},
    NamedReport{ReaderReport::UnknownCommand, "unknown command"},
    NamedReport{ReaderReport::Busy, "busy"},
    NamedReport{ReaderReport::WrongPower, "wrong power"},
    NamedReport{ReaderReport::NoPower, "no power"},
    NamedReport{ReaderReport::WrongLevel, "wrong level parameter"},
    NamedReport{ReaderReport::WrongBlock, "wrong block"},
    NamedReport{ReaderReport::WrongParameters, "wrong parameters"},
    NamedReport{ReaderReport::WrongPin, "wrong PIN structure"},
    NamedReport{ReaderReport::RateMismatch, "rate mismatch"},
    NamedReport{ReaderReport::BrokenRule, "broken rule"},
};

std::uint32_t level_bits(ExchangeLevel level) {
  switch (level) {
    case ExchangeLevel::Character:
      break;
    case ExchangeLevel::Tpdu:
      return 0x10000;
    case ExchangeLevel::ShortApdu:
      return 0x20000;
    case ExchangeLevel::ExtendedApdu:
      return 0x40000;
  }
  return 0;
}

}  // namespace

const std::vector<ReaderFault>& all_reader_faults() {
  static const std::vector<ReaderFault> all = [] {
    std::vector<ReaderFault> list;
    for (const NamedFault& one : named_faults) list.push_back(one.fault);
    return list;
  }();
  return all;
}

const char* name(ReaderFault fault) {
  for (const NamedFault& one : named_faults) {
    if (one.fault == fault) return one.name;
  }
  return "none";
}

const char* name(ReaderReport report) {
  for (const NamedReport& one : named_reports) {
    if (one.report == report) return one.name;
  }
  return "unknown";
}

Bytes reader_device_descriptor(const ReaderModel& model) {
  Bytes bytes{18, 1, 0x00, 0x02, 0, 0, 0, 64};  // USB 2.0, table 9-8
  ByteWriter writer(bytes);
  writer.le16(model.vendor_id);
  writer.le16(model.product_id);
  writer.bytes(Bytes{0x00, 0x01, 1, 2, 3, 1});
  return bytes;
}

Bytes reader_descriptors(const ReaderModel& model) {
  const bool interrupt = model.notifications == Notifications::Interrupt;
  const auto total = static_cast<std::uint8_t>(interrupt ? 93 : 86);
  Bytes bytes{9,
              2,
              total,
              0,
              1,
              1,
              0,
              0x80,
              50,  // configuration: bus powered, 100 mA
              9,
              4,
              0,
              0,
              static_cast<std::uint8_t>(interrupt ? 3 : 2),
              0x0B,
              0,
              0,
              0,  // CCID 4.3
              54,
              0x21,
              0x10,
              0x01,  // class descriptor (5.1), revision 1.1
              0,     // bMaxSlotIndex
              model.voltages};
  ByteWriter writer(bytes);
  writer.le32(model.protocols);
  writer.le32(4000);     // dwDefaultClock, kHz
  writer.le32(4000);     // dwMaximumClock
  writer.u8(0);          // bNumClockSupported: by default only
  writer.le32(10'752);   // dwDataRate, bit/s: the clock / 372
  writer.le32(344'086);  // dwMaxDataRate
  writer.u8(0);          // bNumDataRatesSupported
  writer.le32(254);      // dwMaxIFSD
  writer.le32(0);        // dwSynchProtocols
  writer.le32(0);        // dwMechanical
  writer.le32(model.features | level_bits(model.level));
  writer.le32(model.message_bytes);
  // bClassGetResponse and bClassEnvelope as in the APDU, no display, bPINSupport, one busy slot
  writer.bytes(Bytes{0xFF, 0xFF, 0, 0, static_cast<std::uint8_t>(model.pin_pad ? 1 : 0), 1});
  writer.bytes(Bytes{7, 5, 0x01, 2, 64, 0, 0});  // bulk out
  writer.bytes(Bytes{7, 5, 0x82, 2, 64, 0, 0});  // bulk in
  if (interrupt) writer.bytes(Bytes{7, 5, 0x83, 3, 8, 0, 10});
  return bytes;
}

}  // namespace pishkhan::simulated
