#include "drivers/simulated/escpos_decoder.h"

#include "base/core/ensure.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace pishkhan::simulated {

namespace {

constexpr std::uint8_t line_feed = 0x0A;
constexpr std::uint8_t dle = 0x10;
constexpr std::uint8_t esc = 0x1B;
constexpr std::uint8_t fs = 0x1C;
constexpr std::uint8_t gs = 0x1D;
constexpr std::uint8_t eot = 0x04;
constexpr std::uint8_t enq = 0x05;
constexpr std::uint8_t dc4 = 0x14;
constexpr std::size_t most_report_bytes = 64;

/// Many parameters may be given as a number or as its ASCII digit.
constexpr std::uint8_t digit(std::uint8_t value) {
  return value >= '0' && value <= '9' ? static_cast<std::uint8_t>(value - '0') : value;
}

}  // namespace

EscposDecoder::EscposDecoder(Setup setup) : setup_(setup) {
  ENSURE(setup.units_per_inch > 0 && setup.dots_per_inch > 0, "a motion unit has a length");
  reset_settings();
}

void EscposDecoder::reset_settings() {
  units_per_inch_ = setup_.units_per_inch;
  left_margin_dots_ = 0;
  bar_width_ = 3;
  graphics_.clear();
  line_spacing_ = default_line_spacing();
  justification_ = 0;
}

int EscposDecoder::rows_of(int units) const {
  return (units * setup_.dots_per_inch + units_per_inch_ / 2) / units_per_inch_;
}

std::optional<Command> EscposDecoder::next() {
  for (;;) {
    if (skip_left_ > 0) {
      skip_left_ -= consume(std::min(skip_left_, buffer_.size())).size();
      if (skip_left_ > 0) return std::nullopt;
      open_header_.clear();
    }
    if (!ready_.empty()) {
      PrintRow row = std::move(ready_.front());
      ready_.pop_front();
      return row;
    }
    if (raster_) {
      auto row = raster_row();
      if (!row) return std::nullopt;
      if (row->times > 0) return row;
      continue;  // stored, not printed
    }
    if (buffer_.empty()) return std::nullopt;
    switch (decode_one()) {
      case Step::NeedMore:
        return std::nullopt;
      case Step::Skipped:
        break;
      case Step::Done:
        return std::exchange(decoded_, std::nullopt);
    }
  }
}

void EscposDecoder::clear() {
  offset_ += buffer_.size();
  buffer_.clear();
  raster_.reset();
  ready_.clear();
  graphics_.clear();
  skip_left_ = 0;
  open_header_.clear();
}

void EscposDecoder::cut_off() {
  if (!idle()) report(Report::Kind::Truncated, open_header_.empty() ? offset_ : open_offset_, unfinished());
  clear();
}

void EscposDecoder::switch_on() {
  cut_off();
  offset_ = 0;
  reset_settings();
}

Bytes EscposDecoder::unfinished() const {
  if (!open_header_.empty()) return open_header_;
  const std::size_t count = std::min(buffer_.size(), most_report_bytes);
  return {buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count)};
}

Bytes EscposDecoder::consume(std::size_t count) {
  const auto end = buffer_.begin() + static_cast<std::ptrdiff_t>(count);
  Bytes bytes(buffer_.begin(), end);
  buffer_.erase(buffer_.begin(), end);
  offset_ += count;
  return bytes;
}

void EscposDecoder::report(Report::Kind kind, std::uint64_t offset, Bytes bytes) {
  if (reports_.size() >= most_reports) return;
  if (bytes.size() > most_report_bytes) bytes.resize(most_report_bytes);
  reports_.push_back({kind, offset, std::move(bytes)});
}

EscposDecoder::Step EscposDecoder::done(std::size_t length, Command command) {
  consume(length);
  decoded_ = std::move(command);
  return Step::Done;
}

EscposDecoder::Step EscposDecoder::skip(std::size_t length) {
  consume(length);
  return Step::Skipped;
}

EscposDecoder::Step EscposDecoder::bad(std::size_t length, Report::Kind kind) {
  const std::uint64_t offset = offset_;
  report(kind, offset, consume(length));
  return Step::Skipped;
}

EscposDecoder::Step EscposDecoder::decode_one() {
  const std::uint8_t first = at(0);
  if (first >= 0x20) return decode_text();
  if (first == fs && setup_.text == TextMode::Taken) return decode_kanji();
  switch (first) {
    case 0x00:
      return skip(1);  // NUL prints nothing and moves nothing: hosts use it as padding.
    case line_feed:
      return done(1, FeedCommand{line_spacing_});
    case dle:
      return decode_real_time();
    case esc:
      return decode_escape();
    case gs:
      return decode_group();
    default:
      return bad(1, Report::Kind::UnknownCommand);
  }
}

