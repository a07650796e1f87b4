#include "kiosk/receipts/paragraph.h"

#include "base/core/personal.h"
#include "ui/text/settle.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace pishkhan::receipts {

namespace {

constexpr std::string_view no_break_space = "\u00a0";
constexpr std::string_view dot = " · ";

class Setter {
 public:
  Setter(text::Engine& engine, const text::Style& style, int room)
      : engine_(engine), style_(style), room_(room) {}

  void set(std::string_view text) {
    if (split(text, "\n")) return;
    if (fits(text, room_)) {
      blocks_.push_back({&engine_.lay_out(text, style_, static_cast<float>(room_)), room_});
      return;
    }
    if (split(text, dot)) return;
    const PersonalText loose = loosened(text);
    const Block whole = settled(loose.reveal());
    if (!text::ends_alone(*whole.layout, static_cast<float>(room_))) {
      blocks_.push_back(whole);
      return;
    }
    const PersonalText bound = last_words_bound(loose.reveal());
    const bool too_wide =
        text::width_of_widest_piece(engine_, bound.reveal(), style_) > static_cast<float>(room_);
    blocks_.push_back(too_wide ? whole : settled(bound.reveal()));
  }
  [[nodiscard]] std::vector<Block> blocks() && { return std::move(blocks_); }

 private:
  [[nodiscard]] bool fits(std::string_view text, int room) const {
    return engine_.lay_out(text, style_).width() <= static_cast<float>(room);
  }
  bool split(std::string_view text, std::string_view at) {
    const std::size_t place = text.find(at);
    if (place == std::string_view::npos) return false;
    set(text.substr(0, place));
    set(text.substr(place + at.size()));
    return true;
  }
  /// Every piece between spaces that is wider than the room gets a space for its last no-break space, then, if
  /// that is not enough, for its first, and so on from both ends: a date loses its year, then the word before
  /// it.
  [[nodiscard]] PersonalText loosened(std::string_view text) const {
    std::string loose(text);
    bool from_end = true;
    for (std::size_t begin = 0; begin < loose.size();) {
      const std::size_t end = std::min(loose.find(' ', begin), loose.size());
      const std::string_view piece = std::string_view(loose).substr(begin, end - begin);
      const std::size_t place = from_end ? piece.rfind(no_break_space) : piece.find(no_break_space);
      if (place == std::string_view::npos || fits(piece, room_)) {
        begin = end + 1;
        from_end = true;
      } else {
        loose.replace(begin + place, no_break_space.size(), " ");  // shorter: the piece is looked at once more
        from_end = !from_end;
      }
    }
    PersonalText result(loose);
    wipe(loose.data(), loose.size());
    return result;
  }
  static PersonalText last_words_bound(std::string_view text) {
    const std::size_t place = text.rfind(' ');
    if (place == std::string_view::npos) return PersonalText(text);
    std::string bound(text);
    bound.replace(place, 1, no_break_space);
    PersonalText result(bound);
    wipe(bound.data(), bound.size());
    return result;
  }

  [[nodiscard]] Block settled(std::string_view text) const {
    const auto room = static_cast<float>(room_);
    if (style_.align == text::Align::Center) return {&engine_.lay_out(text, style_, room), room_};
    const text::Settled settled = text::settle(engine_, text, style_, room);
    return {settled.layout, static_cast<int>(settled.width)};
  }

  text::Engine& engine_;
  const text::Style& style_;
  int room_;
  std::vector<Block> blocks_;
};

}  // namespace

std::vector<Block> set_paragraph(text::Engine& engine, std::string_view text, const text::Style& style,
                                 int room) {
  Setter setter(engine, style, room);
  setter.set(text);
  return std::move(setter).blocks();
}

int rows_of(const text::Layout& layout) {
  return static_cast<int>(std::ceil(layout.height()));
}

int rows_of(const std::vector<Block>& blocks) {
  int rows = 0;
  for (const Block& block : blocks) rows += rows_of(*block.layout);
  return rows;
}

}  // namespace pishkhan::receipts
