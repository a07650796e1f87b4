#include "kiosk/receipts/code128.h"
#include "kiosk/receipts/dither.h"
#include "kiosk/receipts/measures.h"
#include "kiosk/receipts/paragraph.h"
#include "kiosk/receipts/receipt.h"
#include "kiosk/receipts/strip.h"
#include "ui/text/settle.h"

#include <qrencode.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

namespace pishkhan::receipts {

namespace {

using Kind = Line::Kind;
using text::Align;
using text::Weight;

struct QrDeleter {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

/// White around a QR code, in modules (ISO/IEC 18004:2015, 6.3.8).
constexpr int qr_quiet_modules = 4;

/// Sets lines one below the other; one function a kind. "In" is measured from the reading side's start.
class Setter {
 public:
  Setter(const std::vector<Line>& lines, Language language, text::Engine& engine, const text::Fonts& fonts,
         const Paper& paper)
      : lines_(lines),
        language_(language),
        engine_(engine),
        measures_(paper),
        strip_(paper.width_dots, fonts),
        y_(measures_.millimetres(1)) {
    measure_stages();
  }

  Sheet set() {
    for (const Line& line : lines_) draw(line);
    return strip_.finish(y_ + 2 * measures_.module);
  }

 private:
  void draw(const Line& line) {
    switch (line.kind) {
      case Kind::Letterhead:
        return letterhead(line);
      case Kind::Heading:
        return paragraph(line.text, measures_.heading, Weight::Bold);
      case Kind::Text:
        return paragraph(line.text, measures_.text, Weight::Regular);
      case Kind::Small:
        return paragraph(line.text, measures_.small, Weight::Regular);
      case Kind::Mark:
        return mark(line);
      case Kind::Labels:
        return labels(line);
      case Kind::Code:
        return code(line);
      case Kind::Bars:
        return bars(line);
      case Kind::Pair:
        return pair(line);
      case Kind::Stage:
        return stage(line);
      case Kind::Detail:
        return detail(line);
      case Kind::Rule:
        return rule();
      case Kind::Gap:
        y_ += measures_.millimetres(1.5F);
        return;
      case Kind::Statement:
        return statement(line);
    }
  }

  [[nodiscard]] bool mirrored() const { return right_to_left(language_); }
  [[nodiscard]] int inner() const { return strip_.width() - 2 * measures_.margin; }
  /// The left edge of a box `width` wide that begins `in` dots from the reading side's start.
  [[nodiscard]] int left_of(int in, int width) const {
    return mirrored() ? strip_.width() - measures_.margin - in - width : measures_.margin + in;
  }
  [[nodiscard]] text::Style style(float size, Weight weight, Align align = Align::Start) const {
    text::Style made;
    made.size_px = size;
    made.weight = weight;
    made.align = align;
    made.base = mirrored() ? text::Direction::RightToLeft : text::Direction::LeftToRight;
    made.language = language_;
    made.line_height = size > measures_.text ? measures_.heading_height : measures_.line_height;
    return made;
  }
  /// For a citizen's answer, whose first letter says its direction, wherever it is aligned.
  [[nodiscard]] text::Style value_style(bool at_start) const {
    text::Style made = style(measures_.text, Weight::Bold, at_start == mirrored() ? Align::Right : Align::Left);
    made.base = text::Direction::Auto;
    return made;
  }

  /// Draws at `y`; returns the rows it takes.
  int block(std::string_view text, const text::Style& style, int in, int room, int y) {
    int rows = 0;
    for (const Block& part : set_paragraph(engine_, text, style, room)) {
      strip_.text(*part.layout, left_of(in, part.width), y + rows);
      rows += rows_of(*part.layout);
    }
    return rows;
  }
  void paragraph(const PersonalText& text, float size, Weight weight) {
    y_ += block(text.reveal(), style(size, weight), 0, inner(), y_);
  }
  [[nodiscard]] float width_of(std::string_view text, const text::Style& style) {
    return engine_.lay_out(text, style).width();
  }

  /// The emblem at the start, the municipality beside it; below it where the name would break into many lines.
  void letterhead(const Line& line) {
    const text::Style title = style(measures_.title, Weight::Bold);
    const text::Style office = style(measures_.text, Weight::Regular);
    if (line.logo == nullptr || line.logo->pixels.empty()) {
      y_ += block(line.text.reveal(), title, 0, inner(), y_);
      y_ += block(line.value.reveal(), office, 0, inner(), y_);
      return;
    }
    const Bitmap logo = dithered(*line.logo, measures_.logo);
    const int in = logo.width() + measures_.millimetres(2.5F);
    const int room = inner() - in;
    const int name_rows = rows_of(set_paragraph(engine_, line.text.reveal(), title, room));
    const int rows = name_rows + rows_of(set_paragraph(engine_, line.value.reveal(), office, room));
    const int logo_rows = logo.height() + measures_.millimetres(1);
    const bool stacked = rows > logo_rows * 2;
    const int taller = stacked ? logo_rows : std::max(rows, logo_rows);
    strip_.picture(logo, left_of(0, logo.width()), y_ + (taller - logo.height()) / 2);
    if (stacked) {
      y_ += logo_rows;
      y_ += block(line.text.reveal(), title, 0, inner(), y_);
      y_ += block(line.value.reveal(), office, 0, inner(), y_) + measures_.millimetres(0.5F);
      return;
    }
    const int top = y_ + (taller - rows) / 2;
    block(line.text.reveal(), title, in, room, top);
    block(line.value.reveal(), office, in, room, top + name_rows);
    y_ += taller + measures_.millimetres(0.5F);
  }