EscposDecoder::Step EscposDecoder::decode_text() {
  const std::uint64_t offset = offset_;
  const auto end = std::find_if(buffer_.begin(), buffer_.end(), [](std::uint8_t byte) { return byte < 0x20; });
  const Bytes text = consume(static_cast<std::size_t>(end - buffer_.begin()));
  if (setup_.text == TextMode::Taken) return Step::Skipped;
  // Text that comes in several pieces is one report.
  if (!reports_.empty() && reports_.back().kind == Report::Kind::Text) {
    Report& last = reports_.back();
    if (last.offset + last.bytes.size() == offset && last.bytes.size() + text.size() <= most_report_bytes) {
      last.bytes.insert(last.bytes.end(), text.begin(), text.end());
      return Step::Skipped;
    }
  }
  report(Report::Kind::Text, offset, text);
  return Step::Skipped;
}

EscposDecoder::Step EscposDecoder::decode_real_time() {
  // Obeyed when it arrived; here only its length matters.
  if (!has(3))
    return has(2) && at(1) != eot && at(1) != enq && at(1) != dc4 ? bad(2, Report::Kind::UnknownCommand)
                                                                  : Step::NeedMore;
  const std::uint8_t parameter = at(2);
  switch (at(1)) {
    case eot:
      if (setup_.dialect == Dialect::Custom && parameter == 20) return skip(3);
      return parameter >= 1 && parameter <= 4 ? skip(3) : bad(3, Report::Kind::BadParameter);
    case enq:
      return parameter == 1 || parameter == 2 ? skip(3) : bad(3, Report::Kind::BadParameter);
    case dc4: {
      if (parameter != 8) return bad(3, Report::Kind::UnknownCommand);
      for (std::size_t i = 3; i < clear_buffers_command.size(); ++i) {
        if (!has(i + 1)) return Step::NeedMore;
        if (at(i) != clear_buffers_command[i]) return bad(i + 1, Report::Kind::BadParameter);
      }
      return skip(clear_buffers_command.size());
    }
    default:
      return bad(2, Report::Kind::UnknownCommand);
  }
}

EscposDecoder::Step EscposDecoder::decode_escape() {
  if (!has(2)) return Step::NeedMore;
  const std::uint8_t code = at(1);
  if (code == '@') {
    reset_settings();
    return done(2, InitialiseCommand{});
  }
  if (code == '2') {
    line_spacing_ = default_line_spacing();
    return skip(2);
  }
  if (code == 'i' || code == 'm') {  // cuts where the paper is
    return done(2, CutCommand{code == 'i' ? CutCommand::Shape::Full : CutCommand::Shape::Partial, {}});
  }
  if (setup_.text == TextMode::Taken) {
    constexpr std::string_view one = " !-EGMRVt{";
    if (one.find(static_cast<char>(code)) != std::string_view::npos) return decode_text_setting(1);
    if (code == '$' || code == '\\') return decode_text_setting(2);
  }
  if (code != 'J' && code != 'd' && code != '3' && code != 'a' && code != '=' && code != 'c') {
    return bad(2, Report::Kind::UnknownCommand);
  }
  if (!has(3)) return Step::NeedMore;
  const std::uint8_t n = at(2);
  switch (code) {
    case 'J':
      return done(3, FeedCommand{rows_of(n)});
    case 'd':
      return done(3, FeedCommand{n * line_spacing_});
    case '3':
      line_spacing_ = rows_of(n);
      return skip(3);
    case 'a':
      if (digit(n) > 2) return bad(3, Report::Kind::BadParameter);
      justification_ = digit(n);
      return skip(3);
    case '=':  // Peripheral device: bit 0 is the printer. We are never told to be deaf.
      return (n & 1) != 0 ? skip(3) : bad(3, Report::Kind::BadParameter);
    default:  // ESC c 3, 4, 5 n: sensors of a parallel interface, panel buttons; nothing here depends on them.
      if (n < '3' || n > '5') return bad(3, Report::Kind::UnknownCommand);
      return has(4) ? skip(4) : Step::NeedMore;
  }
}

