#pragma once

#include "base/core/bytes.h"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pishkhan::simulated {

/// Which command reference the printer follows.
enum class Dialect {
  Epson,   ///< Epson ESC/POS Command Reference
  Custom,  ///< Custom's kiosk printers (KPM210, VKP80): ejector and FULL STATUS, no process ID
};
/// Text mode, which our receipts never use.
enum class TextMode {
  Reported,  ///< every letter is a mistake of the driver's
  Taken,     ///< letters and their settings are read; they leave no ink here
};

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
/// GS e 2, 3, 5.
struct EjectorCommand {
  enum class What { Present, Retract, Eject };
  What what = What::Present;
};
/// A command that is answered when its turn comes; Ejector is GS e 6.
struct AskCommand {
  enum class What { ProcessId, PaperSensor, Drawer, Identity, Ejector };
  What what = What::ProcessId;
  Bytes parameters;
};
/// A bar code or QR code that the printer draws by itself. It is told, and leaves no ink here.
struct SymbolCommand {
  enum class What { Barcode, QrCode };
  What what = What::Barcode;
  std::uint8_t system = 0;  ///< m of GS k; the model of a QR code
  std::uint8_t module = 0;  ///< width of the narrowest element, in dots
  Bytes data;
};
using Command = std::variant<PrintRow, FeedCommand, CutCommand, InitialiseCommand, AutomaticStatusCommand,
                             AskCommand, EjectorCommand, SymbolCommand>;

/// Turns the receive buffer into commands, one at a time, as the printer is ready for them. Raster data is
/// taken row by row, so that a picture may be larger than the buffer. Source of every code: Epson ESC/POS
/// Command Reference. Thread: a plain value, guarded by the printer that owns it.
class EscposDecoder {
 public:
  struct Setup {
    int width_dots = 576;
    int dots_per_inch = 203;   ///< of the head, along the paper
    int units_per_inch = 203;  ///< the vertical motion unit after switching on, until GS P sets another
    Dialect dialect = Dialect::Epson;
    TextMode text = TextMode::Reported;
  };
  explicit EscposDecoder(Setup setup);

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
  [[nodiscard]] bool idle() const { return buffer_.empty() && open_header_.empty() && ready_.empty(); }
  [[nodiscard]] const std::vector<Report>& reports() const { return reports_; }

  static constexpr std::size_t most_reports = 1000;
  static constexpr int most_stored_rows = 2400;  ///< GS ( L, range of y
  static constexpr std::size_t most_logos = 32;

 private:
  struct Raster {
    std::size_t row_bytes = 0;
    int rows_left = 0;
    int scale_x = 1;
    int scale_y = 1;
    Bytes row;   // What has come of the present row.
    Bytes tail;  // The last two bytes of the row before, to see real-time commands across rows.
    bool clipped = false;
    std::vector<PrintRow>* store = nullptr;  // GS ( L: kept there, not printed.
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
  Step skip_data(std::size_t header, std::size_t length, Report::Kind kind);
  // escpos_graphics.cpp
  Step decode_graphics(std::size_t header, std::size_t length);
  Step store_graphics(std::size_t header, std::size_t length, std::size_t fixed);
  Step print_logo(std::size_t header);
  [[nodiscard]] std::uint16_t logo_key(std::size_t index) const;
  void print_stored(const std::vector<PrintRow>& rows, int scale_y);
  // escpos_symbols.cpp
  Step decode_two_dimensional(std::size_t length);
  Step decode_barcode();
  Step decode_ejector();
  Step decode_text_setting(std::size_t parameters);
  Step decode_kanji();
  Step decode_question();
  [[nodiscard]] std::optional<PrintRow> raster_row();
  [[nodiscard]] PrintRow burn(const Bytes& row);
  void look_for_real_time(const Bytes& row);
  [[nodiscard]] int rows_of(int units) const;
  /// ESC 2: a sixth of an inch.
  [[nodiscard]] int default_line_spacing() const { return (setup_.dots_per_inch + 3) / 6; }
  void reset_settings();

  Setup setup_;
  std::deque<std::uint8_t> buffer_;
  std::uint64_t offset_ = 0;  // Of buffer_.front().
  // A command whose data is taken piece by piece, because it may be larger than the buffer:
  std::optional<Raster> raster_;
  std::size_t skip_left_ = 0;
  Bytes open_header_;
  std::uint64_t open_offset_ = 0;
  std::optional<Command> decoded_;
  std::deque<PrintRow> ready_;      // Rows of a command that was decoded whole, still to be printed.
  std::vector<PrintRow> graphics_;  // GS ( L function 112: stored and not yet printed.
  std::map<std::uint16_t, std::vector<PrintRow>> logos_;  // GS ( L function 67, by their two-byte key.
  SymbolCommand qr_code_{SymbolCommand::What::QrCode, 50, 3, {}};
  std::uint8_t bar_width_ = 3;
  int left_margin_dots_ = 0;
  int line_spacing_ = 0;
  int units_per_inch_ = 0;
  std::uint8_t justification_ = 0;
  std::vector<Report> reports_;
};

struct RealTimeCommand {
  enum class What { Status, FullStatus, Recover, RecoverAndClear, ClearBuffers };
  What what = What::Status;
  std::uint8_t kind = 0;  ///< of the status: 1 to 4, 20
  std::size_t length = 0;
};

/// DLE DC4 fn 8, of which every byte is fixed: clear the buffers.
inline constexpr std::array<std::uint8_t, 10> clear_buffers_command = {0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8};

/// Finds real-time commands in the bytes as they arrive, wherever they lie: the printer obeys them at once,
/// also inside the data of another command (Epson, "Real-time commands").
class RealTimeScanner {
 public:
  explicit RealTimeScanner(Dialect dialect = Dialect::Epson) : dialect_(dialect) {}
  [[nodiscard]] std::optional<RealTimeCommand> receive(std::uint8_t byte);
  void forget() { recent_.clear(); }
  /// The real-time command with which `data` begins, if any.
  [[nodiscard]] static std::optional<RealTimeCommand> leading(ByteView data, Dialect dialect);

 private:
  Dialect dialect_;
  Bytes recent_;
};

}  // namespace pishkhan::simulated
