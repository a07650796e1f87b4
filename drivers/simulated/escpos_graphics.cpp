#include "drivers/simulated/escpos_decoder.h"

#include <algorithm>

// GS ( L and GS 8 L of EscposDecoder: pictures that are stored first and printed later. `header` is the number
// of bytes before m; `length` counts from m on.

namespace pishkhan::simulated {

EscposDecoder::Step EscposDecoder::decode_graphics(std::size_t header, std::size_t length) {
  if (length < 2) return skip_data(header, length, Report::Kind::BadParameter);
  if (!has(header + 2)) return Step::NeedMore;
  const std::uint8_t function = at(header + 1);
  if (at(header) != 48) return skip_data(header, length, Report::Kind::BadParameter);
  switch (function) {
    case 2:
    case 50:  // print what function 112 has stored
      if (length != 2) return skip_data(header, length, Report::Kind::BadParameter);
      consume(header + 2);
      print_stored(graphics_, 1);
      graphics_.clear();
      return Step::Skipped;
    case 112:  // m fn a bx by c xL xH yL yH, then the dots
      return store_graphics(header, length, 10);
    case 67:  // m fn a kc1 kc2 b xL xH yL yH c, then the dots
      return store_graphics(header, length, 11);
    case 65:  // m fn 'C' 'L' 'R': forgets every logo
      if (length != 5) return skip_data(header, length, Report::Kind::BadParameter);
      if (!has(header + length)) return Step::NeedMore;
      if (at(header + 2) != 'C' || at(header + 3) != 'L' || at(header + 4) != 'R')
        return bad(header + length, Report::Kind::BadParameter);
      logos_.clear();
      return skip(header + length);
    case 66:  // m fn kc1 kc2: forgets one, and does nothing if there is none
      if (length != 4) return skip_data(header, length, Report::Kind::BadParameter);
      if (!has(header + length)) return Step::NeedMore;
      logos_.erase(logo_key(header + 2));
      return skip(header + length);
    case 69:  // m fn kc1 kc2 x y
      if (length != 6) return skip_data(header, length, Report::Kind::BadParameter);
      return has(header + length) ? print_logo(header) : Step::NeedMore;
    default:
      return skip_data(header, length, Report::Kind::UnknownCommand);
  }
}

std::uint16_t EscposDecoder::logo_key(std::size_t index) const {
  return static_cast<std::uint16_t>(at(index) | at(index + 1) << 8);
}

EscposDecoder::Step EscposDecoder::store_graphics(std::size_t header, std::size_t length, std::size_t fixed) {
  if (length < fixed) return skip_data(header, length, Report::Kind::BadParameter);
  if (!has(header + fixed)) return Step::NeedMore;
  const bool logo = at(header + 1) == 67;
  const auto word = [this, header](std::size_t index) {
    return at(header + index) | at(header + index + 1) << 8;
  };
  const int width = word(6);
  const int rows = word(8);
  Raster raster;
  raster.row_bytes = static_cast<std::size_t>((width + 7) / 8);
  raster.rows_left = rows;
  bool right = at(header + 2) == 48 && width > 0 && rows > 0 && rows <= most_stored_rows &&
               length - fixed == raster.row_bytes * static_cast<std::size_t>(rows);
  if (logo) {
    right = right && at(header + 5) == 1 && at(header + 10) == 49 && logos_.size() < most_logos;
    const std::uint16_t key = logo_key(header + 3);
    if (right) {
      logos_[key].clear();
      raster.store = &logos_[key];
    }
  } else {
    raster.scale_x = at(header + 3);
    raster.scale_y = at(header + 4);
    right = right && (raster.scale_x == 1 || raster.scale_x == 2) &&
            (raster.scale_y == 1 || raster.scale_y == 2) && at(header + 5) == 49;
    graphics_.clear();
    raster.store = &graphics_;
  }
  if (!right) return skip_data(header, length, Report::Kind::BadParameter);
  open_offset_ = offset_;
  open_header_ = consume(header + fixed);
  raster_ = std::move(raster);
  return Step::Skipped;
}

EscposDecoder::Step EscposDecoder::print_logo(std::size_t header) {
  const auto found = logos_.find(logo_key(header + 2));
  // Only the plain size is ever asked for; a key that is not defined prints nothing, which the host should
  // know.
  if (found == logos_.end() || at(header + 4) != 1 || at(header + 5) != 1) {
    return bad(header + 6, Report::Kind::BadParameter);
  }
  consume(header + 6);
  print_stored(found->second, 1);
  return Step::Skipped;
}

void EscposDecoder::print_stored(const std::vector<PrintRow>& rows, int scale_y) {
  for (const PrintRow& row : rows) ready_.push_back({row.dots, row.times * scale_y});
}

}  // namespace pishkhan::simulated
