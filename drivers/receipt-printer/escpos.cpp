#include "drivers/receipt-printer/escpos.h"

#include "base/core/ensure.h"

#include <algorithm>

namespace pishkhan::printer::escpos {

namespace {

constexpr std::uint8_t dle = 0x10;
constexpr std::uint8_t esc = 0x1B;
constexpr std::uint8_t gs = 0x1D;

constexpr std::uint8_t answer_header = 0x37;      // "header to NUL" answers
constexpr std::uint8_t answer_process_id = 0x22;  // GS ( H, function 48
constexpr std::uint8_t answer_cleared = 0x25;     // DLE DC4, function 8
constexpr std::uint8_t first_id_character = 32;
constexpr std::uint8_t last_id_character = 126;

bool is_id_character(std::uint8_t byte) {
  return byte >= first_id_character && byte <= last_id_character;
}

bool bit(std::uint8_t byte, int number) {
  return (byte >> number & 1) != 0;
}

}  // namespace

void append_initialise(Bytes& out) {
  ByteWriter(out).bytes(std::array<std::uint8_t, 2>{esc, '@'});
}

void append_motion_unit(Bytes& out, int dots_per_inch) {
  ENSURE(dots_per_inch >= 1 && dots_per_inch <= 255, "GS P takes one byte");
  ByteWriter(out).bytes(std::array<std::uint8_t, 4>{gs, 'P', 0, static_cast<std::uint8_t>(dots_per_inch)});
}

void append_raster(Bytes& out, const Bitmap& bitmap, int first_row, int rows) {
  ENSURE(rows >= 1 && rows <= 65535 && first_row >= 0 && first_row + rows <= bitmap.height(),
         "rows of the bitmap");
  ByteWriter writer(out);
  writer.bytes(std::array<std::uint8_t, 4>{gs, 'v', '0', 0});
  writer.le16(static_cast<std::uint16_t>(bitmap.row_bytes()));
  writer.le16(static_cast<std::uint16_t>(rows));
  for (int y = first_row; y < first_row + rows; ++y) writer.bytes(bitmap.row(y));
}

void append_feed(Bytes& out, int rows) {
  while (rows > 0) {
    const int step = std::min(rows, 255);
    ByteWriter(out).bytes(std::array<std::uint8_t, 3>{esc, 'J', static_cast<std::uint8_t>(step)});
    rows -= step;
  }
}

void append_cut(Bytes& out, Cut cut, int extra_rows) {
  ENSURE(extra_rows >= 0 && extra_rows <= 255, "GS V takes one byte");
  const std::uint8_t form = cut == Cut::Full ? 65 : 66;
  ByteWriter(out).bytes(std::array<std::uint8_t, 4>{gs, 'V', form, static_cast<std::uint8_t>(extra_rows)});
}

void append_fence(Bytes& out, const ProcessId& id) {
  ENSURE(std::ranges::all_of(id, is_id_character), "a process ID is characters 32 to 126");
  ByteWriter writer(out);
  writer.bytes(std::array<std::uint8_t, 7>{gs, '(', 'H', 6, 0, 48, 48});
  writer.bytes(id);
}

void append_status_request(Bytes& out, StatusKind kind) {
  ByteWriter(out).bytes(std::array<std::uint8_t, 3>{dle, 0x04, static_cast<std::uint8_t>(kind)});
}

void append_clear(Bytes& out) {
  ByteWriter(out).bytes(std::array<std::uint8_t, 10>{dle, 0x14, 8, 1, 3, 20, 1, 6, 2, 8});
}

void append_padding(Bytes& out, std::size_t count) {
  out.insert(out.end(), count, 0);
}

ProcessId random_process_id(Random& random) {
  constexpr int characters = last_id_character - first_id_character + 1;
  ProcessId id{};
  for (std::uint8_t& character : id) {
    std::uint8_t drawn = 0;
    do {
      drawn = random.bytes<1>()[0] & 0x7F;  // 0 to 127, so that each character is as likely as another
    } while (drawn >= characters);
    character = static_cast<std::uint8_t>(first_id_character + drawn);
  }
  return id;
}

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

std::optional<Answer> AnswerParser::begin(std::uint8_t byte) {
  if (byte == answer_header) {
    held_[0] = byte;
    size_ = 1;
    return std::nullopt;
  }
  if (is_status(byte)) return StatusByte{byte};
  ++noise_bytes_;
  return std::nullopt;
}

std::optional<Answer> AnswerParser::take(std::uint8_t byte) {
  if (size_ == 0) return begin(byte);
  const bool process_id = size_ >= 2 && held_[1] == answer_process_id;
  bool fits = false;
  if (size_ == 1) {
    fits = byte == answer_process_id || byte == answer_cleared;
  } else if (process_id && size_ < 6) {
    fits = is_id_character(byte);
  } else {
    fits = byte == 0;
  }
  if (!fits) {
    // Not the answer it seemed to be: what was held is noise, and this byte may begin a real one.
    noise_bytes_ += size_;
    size_ = 0;
    return begin(byte);
  }
  held_[size_++] = byte;
  if (byte != 0) return std::nullopt;
  size_ = 0;
  if (!process_id) return Cleared{};
  return Echo{{held_[2], held_[3], held_[4], held_[5]}};
}

}  // namespace pishkhan::printer::escpos