  void dots(int from, int to, int y) {
    const int side = measures_.millimetres(0.35F);
    const int pitch = measures_.millimetres(1.2F);
    if (to - from < side) return;
    const int count = (to - from - side) / pitch;
    const int first = from + (to - from - side - count * pitch) / 2;
    for (int i = 0; i <= count; ++i) strip_.fill(first + i * pitch, y, side, side);
    strip_.note({Placed::What::Rule, from, y, to - from, side, 0});
  }

  void rule() {
    y_ += measures_.millimetres(1.5F);
    dots(measures_.margin, strip_.width() - measures_.margin, y_);
    y_ += measures_.millimetres(1.5F);
  }

  void mark(const Line& line) {
    y_ += measures_.millimetres(1);
    const text::Layout& word = engine_.lay_out(
        line.text.reveal(), style(measures_.title, Weight::Bold, Align::Center), static_cast<float>(inner()));
    const int half = (strip_.width() - static_cast<int>(word.width())) / 2 - measures_.millimetres(3);
    const int middle = y_ + rows_of(word) / 2;
    strip_.text(word, measures_.margin, y_);
    dots(measures_.margin, half, middle);
    dots(strip_.width() - half, strip_.width() - measures_.margin, middle);
    y_ += rows_of(word);
  }

  void labels(const Line& line) {
    const text::Style one = style(measures_.text, Weight::Regular);
    text::Style other = one;
    other.base = text::Direction::Auto;
    other.align = mirrored() ? Align::Left : Align::Right;
    const float gap = measures_.text;
    const float both = width_of(line.text.reveal(), one) + width_of(line.value.reveal(), other) + gap;
    if (both <= static_cast<float>(inner()))
      strip_.text(engine_.lay_out(line.value.reveal(), other, static_cast<float>(inner())), measures_.margin,
                  y_);
    y_ += block(line.text.reveal(), one, 0, inner(), y_);
  }

  /// As large as the whole code fits on one line; but always clearly larger than any other letter, and then
  /// narrower than the font draws it.
  void code(const Line& line) {
    constexpr float times_the_title = 1.3F;
    constexpr float finer = 3;
    const auto bold = [this](float size) {
      text::Style made = style(size, Weight::Bold, Align::Left);
      made.line_height = 1.3F;
      return made;
    };
    const std::string_view digits = line.text.reveal();
    if (digits.empty()) return;
    const float reference = measures_.text;
    const float fitting =
        std::floor(reference * static_cast<float>(inner()) / width_of(digits, bold(reference))) - 1;
    const float size = std::clamp(fitting, std::ceil(measures_.title * times_the_title), measures_.title * 3);
    const text::Layout& whole = engine_.lay_out(digits, bold(size));
    const int rows = rows_of(whole);
    if (size <= fitting) {
      strip_.text(whole, (strip_.width() - static_cast<int>(std::ceil(whole.width()))) / 2, y_,
                  Placed::What::Code);
    } else {
      strip_.squeezed_text(engine_.lay_out(digits, bold(size * finer)), measures_.margin, y_, inner(), rows,
                           size);
    }
    y_ += rows;
  }

  void bars(const Line& line) {
    const auto widths = code128_of_digits(line.value.reveal());
    if (!widths) return;  // not our tracking code: it stands above in digits
    int modules = 0;
    for (const std::uint8_t width : *widths) modules += width;
    const int with_quiet = modules + 2 * code128_quiet_modules;
    const int module = std::min(measures_.millimetres(0.375F), strip_.width() / with_quiet);
    if (module < 1) return;
    const int rows = measures_.millimetres(8);
    int x = (strip_.width() - modules * module) / 2;
    y_ += measures_.millimetres(1);
    strip_.note({Placed::What::Bars, x - code128_quiet_modules * module, y_, with_quiet * module, rows,
                 static_cast<float>(module)});
    bool black = true;
    for (const std::uint8_t width : *widths) {
      if (black) strip_.fill(x, y_, width * module, rows);
      x += width * module;
      black = !black;
    }
    y_ += rows + measures_.millimetres(0.3F);
    y_ += block(line.text.reveal(), style(measures_.small, Weight::Regular, Align::Center), 0, inner(), y_);
  }

