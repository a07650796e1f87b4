#include "kiosk/receipts/receipt.h"
#include "ui/text/paper.h"

#include <qrencode.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

namespace pishkhan::receipts {

namespace {

struct QrDeleter {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

/// Type sizes in dots at 203 dpi; 28 dots are 10 pt, the least that a receipt may be printed in.
struct Sizes {
  float small = 28;
  float text = 30;
  float heading = 34;
  float title = 40;
  float code = 0;  ///< as large as the paper's width allows
};

/// Draws down a strip that grows; one call a line.
class Strip {
 public:
  Strip(Language language, text::Engine& engine, const text::Fonts& fonts, int width)
      : language_(language), engine_(engine), fonts_(fonts), width_(width), paper_(width, 512) {
    sizes_.code = static_cast<float>(width) / 7;
  }

  void draw(const Line& line) {
    using Kind = Line::Kind;
    switch (line.kind) {
      case Kind::Title:
        return paragraph(line, sizes_.title, text::Weight::Bold, text::Align::Center);
      case Kind::Subtitle:
        return paragraph(line, sizes_.text, text::Weight::Regular, text::Align::Center);
      case Kind::Code:
        return code(line);
      case Kind::Heading:
        return paragraph(line, sizes_.heading, text::Weight::Bold, text::Align::Start);
      case Kind::Text:
        return paragraph(line, sizes_.text, text::Weight::Regular, text::Align::Start);
      case Kind::Small:
        return paragraph(line, sizes_.small, text::Weight::Regular, text::Align::Start);
      case Kind::Pair:
        return pair(line);
      case Kind::Stage:
        return stage(line);
      case Kind::Rule:
        return rule();
      case Kind::Gap:
        y_ += 12;
        return;
      case Kind::Statement:
        return statement(line);
    }
  }

  /// The strip, cut to what was drawn.
  [[nodiscard]] Bitmap finish() {
    Bitmap cut(width_, y_ + margin);
    for (int y = 0; y < std::min(cut.height(), paper_.height()); ++y)
      std::copy(std::as_const(paper_).row(y).begin(), std::as_const(paper_).row(y).end(), cut.row(y).begin());
    for (int y = 0; y < paper_.height(); ++y) wipe(paper_.row(y).data(), paper_.row(y).size());
    return cut;
  }

 private:
  static constexpr int margin = 8;

  [[nodiscard]] text::Style style(float size, text::Weight weight, text::Align align) const {
    text::Style made;
    made.size_px = size;
    made.weight = weight;
    made.align = align;
    made.base = right_to_left(language_) ? text::Direction::RightToLeft : text::Direction::LeftToRight;
    made.language = language_;
    made.line_height = 1.45F;
    return made;
  }
  [[nodiscard]] int inner() const { return width_ - 2 * margin; }

  /// Makes room below y_ for so many dots.
  void reach(int height) {
    const int needed = y_ + height + margin;
    if (needed <= paper_.height()) return;
    Bitmap longer(width_, std::max(needed, paper_.height() * 2));
    for (int y = 0; y < paper_.height(); ++y) {
      std::copy(std::as_const(paper_).row(y).begin(), std::as_const(paper_).row(y).end(),
                longer.row(y).begin());
      wipe(paper_.row(y).data(), paper_.row(y).size());
    }
    paper_ = std::move(longer);
  }

  void paragraph(const Line& line, float size, text::Weight weight, text::Align align) {
    const auto& layout =
        engine_.lay_out(line.text.reveal(), style(size, weight, align), static_cast<float>(inner()));
    put(layout, margin, y_);
    y_ += height_of(layout);
  }

  /// The largest size at which the whole code stands on one line.
  void code(const Line& line) {
    const auto bold = [this](float size) { return style(size, text::Weight::Bold, text::Align::Center); };
    const float width = engine_.lay_out(line.text.reveal(), bold(sizes_.code)).width();
    const float fitting = sizes_.code * std::min(1.0F, static_cast<float>(inner()) / width);
    paragraph(line, std::floor(fitting) - 1, text::Weight::Bold, text::Align::Center);
  }

