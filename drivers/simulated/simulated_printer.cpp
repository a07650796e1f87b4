#include "drivers/simulated/simulated_printer.h"

#include <algorithm>
#include <string>
#include <utility>

namespace pishkhan::simulated {

using usb::TransferFault;

namespace {

// USB Printer Class 1.1, 4.2.
constexpr std::uint8_t get_device_id = 0;
constexpr std::uint8_t get_port_status = 1;
constexpr std::uint8_t soft_reset = 2;

constexpr std::size_t packet_bytes = 64;    // Full-speed bulk endpoint, USB 2.0, 5.8.3.
constexpr std::size_t most_answers = 1024;  // A host that never reads loses what comes later.

}  // namespace

SimulatedPrinter::SimulatedPrinter(const Clock& clock, PrinterSetup setup)
    : clock_(clock),
      setup_(std::move(setup)),
      path_(setup.width_dots, setup.head_to_cutter_dots),
      decoder_({.width_dots = setup.width_dots,
                .dots_per_inch = setup.dots_per_inch,
                .units_per_inch = setup.units_per_inch,
                .dialect = setup.dialect,
                .text = setup.text}),
      scanner_(setup.dialect),
      last_moved_(clock.steady()) {
  ENSURE(setup.buffer_bytes >= 64, "the receive buffer holds any command but a picture");
  const auto low = [](std::uint16_t value) { return static_cast<std::uint8_t>(value); };
  const auto high = [](std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); };
  const PrinterName& name = setup_.name;
  // USB 2.0, table 9-8.
  device_descriptor_ = {18,
                        1,
                        0x00,
                        0x02,
                        0,
                        0,
                        0,
                        64,
                        low(name.vendor_id),
                        high(name.vendor_id),
                        low(name.product_id),
                        high(name.product_id),
                        0x00,
                        0x01,
                        1,
                        2,
                        3,
                        1};
}

void SimulatedPrinter::set_paper(Paper paper) {
  const auto locked = lock();
  print();
  if (paper == Paper::Out) path_.set_rows_left(0);
  if (paper != Paper::Out && paper_ == Paper::Out) {
    path_.load();
    strip_begun_ = false;
  }
  if (paper == Paper::Full) path_.set_rows_left(std::nullopt);
  paper_ = paper;
  state_changed();
}

void SimulatedPrinter::paper_out_after(std::int64_t rows) {
  const auto locked = lock();
  print();
  ENSURE(rows >= 0, "a roll has a length");
  if (paper_ == Paper::Out) return;
  path_.set_rows_left(rows);
  if (rows == 0) paper_ = Paper::Out;
  state_changed();
}

void SimulatedPrinter::set_cover(Cover cover) {
  const auto locked = lock();
  print();
  cover_ = cover;
  state_changed();
}

void SimulatedPrinter::set_cutter(Cutter cutter) {
  const auto locked = lock();
  print();
  cutter_ = cutter;
  state_changed();
}

void SimulatedPrinter::set_head(Head head) {
  const auto locked = lock();
  print();
  head_ = head;
  cools_by_itself_ = false;
  heat_milli_ = 0;
  state_changed();
}

void SimulatedPrinter::contradict_once() {
  const auto locked = lock();
  contradicts_ = true;
}

void SimulatedPrinter::take_receipt() {
  const auto locked = lock();
  print();
  mouth_ = Mouth::Empty;
  wake();
}

void SimulatedPrinter::jam_mouth() {
  const auto locked = lock();
  print();
  ENSURE(has_mouth(), "this printer presents");
  mouth_ = Mouth::Jammed;
  wake();
}

void SimulatedPrinter::set_rows_per_second(int rows) {
  const auto locked = lock();
  print();
  setup_.rows_per_second = rows;
  wake();
}

void SimulatedPrinter::set_packets(AnswerPackets packets) {
  const auto locked = lock();
  setup_.packets = packets;
}

void SimulatedPrinter::power_cycle() {
  const auto locked = lock();
  print();
  unplug_locked();
  decoder_.switch_on();
  clear_buffers();
  answers_.clear();
  automatic_mask_ = 0;
  plug_in_locked();
}

PrinterView SimulatedPrinter::view() {
  const auto locked = lock();
  print();
  return {.paper = paper_,
          .cover = cover_,
          .cutter = cutter_,
          .head = head_,
          .mouth = mouth_,
          .retracted = retracted_,
          .plugged_in = plugged_in_locked(),
          .online = !offline(),
          .waiting_bytes = decoder_.waiting(),
          .rows_moved = path_.rows_moved(),
          .starved = starved_};
}

std::vector<Strip> SimulatedPrinter::strips() {
  const auto locked = lock();
  print();
  return path_.finished();
}

std::vector<Strip> SimulatedPrinter::take_strips() {
  const auto locked = lock();
  print();
  return path_.take_finished();
}

Strip SimulatedPrinter::current_paper() {
  const auto locked = lock();
  print();
  return path_.in_printer();
}

std::vector<Report> SimulatedPrinter::reports() {
  const auto locked = lock();
  print();
  return decoder_.reports();
}

std::vector<SymbolCommand> SimulatedPrinter::symbols() {
  const auto locked = lock();
  print();
  return symbols_;
}