  /// Label and value on one line if they fit, else the value below, set in.
  void pair(const Line& line) {
    const text::Style label = style(measures_.text, Weight::Regular);
    const float both = width_of(line.text.reveal(), label) + width_of(line.value.reveal(), value_style(false)) +
                       measures_.text;
    if (both <= static_cast<float>(inner())) {
      strip_.text(engine_.lay_out(line.value.reveal(), value_style(false), static_cast<float>(inner())),
                  measures_.margin, y_);
      y_ += block(line.text.reveal(), label, 0, inner(), y_);
      return;
    }
    y_ += block(line.text.reveal(), label, 0, inner(), y_);
    const int in = measures_.millimetres(4);
    y_ += block(line.value.reveal(), value_style(true), in, inner() - in, y_);
    y_ += measures_.millimetres(0.5F);
  }

  /// All stages alike: as far in as the widest number needs, and each due day beside the unit only if every
  /// one fits there. Where a due day is wider than what is left, all of them are less far in.
  void measure_stages() {
    const text::Style bold = style(measures_.text, Weight::Bold);
    const text::Style regular = style(measures_.text, Weight::Regular);
    const text::Style medium = style(measures_.text, Weight::Medium);
    for (const Line& line : lines_)
      if (line.kind == Kind::Stage)
        stage_in_ = std::max(stage_in_, static_cast<int>(std::ceil(width_of(line.text.reveal(), bold))) +
                                            measures_.millimetres(1.5F));
    detail_in_ = stage_in_;
    for (const Line& line : lines_) {
      if (line.kind != Kind::Detail) continue;
      const float both =
          width_of(line.text.reveal(), regular) + width_of(line.value.reveal(), medium) + measures_.text;
      if (both > static_cast<float>(inner() - stage_in_)) due_beside_unit_ = false;
      const auto widest =
          static_cast<int>(std::ceil(text::width_of_widest_piece(engine_, line.value.reveal(), medium)));
      detail_in_ = std::clamp(inner() - widest, 0, detail_in_);
    }
  }

  void stage(const Line& line) {
    const text::Style bold = style(measures_.text, Weight::Bold);
    y_ += measures_.millimetres(0.5F);
    block(line.text.reveal(), bold, 0, stage_in_, y_);
    y_ += block(line.value.reveal(), bold, stage_in_, inner() - stage_in_, y_);
  }

  void detail(const Line& line) {
    const int room = inner() - detail_in_;
    const int unit = line.text.empty() ? 0
                                       : block(line.text.reveal(), style(measures_.text, Weight::Regular),
                                               detail_in_, room, y_);
    const bool beside = due_beside_unit_ && unit > 0;
    const Align align = beside ? Align::End : Align::Start;
    const int due_y = beside ? y_ : y_ + unit;
    const int due =
        block(line.value.reveal(), style(measures_.text, Weight::Medium, align), detail_in_, room, due_y);
    y_ = due_y + due;
  }

  void statement(const Line& line) {
    const std::string words(line.value.reveal());
    // Level M withstands a fold and a coffee stain; the text uses only QR's alphanumeric characters.
    const std::unique_ptr<QRcode, QrDeleter> qr(
        QRcode_encodeString(words.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
    if (qr == nullptr) return;  // longer than any QR code; the receipt is valid without it
    const int module = std::min(measures_.module, strip_.width() / (qr->width + 2 * qr_quiet_modules));
    if (module < 1) return;
    const int quiet = qr_quiet_modules * module;
    const int side = qr->width * module;
    const int apart =
        quiet + static_cast<int>(measures_.small * 0.12F);  // a letter may reach a dot out of its line
    const int room = inner() - side - std::max(0, quiet - measures_.margin) - apart;
    const text::Style small = style(measures_.small, Weight::Regular);
    const bool beside = room >= static_cast<int>(measures_.small * 6);
    const int in = beside ? std::max(0, quiet - measures_.margin) : (inner() - side) / 2;
    y_ = std::max(y_, strip_.bottom() + quiet);
    const int left = left_of(in, side);
    for (int row = 0; row < qr->width; ++row)
      for (int column = 0; column < qr->width; ++column)
        if ((qr->data[row * qr->width + column] & 1) != 0)
          strip_.fill(left + column * module, y_ + row * module, module, module);
    strip_.note({Placed::What::Qr, left - quiet, y_ - quiet, side + 2 * quiet, side + 2 * quiet,
                 static_cast<float>(module)});
    const int below = side + quiet;
    if (!beside) {
      y_ += below;
      y_ += block(line.text.reveal(), small, 0, inner(), y_);
      return;
    }
    const int text_rows = block(line.text.reveal(), small, in + side + apart, room, y_);
    y_ += std::max(below, text_rows);
  }

  const std::vector<Line>& lines_;
  Language language_;
  text::Engine& engine_;
  Measures measures_;
  Strip strip_;
  int stage_in_ = 0;
  int detail_in_ = 0;
  bool due_beside_unit_ = true;
  int y_;
};

}  // namespace

Sheet lay_out(const std::vector<Line>& lines, Language language, text::Engine& engine, const text::Fonts& fonts,
              const Paper& paper) {
  return Setter(lines, language, engine, fonts, paper).set();
}

}  // namespace pishkhan::receipts
