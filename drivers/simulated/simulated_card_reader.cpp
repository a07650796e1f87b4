#include "drivers/simulated/simulated_card_reader.h"

#include "base/core/personal.h"

#include <utility>

namespace pishkhan::simulated {

using usb::TransferFault;

namespace {

// Message types: CCID rev 1.1, 6.1 (to the reader), 6.2 (from it), 6.3 (interrupts).
enum : std::uint8_t {
  icc_power_on = 0x62,
  icc_power_off = 0x63,
  get_slot_status = 0x65,
  get_parameters = 0x6C,
  reset_parameters = 0x6D,
  xfr_block = 0x6F,
  abort_slot = 0x72,
  data_block = 0x80,
  slot_status = 0x81,
  parameters_block = 0x82,
  notify_slot_change = 0x50,
  notify_hardware_error = 0x51,
};

// bmICCStatus and bmCommandStatus: 6.2.6, table 6.2-3. Errors: table 6.2-2; a value from 1 to 127 is the
// offset of the field that was wrong.
constexpr std::uint8_t icc_active = 0;
constexpr std::uint8_t icc_inactive = 1;
constexpr std::uint8_t icc_absent = 2;
constexpr std::uint8_t command_failed = 0x40;
constexpr std::uint8_t command_needs_time = 0x80;
constexpr std::uint8_t error_aborted = 0xFF;
constexpr std::uint8_t error_mute = 0xFE;
constexpr std::uint8_t error_hardware = 0xFB;
constexpr std::uint8_t error_not_supported = 0;
constexpr std::uint8_t error_length = 1;
constexpr std::uint8_t error_slot = 5;
constexpr std::uint8_t error_power_select = 7;
constexpr std::uint8_t error_level = 8;
constexpr std::uint8_t clock_running = 0;
constexpr std::uint8_t clock_stopped_low = 1;

constexpr std::size_t header_bytes = 10;
constexpr std::size_t most_message_bytes = 271;  // dwMaxCCIDMessageLength: a short APDU and the header.
constexpr std::uint8_t class_abort = 0x01;       // 5.3.1
constexpr std::size_t most_answers = 256;        // A host that never reads loses what comes later.

}  // namespace

/// 6.1: the header that all commands share.
struct SimulatedCardReader::Message {
  std::uint8_t type = 0;
  std::uint32_t length = 0;
  std::uint8_t slot = 0;
  std::uint8_t sequence = 0;
  std::uint8_t specific[3] = {};
  ByteView data;
};

/// 6.2: what all answers share.
struct SimulatedCardReader::Reply {
  std::uint8_t type = slot_status;
  std::uint8_t status = 0;
  std::uint8_t error = 0;
  std::uint8_t last = 0;  // bClockStatus, bChainParameter or bProtocolNum
  Bytes data;
};

SimulatedCardReader::SimulatedCardReader() = default;
SimulatedCardReader::~SimulatedCardReader() {
  drop_answers();
}

void SimulatedCardReader::insert(std::unique_ptr<SimulatedCard> card) {
  const auto locked = lock();
  card_gone();
  card_ = std::move(card);
  slot_changed_ = true;
  wake();
}

std::unique_ptr<SimulatedCard> SimulatedCardReader::remove() {
  const auto locked = lock();
  if (!card_) return nullptr;
  card_gone();
  auto card = std::exchange(card_, nullptr);
  slot_changed_ = true;
  wake();
  return card;
}

/// A command whose answer the reader still puts off cannot succeed any more.
void SimulatedCardReader::card_gone() {
  powered_ = false;
  if (!putting_off_ || putting_off_->left == 0) return;
  const PutOff command = *std::exchange(putting_off_, std::nullopt);
  drop_answers();
  post(0, command.sequence,
       {command.type, static_cast<std::uint8_t>(command_failed | icc_absent), error_mute, 0, {}});
}

void SimulatedCardReader::set_fault(ReaderFault fault) {
  const auto locked = lock();
  fault_ = fault;
}

void SimulatedCardReader::set_time_extensions(int count, std::uint8_t multiplier) {
  const auto locked = lock();
  time_extensions_ = count;
  time_multiplier_ = multiplier;
}

ReaderView SimulatedCardReader::view() const {
  const auto locked = lock();
  return {plugged_in_locked(), card_ != nullptr, powered_};
}

std::size_t SimulatedCardReader::take(ByteView data) {
  if (data.size() < header_bytes) {
    halt_endpoints_locked();
    return data.size();
  }
  ByteReader reader(data);
  Message message;
  message.type = reader.u8();
  message.length = reader.le32();
  message.slot = reader.u8();
  message.sequence = reader.u8();
  for (std::uint8_t& byte : message.specific) byte = reader.u8();
  message.data = reader.bytes(reader.remaining());
  if (message.type == abort_slot && message.slot == 0 && message.data.empty() && message.length == 0) {
    abort_by_bulk_ = message.sequence;
    abort_step();
  } else {
    queue(message, respond(message));
  }
  return data.size();
}

SimulatedCardReader::Reply SimulatedCardReader::respond(const Message& message) {
  const bool card_command = message.type == icc_power_on || message.type == xfr_block;
  const bool about_parameters = message.type == get_parameters || message.type == reset_parameters;
  const std::uint8_t type = card_command ? data_block : about_parameters ? parameters_block : slot_status;
  if (message.slot != 0) return {type, command_failed | icc_absent, error_slot, 0, {}};
  if (abort_by_control_ || abort_by_bulk_) return fail(type, error_aborted);
  if (message.length != message.data.size() || message.data.size() + header_bytes > most_message_bytes) {
    return fail(type, error_length);
  }
  if (message.type != xfr_block && !message.data.empty() && type != slot_status)
    return fail(type, error_length);
  if (card_command && fault_ == ReaderFault::HardwareError) {
    notices_.push_back({notify_hardware_error, message.slot, message.sequence, 0x01});  // 6.3.2: overcurrent
    return fail(type, error_hardware);
  }
  switch (message.type) {
    case icc_power_on:
      return power_on(message);
    case xfr_block:
      return exchange(message);
    case get_parameters:
    case reset_parameters:
      return parameters();
    case icc_power_off:
    case get_slot_status:
      if (!message.data.empty()) return fail(type, error_length);
      if (message.type == icc_power_off) powered_ = false;
      return {slot_status, icc_status(), 0, powered_ ? clock_running : clock_stopped_low, {}};
    default:
      return fail(slot_status, error_not_supported);
  }
}

SimulatedCardReader::Reply SimulatedCardReader::power_on(const Message& message) {
  if (message.specific[0] > 3) return fail(data_block, error_power_select);
  if (!card_) return fail(data_block, error_mute);
  Bytes answer_to_reset = card_->reset();
  powered_ = !answer_to_reset.empty();
  if (!powered_) return fail(data_block, error_mute);
  return {data_block, icc_active, 0, 0, std::move(answer_to_reset)};
}

SimulatedCardReader::Reply SimulatedCardReader::exchange(const Message& message) {
  // At the short APDU level wLevelParameter is RFU and zero (6.1.4).
  if (message.specific[1] != 0 || message.specific[2] != 0) return fail(data_block, error_level);
  if (message.data.empty()) return fail(data_block, error_length);
  if (!card_ || !powered_) return fail(data_block, error_mute);
  Bytes response = card_->apdu(message.data);
  if (response.empty()) return fail(data_block, error_mute);
  return {data_block, icc_active, 0, 0, std::move(response)};
}

SimulatedCardReader::Reply SimulatedCardReader::parameters() const {
  if (!card_ || !powered_) return fail(parameters_block, error_mute);
  // 6.2.3, T=0: Fi/Di, convention, guard time, waiting integer, clock stop: the defaults of ISO 7816-3.
  return {parameters_block, icc_active, 0, 0, {0x11, 0x00, 0x00, 0x0A, 0x00}};
}

SimulatedCardReader::Reply SimulatedCardReader::fail(std::uint8_t type, std::uint8_t error) const {
  const std::uint8_t clock = type == slot_status && !powered_ ? clock_stopped_low : clock_running;
  return {type, static_cast<std::uint8_t>(command_failed | icc_status()), error, clock, {}};
}

std::uint8_t SimulatedCardReader::icc_status() const {
  return !card_ ? icc_absent : powered_ ? icc_active : icc_inactive;
}

/// 5.3.1: the abort by control request and the one by bulk message belong together and carry the same bSeq;
/// the answer comes when both are there.
void SimulatedCardReader::abort_step() {
  if (!abort_by_control_ || !abort_by_bulk_ || *abort_by_control_ != *abort_by_bulk_) return;
  const std::uint8_t sequence = *abort_by_bulk_;
  abort_by_control_.reset();
  abort_by_bulk_.reset();
  putting_off_.reset();
  drop_answers();
  post(0, sequence, {slot_status, icc_status(), 0, powered_ ? clock_running : clock_stopped_low, {}});
}

void SimulatedCardReader::queue(const Message& message, const Reply& reply) {
  const bool card_command = message.type == icc_power_on || message.type == xfr_block;
  putting_off_.reset();
  if (card_command && time_extensions_ > 0) {
    putting_off_ = PutOff{reply.type, message.sequence, time_extensions_};
  }
  post(message.slot, message.sequence, reply);
}

void SimulatedCardReader::post(std::uint8_t slot, std::uint8_t sequence, const Reply& reply) {
  if (answers_.size() >= most_answers) return;
  if (fault_ == ReaderFault::EmptyPacket) answers_.push_back({});
  answers_.push_back(packet(slot, sequence, reply));
}

Bytes SimulatedCardReader::packet(std::uint8_t slot, std::uint8_t sequence, const Reply& reply) const {
  const bool too_long = fault_ == ReaderFault::LengthTooLong;
  Bytes bytes;
  bytes.reserve(header_bytes + reply.data.size());
  ByteWriter writer(bytes);
  writer.u8(fault_ == ReaderFault::WrongType ? 0x9F : reply.type);
  writer.le32(too_long ? 0xFFFF'FFFF : static_cast<std::uint32_t>(reply.data.size()));
  writer.u8(fault_ == ReaderFault::WrongSlot ? 1 : slot);
  writer.u8(static_cast<std::uint8_t>(sequence + (fault_ == ReaderFault::WrongSequence ? 1 : 0)));
  writer.u8(reply.status);
  writer.u8(reply.error);
  writer.u8(reply.last);
  writer.bytes(reply.data);
  if (fault_ == ReaderFault::CutShort) bytes.resize(bytes.size() / 2);
  return bytes;
}

void SimulatedCardReader::drop_answers() {
  for (Bytes& answer : answers_) wipe(answer.data(), answer.size());
  answers_.clear();
}

std::optional<Bytes> SimulatedCardReader::next_answer() {
  if (putting_off_ && putting_off_->left > 0 && answers_.size() <= 1) {
    --putting_off_->left;
    const auto status = static_cast<std::uint8_t>(command_needs_time | icc_status());
    return packet(0, putting_off_->sequence, {putting_off_->type, status, time_multiplier_, 0, {}});
  }
  if (answers_.empty()) return std::nullopt;
  Bytes answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

std::optional<Bytes> SimulatedCardReader::next_notice() {
  // 6.3.1: two bits a slot, present and changed; several changes before a report are one.
  if (std::exchange(slot_changed_, false)) {
    return Bytes{notify_slot_change, static_cast<std::uint8_t>(card_ ? 0x03 : 0x02)};
  }
  if (notices_.empty()) return std::nullopt;
  Bytes notice = std::move(notices_.front());
  notices_.pop_front();
  return notice;
}

SimulatedDevice::Answer SimulatedCardReader::class_request_in(usb::ControlSetup) {
  // GET_CLOCK_FREQUENCIES and GET_DATA_RATES: bNumClockSupported and bNumDataRatesSupported are 0
  // (5.3.2, 5.3.3).
  return pishkhan::fail(TransferFault::Stalled);
}

Result<void, TransferFault> SimulatedCardReader::class_request_out(usb::ControlSetup setup, ByteView) {
  if (setup.request != class_abort || (setup.value & 0xFF) != 0) return pishkhan::fail(TransferFault::Stalled);
  abort_by_control_ = static_cast<std::uint8_t>(setup.value >> 8);
  abort_step();
  return {};
}

void SimulatedCardReader::start_anew() {
  powered_ = false;
  drop_answers();
  notices_.clear();
  abort_by_control_.reset();
  abort_by_bulk_.reset();
  putting_off_.reset();
  slot_changed_ = card_ != nullptr;
}

ByteView SimulatedCardReader::device_descriptor() const {
  // USB 2.0, table 9-8. 1209:0002 is a test id of the pid.codes range.
  static constexpr std::uint8_t bytes[] = {18,   1, 0x00, 0x02, 0,    0, 0, 64, 0x09,
                                           0x12, 2, 0x00, 0x00, 0x01, 1, 2, 3,  1};
  return bytes;
}

ByteView SimulatedCardReader::descriptors() const {
  static constexpr std::uint8_t bytes[] = {
      9,    2,    93,   0,    1,  1,    0,  0x80, 50,  // configuration: bus powered, 100 mA
      9,    4,    0,    0,    3,  0x0B, 0,  0,    0,   // interface: smart card, CCID (CCID 4.3)
      54,   0x21, 0x10, 0x01,                          // class descriptor (5.1), revision 1.1
      0,                                               // bMaxSlotIndex
      0x07,                                            // bVoltageSupport: 5 V, 3 V, 1.8 V
      0x01, 0,    0,    0,                             // dwProtocols: T=0
      0xA0, 0x0F, 0,    0,                             // dwDefaultClock: 4,000 kHz
      0xA0, 0x0F, 0,    0,                             // dwMaximumClock
      0,                                               // bNumClockSupported: by default only
      0x00, 0x2A, 0,    0,                             // dwDataRate: 10,752 bit/s
      0x00, 0x2A, 0,    0,                             // dwMaxDataRate
      0,                                               // bNumDataRatesSupported
      0xFE, 0,    0,    0,                             // dwMaxIFSD: 254
      0,    0,    0,    0,                             // dwSynchProtocols
      0,    0,    0,    0,                             // dwMechanical
      0xBA, 0x04, 0x02, 0x00,  // dwFeatures: short APDU; ATR, voltage, clock, rate, PPS, IFSD automatic
      0x0F, 0x01, 0,    0,     // dwMaxCCIDMessageLength: 271
      0xFF,                    // bClassGetResponse: as in the APDU
      0xFF,                    // bClassEnvelope
      0,    0,                 // wLcdLayout
      0,                       // bPINSupport
      1,                       // bMaxCCIDBusySlots
      7,    5,    0x01, 2,    64, 0,    0,   // bulk out
      7,    5,    0x82, 2,    64, 0,    0,   // bulk in
      7,    5,    0x83, 3,    8,  0,    10,  // interrupt in
  };
  static_assert(sizeof(bytes) == 93);
  return bytes;
}

}  // namespace pishkhan::simulated