Bytes SimulatedPrinter::unfinished_command() {
  const auto locked = lock();
  print();
  return decoder_.unfinished();
}

ByteView SimulatedPrinter::device_descriptor() const {
  return device_descriptor_;
}

ByteView SimulatedPrinter::descriptors() const {
  static constexpr std::uint8_t bytes[] = {
      9, 2, 32,   0, 1,  1, 0, 0xC0, 1,  // configuration: self powered
      9, 4, 0,    0, 2,  7, 1, 2,    0,  // interface: printer, bidirectional (Printer Class 1.1, 4.1)
      7, 5, 0x01, 2, 64, 0, 0,           // bulk out
      7, 5, 0x82, 2, 64, 0, 0,           // bulk in
  };
  return bytes;
}

std::size_t SimulatedPrinter::take(ByteView data) {
  print();
  const std::size_t free = setup_.buffer_bytes - std::min(setup_.buffer_bytes, decoder_.waiting());
  if (const auto command = RealTimeScanner::leading(data, setup_.dialect); command && free < command->length) {
    scanner_.forget();
    run_real_time(*command);
    return command->length;
  }
  const std::size_t taken = std::min(free, data.size());
  for (const std::uint8_t byte : data.first(taken)) {
    decoder_.receive(byte);
    if (const auto command = scanner_.receive(byte)) run_real_time(*command);
  }
  print();
  return taken;
}

std::optional<Bytes> SimulatedPrinter::next_answer() {
  print();
  if (answers_.empty()) return std::nullopt;
  Bytes packet = std::move(answers_.front());
  answers_.pop_front();
  while (setup_.packets == AnswerPackets::Joined && !answers_.empty() &&
         packet.size() + answers_.front().size() <= packet_bytes) {
    packet.insert(packet.end(), answers_.front().begin(), answers_.front().end());
    answers_.pop_front();
  }
  return packet;
}

SimulatedDevice::Answer SimulatedPrinter::class_request_in(usb::ControlSetup setup) {
  if (setup.request == get_device_id) {
    const std::string id = "MFG:" + setup_.name.manufacturer + ";CMD:ESC/POS;MDL:" + setup_.name.model +
                           ";CLS:PRINTER;";  // IEEE 1284, 7.6
    Bytes answer;
    ByteWriter writer(answer);
    writer.be16(static_cast<std::uint16_t>(id.size() + 2));
    writer.bytes(as_bytes(id));
    return answer;
  }
  if (setup.request == get_port_status) {
    const bool error = cutter_ == Cutter::Jammed || head_ != Head::Ready || mouth_ == Mouth::Jammed;
    const int status = (paper_ == Paper::Out ? 0x20 : 0) | (offline() ? 0 : 0x10) | (error ? 0 : 0x08);
    return Bytes{static_cast<std::uint8_t>(status)};
  }
  return pishkhan::fail(TransferFault::Stalled);
}

Result<void, TransferFault> SimulatedPrinter::class_request_out(usb::ControlSetup setup, ByteView) {
  if (setup.request != soft_reset) return pishkhan::fail(TransferFault::Stalled);
  clear_buffers();
  answers_.clear();
  return {};
}

void SimulatedPrinter::on_bus_reset() {
  print();
  decoder_.cut_off();
  clear_buffers();
  answers_.clear();
}

bool SimulatedPrinter::offline() const {
  return paper_ == Paper::Out || cover_ == Cover::Open || cutter_ == Cutter::Jammed || head_ != Head::Ready ||
         mouth_ == Mouth::Jammed;
}

bool SimulatedPrinter::moving() const {
  return feed_rows_ > 0 || pending_row_;
}

void SimulatedPrinter::post(Bytes answer) {
  if (answers_.size() < most_answers) answers_.push_back(std::move(answer));
}

void SimulatedPrinter::run_real_time(const RealTimeCommand& command) {
  switch (command.what) {
    case RealTimeCommand::What::Status: {
      // Off-line without a reason; an error that is of no kind; an error of no known kind; half of a pair.
      constexpr std::uint8_t contradiction[] = {0x08, 0x40, 0x04, 0x04};
      const std::uint8_t flipped = contradicts_ ? contradiction[command.kind - 1] : std::uint8_t{0};
      contradicts_ = false;
      post({static_cast<std::uint8_t>(real_time_status(command.kind) ^ flipped)});
      break;
    }
    case RealTimeCommand::What::FullStatus: {
      Bytes status = full_status();
      if (contradicts_) status[4] ^= 0x08;  // its voltage is wrong, and it prints
      contradicts_ = false;
      post(std::move(status));
      break;
    }
    case RealTimeCommand::What::Recover:
      break;  // The blade is free only when hands have freed it; then printing goes on by itself.
    case RealTimeCommand::What::RecoverAndClear:
      if (cutter_ == Cutter::Jammed) clear_buffers();
      break;
    case RealTimeCommand::What::ClearBuffers:
      clear_buffers();
      post({0x37, 0x25, 0x00});
      break;
  }
}

void SimulatedPrinter::clear_buffers() {
  decoder_.clear();
  scanner_.forget();
  feed_rows_ = 0;
  pending_cut_.reset();
  pending_row_.reset();
  strip_begun_ = false;
}

}  // namespace pishkhan::simulated