EscposDecoder::Step EscposDecoder::decode_group() {
  if (!has(2)) return Step::NeedMore;
  switch (at(1)) {
    case 'v':
      return decode_raster_header();
    case 'V':
      return decode_cut();
    case '(':
      return decode_parenthesis();
    case '8':  // GS 8 L: as GS ( L, with four bytes of length
      if (!has(7)) return Step::NeedMore;
      if (at(2) != 'L') return bad(3, Report::Kind::UnknownCommand);
      return decode_graphics(7, at(3) | static_cast<std::size_t>(at(4)) << 8 |
                                    static_cast<std::size_t>(at(5)) << 16 |
                                    static_cast<std::size_t>(at(6)) << 24);
    case 'e':
      return setup_.dialect == Dialect::Custom ? decode_ejector() : bad(2, Report::Kind::UnknownCommand);
    case 'k':
      return decode_barcode();
    case 'h':  // height of bar codes, 1 to 255
    case 'w':  // width of their narrowest element, 2 to 6
      if (!has(3)) return Step::NeedMore;
      if (at(2) == 0 || (at(1) == 'w' && (at(2) < 2 || at(2) > 6))) return bad(3, Report::Kind::BadParameter);
      if (at(1) == 'w') bar_width_ = at(2);
      return skip(3);
    case 'H':  // where a bar code's characters stand, and in which font
    case 'f':
      return !has(3) ? Step::NeedMore : digit(at(2)) <= 4 ? skip(3) : bad(3, Report::Kind::BadParameter);
    case 'L':
      if (!has(4)) return Step::NeedMore;
      left_margin_dots_ = at(2) | at(3) << 8;
      return skip(4);
    case 'W':  // width of the printing area: our paper is as wide as it is
      return has(4) ? skip(4) : Step::NeedMore;
    case 'r':
    case 'I':
      return decode_question();
    case 'a':
      return has(3) ? done(3, AutomaticStatusCommand{at(2)}) : Step::NeedMore;
    case 'P':
      if (!has(4)) return Step::NeedMore;
      units_per_inch_ = at(3) == 0 ? setup_.units_per_inch : at(3);
      return skip(4);
    default:
      if (setup_.text == TextMode::Taken && (at(1) == '!' || at(1) == 'B' || at(1) == 'b'))
        return decode_text_setting(1);
      return bad(2, Report::Kind::UnknownCommand);
  }
}

EscposDecoder::Step EscposDecoder::decode_cut() {
  if (!has(3)) return Step::NeedMore;
  const std::uint8_t mode = at(2);
  if (digit(mode) <= 1) {  // Function A
    return done(3, CutCommand{digit(mode) == 0 ? CutCommand::Shape::Full : CutCommand::Shape::Partial, {}});
  }
  if (mode == 65 || mode == 66) {  // Function B
    if (!has(4)) return Step::NeedMore;
    const auto shape = mode == 65 ? CutCommand::Shape::Full : CutCommand::Shape::Partial;
    return done(4, CutCommand{shape, rows_of(at(3))});
  }
  return bad(3, Report::Kind::BadParameter);
}

EscposDecoder::Step EscposDecoder::decode_question() {
  if (!has(3)) return Step::NeedMore;
  const std::uint8_t n = digit(at(2));
  if (at(1) == 'r') {
    if (n == 1) return done(3, AskCommand{AskCommand::What::PaperSensor, {}});
    if (n == 2) return done(3, AskCommand{AskCommand::What::Drawer, {}});
  } else if ((n >= 1 && n <= 3) || (n >= 65 && n <= 69)) {
    return done(3, AskCommand{AskCommand::What::Identity, {n}});
  }
  return bad(3, Report::Kind::BadParameter);
}

EscposDecoder::Step EscposDecoder::decode_parenthesis() {
  if (!has(5)) return Step::NeedMore;
  const std::size_t length = at(3) | static_cast<std::size_t>(at(4)) << 8;
  if (at(2) == 'L') return decode_graphics(5, length);
  if (at(2) == 'k') return decode_two_dimensional(length);
  const bool process_ids = setup_.dialect == Dialect::Epson;
  if (at(2) == 'H' && length == 6 && process_ids) {
    if (!has(11)) return Step::NeedMore;
    const bool right = at(5) == 48 && at(6) == 48 &&
                       std::all_of(buffer_.begin() + 7, buffer_.begin() + 11,
                                   [](std::uint8_t id) { return id >= 32 && id <= 126; });
    if (!right) return bad(11, Report::Kind::BadParameter);
    return done(11, AskCommand{AskCommand::What::ProcessId, {at(7), at(8), at(9), at(10)}});
  }
  return skip_data(5, length,
                   at(2) == 'H' && process_ids ? Report::Kind::BadParameter : Report::Kind::UnknownCommand);
}

/// Its length is known even where its meaning is not; its data may be larger than the buffer.
EscposDecoder::Step EscposDecoder::skip_data(std::size_t header, std::size_t length, Report::Kind kind) {
  open_offset_ = offset_;
  open_header_ = consume(header);
  report(kind, open_offset_, open_header_);
  skip_left_ = length;
  if (length == 0) open_header_.clear();
  return Step::Skipped;
}

}  // namespace pishkhan::simulated
