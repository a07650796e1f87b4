#pragma once

#include "drivers/simulated/simulated_card_reader.h"

/// What the files of SimulatedCardReader share: the specification's numbers (CCID rev 1.1).
namespace pishkhan::simulated {

// Message types: 6.1 (to the reader), 6.2 (from it), 6.3 (interrupts).
enum : std::uint8_t {
  set_parameters_type = 0x61,
  icc_power_on = 0x62,
  icc_power_off = 0x63,
  get_slot_status = 0x65,
  secure = 0x69,
  get_parameters = 0x6C,
  reset_parameters = 0x6D,
  icc_clock = 0x6E,
  xfr_block = 0x6F,
  abort_slot = 0x72,
  set_rate = 0x73,
  data_block = 0x80,
  slot_status = 0x81,
  parameters_block = 0x82,
  rate_block = 0x84,
  notify_slot_change = 0x50,
  notify_hardware_error = 0x51,
};

// bmICCStatus and bmCommandStatus: 6.2.6, table 6.2-3. Errors: table 6.2-2; a value from 1 to 127 is the
// offset of the field that was wrong.
inline constexpr std::uint8_t icc_active = 0;
inline constexpr std::uint8_t icc_inactive = 1;
inline constexpr std::uint8_t icc_absent = 2;
inline constexpr std::uint8_t command_failed = 0x40;
inline constexpr std::uint8_t command_needs_time = 0x80;
inline constexpr std::uint8_t error_aborted = 0xFF;
inline constexpr std::uint8_t error_mute = 0xFE;
inline constexpr std::uint8_t error_hardware = 0xFB;
inline constexpr std::uint8_t error_procedure_byte = 0xF4;
inline constexpr std::uint8_t error_pin_timeout = 0xF0;
inline constexpr std::uint8_t error_pin_cancelled = 0xEF;
inline constexpr std::uint8_t error_busy = 0xE0;
inline constexpr std::uint8_t error_not_supported = 0;
inline constexpr std::uint8_t error_length = 1;
inline constexpr std::uint8_t error_slot = 5;
inline constexpr std::uint8_t error_specific = 7;
inline constexpr std::uint8_t error_level = 8;
inline constexpr std::uint8_t error_data = 10;
inline constexpr std::uint8_t clock_running = 0;
inline constexpr std::uint8_t clock_stopped_low = 1;
inline constexpr std::size_t message_header_bytes = 10;

/// 6.1: the header that all commands share.
struct SimulatedCardReader::Message {
  std::uint8_t type = 0;
  std::uint32_t length = 0;
  std::uint8_t slot = 0;
  std::uint8_t sequence = 0;
  std::uint8_t specific[3] = {};
  ByteView data;
  [[nodiscard]] unsigned level_parameter() const {
    return static_cast<unsigned>(specific[1] | specific[2] << 8);
  }
};

/// 6.2: what all answers share.
struct SimulatedCardReader::Reply {
  std::uint8_t type = slot_status;
  std::uint8_t status = 0;
  std::uint8_t error = 0;
  std::uint8_t last = 0;  // bClockStatus, bChainParameter or bProtocolNum
  Bytes data;
};

[[nodiscard]] Bytes reader_device_descriptor(const ReaderModel& model);
[[nodiscard]] Bytes reader_descriptors(const ReaderModel& model);

}  // namespace pishkhan::simulated
