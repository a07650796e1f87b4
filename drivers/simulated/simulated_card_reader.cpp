#include "drivers/simulated/simulated_card_reader.h"

#include "base/core/personal.h"
#include "drivers/simulated/ccid_wire.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace pishkhan::simulated {

using usb::TransferFault;

namespace {

constexpr std::uint8_t class_abort = 0x01;  // 5.3.1
constexpr std::size_t most_answers = 256;   // A host that never reads loses what comes later.
constexpr std::size_t most_reports = 1000;
constexpr std::size_t babble_bytes = 64;
constexpr std::size_t overflow_bytes = 70'000;

bool to_card(std::uint8_t type) {
  return type == icc_power_on || type == xfr_block || type == secure;
}
bool about_parameters(std::uint8_t type) {
  return type == get_parameters || type == reset_parameters || type == set_parameters_type;
}
bool carries_data(std::uint8_t type) {
  return type == xfr_block || type == secure || type == set_parameters_type || type == set_rate;
}

}  // namespace

SimulatedCardReader::SimulatedCardReader(const ReaderModel& model)
    : model_(model),
      device_descriptor_(reader_device_descriptor(model)),
      descriptors_(reader_descriptors(model)) {}
SimulatedCardReader::~SimulatedCardReader() {
  wipe(typed_.data(), typed_.size());
  drop_answers();
}

void SimulatedCardReader::insert(std::unique_ptr<SimulatedCard> card, WireManners manners) {
  const auto locked = lock();
  card_gone();
  wire_.reset();
  card_ = std::move(card);
  if (card_) wire_ = std::make_unique<CardWire>(*card_, manners);
  slot_changed_ = true;
  wake();
}

std::unique_ptr<SimulatedCard> SimulatedCardReader::remove() {
  const auto locked = lock();
  if (!card_) return nullptr;
  wire_.reset();
  auto card = std::exchange(card_, nullptr);
  card_gone();
  slot_changed_ = true;
  wake();
  return card;
}

/// A command whose answer the reader still puts off cannot succeed any more.
void SimulatedCardReader::card_gone() {
  powered_ = false;
  if (!busy()) return;
  const Pending command = *std::exchange(pending_, std::nullopt);
  drop_answers();
  post({packet(0, command.sequence,
               {command.type, static_cast<std::uint8_t>(command_failed | icc_absent), error_mute, 0, {}})});
}

void SimulatedCardReader::set_pace(std::uint32_t bits_per_second) {
  const auto locked = lock();
  model_.bits_per_second = bits_per_second;
}

void SimulatedCardReader::set_at_pin_pad(AtPinPad what, std::string digits) {
  const auto locked = lock();
  at_pin_pad_ = what;
  wipe(typed_.data(), typed_.size());
  typed_ = std::move(digits);
}

void SimulatedCardReader::set_fault(ReaderFault fault) {
  const auto locked = lock();
  fault_ = fault;
}

void SimulatedCardReader::strike(std::size_t command, ReaderFault fault) {
  const auto locked = lock();
  strikes_[command] = fault;
}

