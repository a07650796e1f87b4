#include "drivers/receipt-printer/escpos.h"

#include "base/core/ensure.h"

#include <algorithm>

namespace pishkhan::printer::escpos {

namespace {

constexpr std::uint8_t dle = 0x10;
constexpr std::uint8_t esc = 0x1B;
constexpr std::uint8_t gs = 0x1D;
constexpr int most_graphics_bytes = 65525;  // pL pH count ten bytes of parameters, too

void append_rows(ByteWriter& writer, const Bitmap& bitmap, int first_row, int rows) {
  for (int y = first_row; y < first_row + rows; ++y) writer.bytes(bitmap.row(y));
}

/// GS ( L, functions 112 (one colour, no scaling: a = 48, bx = by = 1, c = 49) and 50 (print what is stored).
void append_graphics(Bytes& out, const Bitmap& bitmap, int first_row, int rows) {
  const int bytes = bitmap.row_bytes() * rows;
  ENSURE(bytes <= most_graphics_bytes && bitmap.width() <= 2400, "fits the print buffer");
  ByteWriter writer(out);
  writer.bytes(std::array<std::uint8_t, 3>{gs, '(', 'L'});
  writer.le16(static_cast<std::uint16_t>(bytes + 10));
  writer.bytes(std::array<std::uint8_t, 6>{48, 112, 48, 1, 1, 49});
  writer.le16(static_cast<std::uint16_t>(bitmap.row_bytes() * 8));
  writer.le16(static_cast<std::uint16_t>(rows));
  append_rows(writer, bitmap, first_row, rows);
  writer.bytes(std::array<std::uint8_t, 7>{gs, '(', 'L', 2, 0, 48, 50});
}

}  // namespace

void append_initialise(Bytes& out) {
  ByteWriter(out).bytes(std::array<std::uint8_t, 2>{esc, '@'});
}

void append_motion_unit(Bytes& out, int dots_per_inch) {
  ENSURE(dots_per_inch >= 1 && dots_per_inch <= 255, "GS P takes one byte");
  ByteWriter(out).bytes(std::array<std::uint8_t, 4>{gs, 'P', 0, static_cast<std::uint8_t>(dots_per_inch)});
}

void append_raster(Bytes& out, RasterForm form, const Bitmap& bitmap, int first_row, int rows) {
  ENSURE(rows >= 1 && rows <= 65535 && first_row >= 0 && first_row + rows <= bitmap.height(),
         "rows of the bitmap");
  if (form == RasterForm::Graphics) return append_graphics(out, bitmap, first_row, rows);
  ByteWriter writer(out);
  writer.bytes(std::array<std::uint8_t, 4>{gs, 'v', '0', 0});
  writer.le16(static_cast<std::uint16_t>(bitmap.row_bytes()));
  writer.le16(static_cast<std::uint16_t>(rows));
  append_rows(writer, bitmap, first_row, rows);
}

void append_feed(Bytes& out, int rows) {
  while (rows > 0) {
    const int step = std::min(rows, 255);
    ByteWriter(out).bytes(std::array<std::uint8_t, 3>{esc, 'J', static_cast<std::uint8_t>(step)});
    rows -= step;
  }
}

void append_cut(Bytes& out, const Model& model) {
  ENSURE(model.feed_before_cut_rows >= 0 && model.feed_before_cut_rows <= 255, "GS V takes one byte");
  const auto extra = static_cast<std::uint8_t>(model.feed_before_cut_rows);
  ByteWriter writer(out);
  switch (model.cut) {
    case CutForm::FeedThenFull:
      return writer.bytes(std::array<std::uint8_t, 4>{gs, 'V', 65, extra});
    case CutForm::FeedThenPartial:
      return writer.bytes(std::array<std::uint8_t, 4>{gs, 'V', 66, extra});
    case CutForm::Full:
    case CutForm::Partial:
    case CutForm::EscI:
    case CutForm::EscM:
    case CutForm::None:
      break;
  }
  append_feed(out, model.cut_distance_rows + model.feed_before_cut_rows);
  if (model.cut == CutForm::Full) writer.bytes(std::array<std::uint8_t, 3>{gs, 'V', 0});
  if (model.cut == CutForm::Partial) writer.bytes(std::array<std::uint8_t, 3>{gs, 'V', 1});
  if (model.cut == CutForm::EscI) writer.bytes(std::array<std::uint8_t, 2>{esc, 'i'});
  if (model.cut == CutForm::EscM) writer.bytes(std::array<std::uint8_t, 2>{esc, 'm'});
}

void append_fence(Bytes& out, const ProcessId& id) {
  ENSURE(std::ranges::all_of(id, is_id_character), "a process ID is characters 32 to 126");
  ByteWriter writer(out);
  writer.bytes(std::array<std::uint8_t, 7>{gs, '(', 'H', 6, 0, 48, 48});
  writer.bytes(id);
}

void append_sensor_question(Bytes& out) {
  ByteWriter(out).bytes(std::array<std::uint8_t, 3>{gs, 'r', 1});
}

void append_silence(Bytes& out) {
  ByteWriter(out).bytes(std::array<std::uint8_t, 3>{gs, 'a', 0});
}

void append_automatic_status(Bytes& out, ToldUnasked told) {
  const int mask = (told.online ? 0x02 : 0) | (told.errors ? 0x04 : 0) | (told.paper ? 0x08 : 0);
  ByteWriter(out).bytes(std::array<std::uint8_t, 3>{gs, 'a', static_cast<std::uint8_t>(mask)});
}

void append_present(Bytes& out, int steps) {
  ENSURE(steps >= 1 && steps <= 255, "GS e takes one byte");
  ByteWriter(out).bytes(std::array<std::uint8_t, 4>{gs, 'e', 3, static_cast<std::uint8_t>(steps)});
}

void append_take_back(Bytes& out, Presenter::Untaken how) {
  const std::uint8_t function = how == Presenter::Untaken::Retract ? 2 : 5;
  ByteWriter(out).bytes(std::array<std::uint8_t, 3>{gs, 'e', function});
}

void append_ejector_question(Bytes& out) {
  ByteWriter(out).bytes(std::array<std::uint8_t, 3>{gs, 'e', 6});
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
  constexpr int first = 32;
  constexpr int characters = 126 - first + 1;
  ProcessId id{};
  for (std::uint8_t& character : id) {
    std::uint8_t drawn = 0;
    do {
      drawn = random.bytes<1>()[0] & 0x7F;  // 0 to 127, so that each character is as likely as another
    } while (drawn >= characters);
    character = static_cast<std::uint8_t>(first + drawn);
  }
  return id;
}

}  // namespace pishkhan::printer::escpos
