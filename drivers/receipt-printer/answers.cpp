#include "drivers/receipt-printer/answers.h"

namespace pishkhan::printer::escpos {

namespace {

constexpr std::uint8_t answer_header = 0x37;      // "header to NUL" answers
constexpr std::uint8_t answer_process_id = 0x22;  // GS ( H, function 48
constexpr std::uint8_t answer_cleared = 0x25;     // DLE DC4, function 8
constexpr std::uint8_t full_status_first = 0x10;  // FULL STATUS: DLE, 0F, then four bytes
constexpr std::uint8_t full_status_second = 0x0F;

bool bit(std::uint8_t byte, int number) {
  return (byte >> number & 1) != 0;
}

/// GS a, first byte: bits 0, 1 and 7 are 0, bit 4 is 1.
bool begins_automatic_status(std::uint8_t byte) {
  return (byte & 0x93) == 0x10;
}

/// GS r, and GS a from the second byte on: bits 4 and 7 are 0.
bool is_unmarked(std::uint8_t byte) {
  return (byte & 0x90) == 0;
}

}  // namespace

std::optional<PrinterBits> parse_printer_status(std::uint8_t byte) {
  if (!is_status(byte)) return std::nullopt;
  return PrinterBits{.offline = bit(byte, 3)};
}

std::optional<OfflineBits> parse_offline_status(std::uint8_t byte) {
  if (!is_status(byte)) return std::nullopt;
  return OfflineBits{.cover_open = bit(byte, 2),
                     .feed_button = bit(byte, 3),
                     .paper_end_stop = bit(byte, 5),
                     .error = bit(byte, 6)};
}

std::optional<ErrorBits> parse_error_status(std::uint8_t byte) {
  if (!is_status(byte)) return std::nullopt;
  return ErrorBits{.recoverable = bit(byte, 2),
                   .cutter = bit(byte, 3),
                   .unrecoverable = bit(byte, 5),
                   .overheated = bit(byte, 6)};
}

std::optional<PaperBits> parse_paper_status(std::uint8_t byte) {
  const bool contradictory = bit(byte, 2) != bit(byte, 3) || bit(byte, 5) != bit(byte, 6);
  if (!is_status(byte) || contradictory) return std::nullopt;
  return PaperBits{.near_end = bit(byte, 2), .out = bit(byte, 5)};
}

PortBits parse_port_status(std::uint8_t byte) {
  return {.paper_empty = bit(byte, 5), .selected = bit(byte, 4), .error = !bit(byte, 3)};
}

std::optional<EjectorBits> parse_ejector_status(std::uint8_t byte) {
  if (bit(byte, 1)) return std::nullopt;
  return EjectorBits{.near_end = bit(byte, 0),
                     .paper_present = bit(byte, 2),
                     .in_mouth = bit(byte, 3),
                     .motor_on = bit(byte, 4),
                     .ejecting = bit(byte, 5),
                     .error = bit(byte, 6),
                     .paper_jam = bit(byte, 7)};
}

std::optional<Answer> AnswerParser::begin(std::uint8_t byte) {
  const bool full = status_ == StatusForm::FullStatus && byte == full_status_first;
  const bool automatic = status_ == StatusForm::RealTime1To4 && begins_automatic_status(byte);
  if (byte == answer_header || full || automatic) {
    held_[0] = byte;
    size_ = 1;
    return std::nullopt;
  }
  if (is_status(byte)) return StatusByte{byte};
  if (proof_ == ProofOfPrint::SensorEcho && is_unmarked(byte)) {
    return SensorEcho{{.near_end = (byte & 0x03) != 0, .out = (byte & 0x0C) != 0}};
  }
  ++noise_bytes_;
  return std::nullopt;
}

bool AnswerParser::fits(std::uint8_t byte) const {
  if (held_[0] == answer_header) {
    if (size_ == 1) return byte == answer_process_id || byte == answer_cleared;
    const bool process_id = held_[1] == answer_process_id;
    return process_id && size_ < 6 ? is_id_character(byte) : byte == 0;
  }
  if (status_ == StatusForm::FullStatus) return size_ > 1 || byte == full_status_second;
  return is_unmarked(byte);
}

std::size_t AnswerParser::whole_bytes() const {
  if (held_[0] != answer_header) return status_ == StatusForm::FullStatus ? 6 : 4;
  return held_[1] == answer_process_id ? 7 : 3;
}

Answer AnswerParser::finished() const {
  if (held_[0] == answer_header) {
    if (held_[1] == answer_cleared) return Cleared{};
    return Echo{{held_[2], held_[3], held_[4], held_[5]}};
  }
  if (status_ == StatusForm::FullStatus) {
    const std::uint8_t paper = held_[2];
    const std::uint8_t user = held_[3];
    const std::uint8_t recoverable = held_[4];
    const std::uint8_t unrecoverable = held_[5];
    return FullStatus{.paper = {.near_end = bit(paper, 2), .out = bit(paper, 0)},
                      .in_mouth = bit(paper, 5),
                      .cover_open = bit(user, 0) || bit(user, 1) || bit(unrecoverable, 1),
                      .overheated = bit(recoverable, 0),
                      .voltage = bit(recoverable, 3),
                      .paper_jam = bit(recoverable, 6),
                      .cutter = bit(unrecoverable, 0),
                      .memory = bit(unrecoverable, 2) || bit(unrecoverable, 3)};
  }
  return AutomaticStatus{.offline = bit(held_[0], 3),
                         .cover_open = bit(held_[0], 5),
                         .error = {.recoverable = bit(held_[1], 2),
                                   .cutter = bit(held_[1], 3),
                                   .unrecoverable = bit(held_[1], 5),
                                   .overheated = bit(held_[1], 6)},
                         .paper = {.near_end = (held_[2] & 0x03) != 0, .out = (held_[2] & 0x0C) != 0}};
}

std::optional<Answer> AnswerParser::take(std::uint8_t byte) {
  if (size_ == 0) return begin(byte);
  if (!fits(byte)) {
    // Not the answer it seemed to be: what was held is noise, and this byte may begin a real one.
    noise_bytes_ += size_;
    size_ = 0;
    return begin(byte);
  }
  held_[size_++] = byte;
  if (size_ < whole_bytes()) return std::nullopt;
  size_ = 0;
  return finished();
}

}  // namespace pishkhan::printer::escpos