void SimulatedCardReader::strike_card(std::size_t utterance, WireFault fault) {
  const auto locked = lock();
  if (wire_) wire_->strike(utterance, fault);
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

std::size_t SimulatedCardReader::commands() const {
  const auto locked = lock();
  return commands_;
}

std::size_t SimulatedCardReader::card_utterances() const {
  const auto locked = lock();
  return wire_ ? wire_->utterances() : 0;
}

std::vector<ReaderReport> SimulatedCardReader::reports() const {
  const auto locked = lock();
  auto all = reports_;
  if (wire_ && wire_->violations() > 0) all.push_back(ReaderReport::BrokenRule);
  return all;
}

std::size_t SimulatedCardReader::take(ByteView data) {
  const auto struck = strikes_.find(commands_++);
  now_ = struck != strikes_.end() ? struck->second : fault_;
  if (data.size() < message_header_bytes) {
    report(ReaderReport::ShortHeader);
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
  spent_ = {};
  if (message.type == abort_slot && message.slot == 0 && message.data.empty() && message.length == 0) {
    abort_by_bulk_ = message.sequence;
    abort_step();
  } else {
    queue(message, respond(message));
  }
  if (reports_.size() > most_reports) reports_.resize(most_reports);
  return data.size();
}

SimulatedCardReader::Reply SimulatedCardReader::respond(const Message& message) {
  const std::uint8_t type = to_card(message.type)            ? data_block
                            : about_parameters(message.type) ? parameters_block
                            : message.type == set_rate       ? rate_block
                                                             : slot_status;
  if (message.slot != 0) {
    report(ReaderReport::WrongSlot);
    return {type, command_failed | icc_absent, error_slot, 0, {}};
  }
  if (abort_by_control_ || abort_by_bulk_) return fail(type, error_aborted);
  if (busy()) return wrong(ReaderReport::Busy, type, error_busy);
  if (message.length != message.data.size()) return wrong(ReaderReport::WrongLength, type, error_length);
  if (message.data.size() + message_header_bytes > model_.message_bytes) {
    return wrong(ReaderReport::TooLong, type, error_length);
  }
  if (!carries_data(message.type) && !message.data.empty()) {
    return wrong(ReaderReport::WrongLength, type, error_length);
  }
  if (to_card(message.type) && now_ == ReaderFault::HardwareError) {
    notices_.push_back({notify_hardware_error, message.slot, message.sequence, 0x01});  // 6.3.2: overcurrent
    return fail(type, error_hardware);
  }
  return carry_out(message);
}

SimulatedCardReader::Reply SimulatedCardReader::carry_out(const Message& message) {
  // 6.1: bytes 7 to 9 are reserved but for what each command says.
  const bool first_used = message.type == icc_power_on || message.type == xfr_block || message.type == secure ||
                          message.type == set_parameters_type || message.type == icc_clock;
  if ((!first_used && message.specific[0] != 0) ||
      (message.type != xfr_block && message.level_parameter() != 0)) {
    report(ReaderReport::Reserved);
  }
  switch (message.type) {
    case icc_power_on:
      return power_on(message);
    case xfr_block:
      return exchange(message);
    case secure:
      return ask_for_pin(message);
    case set_parameters_type:
      return set_parameters(message);
    case reset_parameters:
      protocol_ = 0;
      protocol_data_ = {0x11, 0x00, 0x00, 0x0A, 0x00};
      return parameters();
    case get_parameters:
      return parameters();
    case set_rate:
      // 6.1.14: clock and rate in four bytes each; any is taken, and told (6.2.5).
      if (message.data.size() != 8) return wrong(ReaderReport::WrongLength, rate_block, error_length);
      return {rate_block, icc_status(), 0, 0, Bytes(message.data.begin(), message.data.end())};
    case icc_power_off:
      powered_ = false;
      [[fallthrough]];
    case get_slot_status:
    case icc_clock:
      return {slot_status, icc_status(), 0, powered_ ? clock_running : clock_stopped_low, {}};
    default:
      return wrong(ReaderReport::UnknownCommand, slot_status, error_not_supported);
  }
}

SimulatedCardReader::Reply SimulatedCardReader::fail(std::uint8_t type, std::uint8_t error) const {
  const std::uint8_t clock = type == slot_status && !powered_ ? clock_stopped_low : clock_running;
  return {type, static_cast<std::uint8_t>(command_failed | icc_status()), error, clock, {}};
}

SimulatedCardReader::Reply SimulatedCardReader::wrong(ReaderReport what, std::uint8_t type,
                                                      std::uint8_t error) {
  report(what);
  return fail(type, error);
}

std::uint8_t SimulatedCardReader::icc_status() const {
  return !card_ ? icc_absent : powered_ ? icc_active : icc_inactive;
}

bool SimulatedCardReader::busy() const {
  return pending_ && (pending_->extensions > 0 || pending_->ready > now());
}

/// 5.3.1: the abort by control request and the one by bulk message belong together and carry the same bSeq;
/// the answer comes when both are there.
void SimulatedCardReader::abort_step() {
  if (!abort_by_control_ || !abort_by_bulk_ || *abort_by_control_ != *abort_by_bulk_) return;
  const std::uint8_t sequence = *abort_by_bulk_;
  abort_by_control_.reset();
  abort_by_bulk_.reset();
  babbling_ = false;
  drop_answers();
  post(packets(0, sequence, {slot_status, icc_status(), 0, powered_ ? clock_running : clock_stopped_low, {}}));
}

void SimulatedCardReader::queue(const Message& message, const Reply& reply) {
  const bool refused = busy();
  if (!to_card(message.type) || refused) {
    post(packets(message.slot, message.sequence, reply));
    return;
  }
  if (pending_) post(std::move(pending_->packets));  // never read, but ready
  const int extensions = now_ == ReaderFault::Extensions ? std::numeric_limits<int>::max() : time_extensions_;
  const auto rounded = std::chrono::ceil<SteadyTime>(spent_);
  pending_ = Pending{
      reply.type, message.sequence, extensions, now() + rounded, packets(message.slot, message.sequence, reply),
      {}};
}

void SimulatedCardReader::post(std::vector<Bytes> packets) {
  for (Bytes& packet : packets) {
    if (answers_.size() < most_answers) answers_.push_back(std::move(packet));
  }
}

std::vector<Bytes> SimulatedCardReader::packets(std::uint8_t slot, std::uint8_t sequence, const Reply& reply) {
  std::vector<Bytes> list;
  if (now_ == ReaderFault::EmptyPacket) list.emplace_back();
  if (now_ == ReaderFault::Stale && !last_answer_.empty()) list.push_back(last_answer_);
  if (now_ == ReaderFault::Stall) halt_endpoints_locked();
  if (now_ == ReaderFault::Babble) babbling_ = true;
  if (now_ != ReaderFault::Stall && now_ != ReaderFault::Mute) list.push_back(packet(slot, sequence, reply));
  wipe(last_answer_.data(), last_answer_.size());
  last_answer_ = list.empty() ? Bytes{} : list.back();
  return list;
}

Bytes SimulatedCardReader::packet(std::uint8_t slot, std::uint8_t sequence, const Reply& reply) const {
  const bool too_long = now_ == ReaderFault::LengthTooLong;
  Bytes bytes;
  bytes.reserve(message_header_bytes + reply.data.size());
  ByteWriter writer(bytes);
  writer.u8(now_ == ReaderFault::WrongType ? 0x9F : reply.type);
  writer.le32(too_long ? 0xFFFF'FFFF : static_cast<std::uint32_t>(reply.data.size()));
  writer.u8(now_ == ReaderFault::WrongSlot ? 1 : slot);
  writer.u8(static_cast<std::uint8_t>(sequence + (now_ == ReaderFault::WrongSequence ? 1 : 0)));
  writer.u8(reply.status);
  writer.u8(reply.error);
  writer.u8(reply.last);
  writer.bytes(reply.data);
  if (now_ == ReaderFault::CutShort) bytes.resize(bytes.size() / 2);
  if (now_ == ReaderFault::Trailing) bytes.insert(bytes.end(), {0x90, 0x00, 0x55});
  if (now_ == ReaderFault::Overflow) bytes.resize(overflow_bytes);
  return bytes;
}

void SimulatedCardReader::drop_answers() {
  for (Bytes& answer : answers_) wipe(answer.data(), answer.size());
  answers_.clear();
  if (pending_) {
    for (Bytes& answer : pending_->packets) wipe(answer.data(), answer.size());
  }
  pending_.reset();
  for (Bytes* bytes : {&last_answer_, &command_, &answer_}) {
    wipe(bytes->data(), bytes->size());
    bytes->clear();
  }
}

std::optional<Bytes> SimulatedCardReader::next_answer() {
  if (babbling_) {
    Bytes noise(1 + noise_.below(babble_bytes));
    noise_.fill(noise);
    return noise;
  }
  if (pending_ && answers_.empty() && pending_->extensions == 0 && pending_->ready <= now()) {
    post(std::move(pending_->packets));
    pending_.reset();
  }
  if (!answers_.empty()) {
    Bytes answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }
  if (!pending_ || pending_->extensions == 0 || pending_->next_extension > now()) return std::nullopt;
  --pending_->extensions;
  pending_->next_extension = now() + SteadyTime(model_.extension_milliseconds);
  const auto status = static_cast<std::uint8_t>(command_needs_time | icc_status());
  return packet(0, pending_->sequence, {pending_->type, status, time_multiplier_, 0, {}});
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

void SimulatedCardReader::on_connect() {
  commands_ = 0;
  start_anew();
}

void SimulatedCardReader::start_anew() {
  powered_ = false;
  babbling_ = false;
  drop_answers();
  notices_.clear();
  abort_by_control_.reset();
  abort_by_bulk_.reset();
  slot_changed_ = card_ != nullptr;
}

}  // namespace pishkhan::simulated
