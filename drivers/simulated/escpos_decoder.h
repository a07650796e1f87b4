#pragma once

#include "base/core/bytes.h"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pishkhan::simulated {

/// Something in the byte stream that a correct driver of a raster printer would not have sent.
struct Report {
  enum class Kind {
    UnknownCommand,      ///< not in the table of what this printer knows
    BadParameter,        ///< a known command with a value outside its range; not carried out
    Truncated,           ///< the stream ended inside a command: switched off, or the bus was reset
    Text,                ///< printable bytes outside a command: text mode, which we never use
    OutsidePaper,        ///< raster wider than the paper; the rest of each row was dropped
    RealTimeInsideData,  ///< raster data holds a real-time command, which the printer obeyed (and answered)
  };
  Kind kind = Kind::UnknownCommand;
  std::uint64_t offset = 0;  ///< of the first byte, counted from switching on
  Bytes bytes;               ///< the command, at most the first 64 bytes
};

/// One row of raster as the head burns it, already scaled to dots.
struct PrintRow {
  Bytes dots;     ///< as wide as the paper, in whole bytes
  int times = 1;  ///< 2 in the double-height modes
};
struct FeedCommand {
  int rows = 0;
};
struct CutCommand {
  enum class Shape { Full, Partial };
  Shape shape = Shape::Full;
  std::optional<int> feed_past_cutter;  ///< rows; function B feeds to the cutting position and this further
};
/// ESC @. The printer's own settings go back to those of switching on.
struct InitialiseCommand {};
/// GS a n.
struct AutomaticStatusCommand {
  std::uint8_t mask = 0;
};
/// A command that is answered when its turn comes.
struct AskCommand {
  enum class What { ProcessId, PaperSensor, Drawer, Identity };
  What what = What::ProcessId;
  Bytes parameters;
};
using Command =
    std::variant<PrintRow, FeedCommand, CutCommand, InitialiseCommand, AutomaticStatusCommand, AskCommand>;

/// Turns the receive buffer into commands, one at a time, as the printer is ready for them. Raster data is
/// taken row by row, so that a picture may be larger than the buffer. Source of every code: Epson ESC/POS
/// Command Reference. Thread: a plain value, guarded by the printer that owns it.
class EscposDecoder {
 public:
  /// `units_per_inch`: the vertical motion unit after switching on, until GS P sets another.
  EscposDecoder(int width_dots, int units_per_inch);

  void receive(std::uint8_t byte) { buffer_.push_back(byte); }
  [[nodiscard]] std::size_t waiting() const { return buffer_.size(); }
  /// The next command, or nothing until more bytes come.
  [[nodiscard]] std::optional<Command> next();
  /// Throws away what waits, as the host asked.
  void clear();
  /// Throws away what waits; an unfinished command becomes a report.
  void cut_off();
  /// Cuts off, forgets the settings, and counts offsets from zero again.
  void switch_on();
  /// The beginning (at most 64 bytes) of the command that is not whole yet or waits for its turn.
  [[nodiscard]] Bytes unfinished() const;
  [[nodiscard]] bool idle() const { return buffer_.empty() && open_header_.empty(); }
  [[nodiscard]] const std::vector<Report>& reports() const { return reports_; }

  static constexpr std::size_t most_reports = 1000;

 private:
  struct Raster {
    std::size_t row_bytes = 0;
    int rows_left = 0;
    int scale_x = 1;
    int scale_y = 1;
    Bytes row;   // What has come of the present row.
    Bytes tail;  // The last two bytes of the row before, to see real-time commands across rows.
    bool clipped = false;
  };
  enum class Step { NeedMore, Skipped, Done };

  [[nodiscard]] bool has(std::size_t count) const { return buffer_.size() >= count; }
  [[nodiscard]] std::uint8_t at(std::size_t index) const { return buffer_[index]; }
  Bytes consume(std::size_t count);
  void report(Report::Kind kind, std::uint64_t offset, Bytes bytes);
  Step done(std::size_t length, Command command);
  Step skip(std::size_t length);
  Step bad(std::size_t length, Report::Kind kind);
  Step decode_one();
  Step decode_text();
  Step decode_escape();
  Step decode_group();
  Step decode_real_time();
  Step decode_raster_header();
  Step decode_cut();
  Step decode_parenthesis();
  Step decode_question();
  [[nodiscard]] std::optional<PrintRow> raster_row();
  [[nodiscard]] PrintRow burn(const Bytes& row);
  void look_for_real_time(const Bytes& row);
  [[nodiscard]] int rows_of(int units) const;
  void reset_settings();

  int width_dots_;
  int default_units_per_inch_;
  std::deque<std::uint8_t> buffer_;
  std::uint64_t offset_ = 0;  // Of buffer_.front().
  // A command whose data is taken piece by piece, because it may be larger than the buffer:
  std::optional<Raster> raster_;
  std::size_t skip_left_ = 0;
  Bytes open_header_;
  std::uint64_t open_offset_ = 0;
  std::optional<Command> decoded_;
  int line_spacing_ = 0;
  int units_per_inch_ = 0;
  std::uint8_t justification_ = 0;
  std::vector<Report> reports_;
};

struct RealTimeCommand {
  enum class What { Status, Recover, RecoverAndClear, ClearBuffers };
  What what = What::Status;
  std::uint8_t kind = 0;  ///< of the status, 1 to 4
  std::size_t length = 0;
};

/// DLE DC4 fn 8, of which every byte is fixed: clear the buffers.
inline constexpr std::array<std::uint8_t, 10> clear_buffers_command = {0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8};

/// Finds real-time commands in the bytes as they arrive, wherever they lie: the printer obeys them at once,
/// also inside the data of another command (Epson, "Real-time commands").
class RealTimeScanner {
 public:
  [[nodiscard]] std::optional<RealTimeCommand> receive(std::uint8_t byte);
  void forget() { recent_.clear(); }
  /// The real-time command with which `data` begins, if any.
  [[nodiscard]] static std::optional<RealTimeCommand> leading(ByteView data);

 private:
  Bytes recent_;
};

}  // namespace pishkhan::simulated
