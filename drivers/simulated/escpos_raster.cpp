#include "drivers/simulated/escpos_decoder.h"

#include <algorithm>

// The picture commands of EscposDecoder, and the real-time commands that may lie inside their data.

namespace pishkhan::simulated {

namespace {

constexpr Bytes::value_type dle = 0x10;
constexpr Bytes::value_type eot = 0x04;
constexpr Bytes::value_type enq = 0x05;

bool starts(ByteView data, ByteView whole) {
  return data.size() >= whole.size() && std::equal(whole.begin(), whole.end(), data.begin());
}

}  // namespace

EscposDecoder::Step EscposDecoder::decode_raster_header() {
  // GS v 0 m xL xH yL yH d1...dk
  if (!has(3)) return Step::NeedMore;
  if (at(2) != '0') return bad(3, Report::Kind::UnknownCommand);
  if (!has(4)) return Step::NeedMore;
  const int mode = at(3) >= 48 ? at(3) - 48 : at(3);
  if (mode > 3) return bad(4, Report::Kind::BadParameter);
  if (!has(8)) return Step::NeedMore;
  Raster raster;
  raster.row_bytes = at(4) | static_cast<std::size_t>(at(5)) << 8;
  raster.rows_left = at(6) | at(7) << 8;
  raster.scale_x = (mode & 1) != 0 ? 2 : 1;
  raster.scale_y = (mode & 2) != 0 ? 2 : 1;
  if (raster.row_bytes == 0 || raster.rows_left == 0) return bad(8, Report::Kind::BadParameter);
  open_offset_ = offset_;
  open_header_ = consume(8);
  raster_ = std::move(raster);
  return Step::Skipped;
}

std::optional<PrintRow> EscposDecoder::raster_row() {
  Bytes& row = raster_->row;
  const Bytes more = consume(std::min(raster_->row_bytes - row.size(), buffer_.size()));
  row.insert(row.end(), more.begin(), more.end());
  if (row.size() < raster_->row_bytes) return std::nullopt;
  look_for_real_time(row);
  PrintRow result = burn(row);
  row.clear();
  if (raster_->store != nullptr) {
    raster_->store->push_back(std::move(result));
    result = PrintRow{.dots = {}, .times = 0};
  }
  if (--raster_->rows_left == 0) {
    raster_.reset();
    open_header_.clear();
  }
  return result;
}

PrintRow EscposDecoder::burn(const Bytes& row) {
  PrintRow result;
  result.times = raster_->scale_y;
  result.dots.resize(static_cast<std::size_t>((setup_.width_dots + 7) / 8));
  const int width = static_cast<int>(row.size()) * 8 * raster_->scale_x;
  const int room = std::max(0, setup_.width_dots - width);
  const int left = justification_ == 0 ? left_margin_dots_ : justification_ == 1 ? room / 2 : room;
  bool clipped = width >= setup_.width_dots + 8;
  for (int x = 0; x < width; ++x) {
    const int source = x / raster_->scale_x;
    if ((row[static_cast<std::size_t>(source / 8)] >> (7 - source % 8) & 1) == 0) continue;
    const int target = left + x;
    if (target >= setup_.width_dots) {
      clipped = true;
      break;
    }
    auto& byte = result.dots[static_cast<std::size_t>(target / 8)];
    byte = static_cast<std::uint8_t>(byte | 0x80 >> (target % 8));
  }
  if (clipped && !raster_->clipped) {
    raster_->clipped = true;
    report(Report::Kind::OutsidePaper, open_offset_, open_header_);
  }
  return result;
}

void EscposDecoder::look_for_real_time(const Bytes& row) {
  Bytes seen = raster_->tail;
  const std::uint64_t start = offset_ - row.size() - seen.size();
  seen.insert(seen.end(), row.begin(), row.end());
  for (std::size_t i = 0; i + 3 <= seen.size(); ++i) {
    if (!RealTimeScanner::leading(ByteView(seen).subspan(i, 3), setup_.dialect)) continue;
    report(Report::Kind::RealTimeInsideData, start + i, {seen[i], seen[i + 1], seen[i + 2]});
  }
  const std::size_t keep = std::min<std::size_t>(2, seen.size());
  raster_->tail.assign(seen.end() - static_cast<std::ptrdiff_t>(keep), seen.end());
}

std::optional<RealTimeCommand> RealTimeScanner::leading(ByteView data, Dialect dialect) {
  if (starts(data, clear_buffers_command)) {
    return RealTimeCommand{RealTimeCommand::What::ClearBuffers, 0, clear_buffers_command.size()};
  }
  if (data.size() < 3 || data[0] != dle) return std::nullopt;
  if (dialect == Dialect::Custom && data[1] == eot && data[2] == 20)
    return RealTimeCommand{RealTimeCommand::What::FullStatus, 20, 3};
  if (data[1] == eot && data[2] >= 1 && data[2] <= 4) {
    return RealTimeCommand{RealTimeCommand::What::Status, data[2], 3};
  }
  if (data[1] == enq && data[2] == 1) return RealTimeCommand{RealTimeCommand::What::Recover, 0, 3};
  if (data[1] == enq && data[2] == 2) return RealTimeCommand{RealTimeCommand::What::RecoverAndClear, 0, 3};
  return std::nullopt;
}

std::optional<RealTimeCommand> RealTimeScanner::receive(std::uint8_t byte) {
  recent_.push_back(byte);
  if (recent_.size() > clear_buffers_command.size()) recent_.erase(recent_.begin());
  // A command ends with this byte: look at every length that one can have.
  for (const std::size_t length : {std::size_t{3}, clear_buffers_command.size()}) {
    if (recent_.size() < length) continue;
    const auto found = leading(ByteView(recent_).last(length), dialect_);
    if (!found || found->length != length) continue;
    recent_.clear();
    return found;
  }
  return std::nullopt;
}

}  // namespace pishkhan::simulated