  static int height_of(const text::Layout& layout) { return static_cast<int>(std::ceil(layout.height())); }
  void put(const text::Layout& layout, int x, int y) {
    reach(y - y_ + height_of(layout));
    text::draw_into(paper_, fonts_, layout, x, y);
  }

  /// Label and value on one line if they fit, else the value below, at the end side.
  void pair(const Line& line) {
    const text::Style label_style = style(sizes_.text, text::Weight::Regular, text::Align::Start);
    const text::Style value_style = style(sizes_.text, text::Weight::Bold, text::Align::End);
    const auto width = static_cast<float>(inner());
    const float label_width = engine_.lay_out(line.text.reveal(), label_style).width();
    const float value_width = engine_.lay_out(line.value.reveal(), value_style).width();
    const bool one_line = label_width + value_width + 24 <= width;
    const auto& label = engine_.lay_out(line.text.reveal(), label_style, width);
    put(label, margin, y_);
    if (!one_line) y_ += height_of(label);
    const auto& value = engine_.lay_out(line.value.reveal(), value_style, width);
    put(value, margin, y_);
    y_ += height_of(value) + 4;
  }

  /// The stage's name over its due date, which is set in from the start side.
  void stage(const Line& line) {
    Line name;
    name.text = line.text;
    paragraph(name, sizes_.text, text::Weight::Medium, text::Align::Start);
    const auto& due =
        engine_.lay_out(line.value.reveal(), style(sizes_.text, text::Weight::Regular, text::Align::Start),
                        static_cast<float>(inner() - indent));
    put(due, right_to_left(language_) ? margin : margin + indent, y_);
    y_ += height_of(due) + 6;
  }
  static constexpr int indent = 36;

  void rule() {
    y_ += 10;
    reach(4);
    for (int x = margin; x + 2 < width_ - margin; x += 8)
      for (int dy = 0; dy < 2; ++dy)
        for (int dx = 0; dx < 3; ++dx) paper_.set(x + dx, y_ + dy);
    y_ += 14;
  }

  void statement(const Line& line) {
    const std::string statement(line.value.reveal());
    // Level M withstands a fold and a coffee stain; the text uses only QR's alphanumeric characters.
    const std::unique_ptr<QRcode, QrDeleter> qr(
        QRcode_encodeString(statement.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
    if (qr == nullptr) return;  // longer than any QR code; the receipt is valid without it
    const int module = std::max(3, width_ / 144);
    const int side = qr->width * module;
    y_ += 8;
    reach(side + 4 * module);
    const bool mirrored = right_to_left(language_);
    const int left = mirrored ? width_ - margin - side : margin;
    for (int row = 0; row < qr->width; ++row)
      for (int column = 0; column < qr->width; ++column)
        if ((qr->data[row * qr->width + column] & 1) != 0)
          for (int dy = 0; dy < module; ++dy)
            for (int dx = 0; dx < module; ++dx) paper_.set(left + column * module + dx, y_ + row * module + dy);
    beside(line, side, module);
  }

  /// The small text beside the code where there is room for it, else below.
  void beside(const Line& line, int side, int module) {
    const int room = inner() - side - 4 * module;
    const text::Style small = style(sizes_.small, text::Weight::Regular, text::Align::Start);
    if (room >= 200) {
      const auto& layout = engine_.lay_out(line.text.reveal(), small, static_cast<float>(room));
      put(layout, right_to_left(language_) ? margin : margin + side + 4 * module, y_);
      y_ += std::max(side, height_of(layout)) + 4 * module;
    } else {
      y_ += side + 4 * module;
      paragraph(line, sizes_.small, text::Weight::Regular, text::Align::Start);
    }
  }

  Language language_;
  text::Engine& engine_;
  const text::Fonts& fonts_;
  int width_;
  Bitmap paper_;
  Sizes sizes_;
  int y_ = margin;
};

}  // namespace

Bitmap lay_out(const std::vector<Line>& lines, Language language, text::Engine& engine,
               const text::Fonts& fonts, int width_dots) {
  Strip strip(language, engine, fonts, width_dots);
  for (const Line& line : lines) strip.draw(line);
  return strip.finish();
}

}  // namespace pishkhan::receipts
