#include "ui/toolkit/text_field.h"

#include "ui/toolkit/field_text.h"
#include "ui/toolkit/ui_state.h"

#include <algorithm>
#include <cmath>

namespace pishkhan::toolkit {
namespace {

constexpr float kCaretWidth = 4;

struct FieldParts {
  Rect label;
  Rect box;
  Rect below;
};

const TextStyle kLabel{.type = Type::Body, .weight = Weight::Bold};

TextStyle below_style(const Theme& theme, bool problem) {
  return {.type = Type::Small,
          .weight = problem ? Weight::Medium : Weight::Regular,
          .colour = problem ? theme.ruby : theme.ink_soft};
}

float box_height(const Theme& theme, const FieldSpec& spec) {
  if (spec.shape != FieldShape::LongWords) return theme.field_height;
  const float line = theme.text_size(Type::Lead) * 1.6F;
  return static_cast<float>(std::max(spec.lines, 1)) * line + 2 * theme.gap_24;
}

float below_height(Ui& ui, const FieldSpec& spec, float width) {
  const Theme& theme = ui.theme();
  const bool problem = !spec.problem.empty();
  const std::string_view words = problem ? spec.problem : spec.hint;
  if (words.empty()) return 0;
  const float icon = problem ? theme.icon + theme.gap_8 : 0;
  return theme.gap_8 + ui.text_height(words, below_style(theme, problem), width - icon);
}

FieldParts divide(Ui& ui, Rect rect, const FieldSpec& spec) {
  FieldParts parts;
  if (!spec.label.empty())
    parts.label = rect.cut_top(ui.text_height(spec.label, kLabel, rect.w), ui.theme().gap_8);
  parts.box = rect.cut_top(box_height(ui.theme(), spec), ui.theme().gap_8);
  parts.below = rect;
  return parts;
}

/// The caret's place in the value, put right if the caller changed the value meanwhile.
Caret& caret_of(Ui::State& state, std::string_view id, std::string_view value) {
  auto found = state.carets.find(id);
  if (found == state.carets.end()) found = state.carets.emplace(std::string(id), Caret{value.size(), 0}).first;
  Caret& caret = found->second;
  caret.offset = std::min(caret.offset, value.size());
  while (caret.offset > 0 && caret.offset < value.size() && (value[caret.offset] & 0xC0) == 0x80)
    --caret.offset;
  return caret;
}

std::optional<PersonalText> apply_typed(Ui::State& state, const FieldSpec& spec, const PersonalText& value,
                                        Caret& caret) {
  PersonalText edited = value;
  bool changed = false;
  for (const Typed& typed : state.typed) {
    changed =
        (typed.kind == Typed::Kind::Backspace ? erase_before(edited, caret.offset)
                                              : insert(edited, caret.offset, typed.text.reveal(), spec)) ||
        changed;
  }
  state.typed.clear();
  if (!changed) return std::nullopt;
  return edited;
}

text::Style field_style(const Ui::State& state, const FieldSpec& spec) {
  text::Style style = engine_style(state, {.type = Type::Lead});
  if (is_digits(spec.shape)) {
    style.base = text::Direction::LeftToRight;
    style.weight = text::Weight::Medium;
  } else {
    style.base = text::Direction::Auto;
  }
  return style;
}

/// The text inside its box, moved so that the caret can be seen.
class Inside {
 public:
  Inside(Ui& ui, const Rect& rect, const FieldSpec& spec, const PersonalText& value)
      : ui_(ui), state_(ui.state()), rect_(rect), spec_(spec), shown_(show(value, spec.shape, ui.language())) {}

  void draw(Caret& caret) {
    const text::Layout& layout = lay_out();
    place(layout, caret);
    const ImU32 ink = draw_colour(ui_.theme().ink);
    text::emit(layout, x_, y_, state_.atlas, [&](const text::GlyphQuad& quad) { state_.quad(quad, ink); });
    if (!spec_.focused) return;
    const text::CaretPlace& at = layout.caret(shown_.to_shown(caret.offset)).strong;
    const text::Line& line = layout.lines()[at.line];
    const float scale = state_.viewport.scale;
    const float height = line.bottom - line.top;
    ui_.fill({(x_ + at.x - state_.viewport.x) / scale - kCaretWidth / 2,
              (y_ + line.top + height * 0.1F - state_.viewport.y) / scale, kCaretWidth, height * 0.8F / scale},
             ui_.theme().turquoise);
  }

  [[nodiscard]] std::size_t offset_at(Point point, const Caret& caret) {
    const text::Layout& layout = lay_out();
    place(layout, caret);
    const float x = state_.pixel_x(point.x) - x_;
    const float y = state_.pixel_y(point.y) - y_;
    const auto lines = layout.lines();
    const auto below =
        std::find_if(lines.begin(), lines.end(), [y](const text::Line& one) { return y < one.bottom; });
    const text::Line& line = below != lines.end() ? *below : lines.back();
    // The empty part of the box means going on after the last letter. In a page from right to left it lies at
    // the left of a number, where the nearest place would be the number's beginning.
    const bool empty_part = ui_.right_to_left() ? x < line.left : x > line.left + line.width;
    if (empty_part) return shown_.to_value(line.byte_end);
    return shown_.to_value(layout.hit_test(x, y));
  }

  /// Moves the text so that the caret is inside the box.
  void follow(Caret& caret) {
    const text::Layout& layout = lay_out();
    const float scale = state_.viewport.scale;
    const text::CaretPlace& at = layout.caret(shown_.to_shown(caret.offset)).strong;
    if (spec_.shape == FieldShape::LongWords) {
      const text::Line& line = layout.lines()[at.line];
      caret.scroll = std::clamp(caret.scroll, line.bottom / scale - rect_.h, line.top / scale);
      caret.scroll = std::clamp(caret.scroll, 0.0F, std::max(0.0F, layout.height() / scale - rect_.h));
      return;
    }
    // From the start side: how far the caret is, and how long the text is.
    const float width = layout.width();
    const float far = (ui_.right_to_left() ? width - at.x : at.x) / scale;
    caret.scroll = std::clamp(caret.scroll, far + kCaretWidth - rect_.w, std::max(0.0F, far - kCaretWidth));
    caret.scroll = std::clamp(caret.scroll, 0.0F, std::max(0.0F, width / scale + 2 * kCaretWidth - rect_.w));
  }

 private:
  const text::Layout& lay_out() {
    const float width =
        spec_.shape == FieldShape::LongWords ? rect_.w * state_.viewport.scale : text::kUnlimited;
    return state_.engine.lay_out(shown_.text.reveal(), field_style(state_, spec_), width);
  }
  void place(const text::Layout& layout, const Caret& caret) {
    const float scale = state_.viewport.scale;
    const float scroll = caret.scroll * scale;
    if (spec_.shape == FieldShape::LongWords) {
      x_ = std::round(state_.pixel_x(rect_.x));
      y_ = std::round(state_.pixel_y(rect_.y) - scroll);
      return;
    }
    const float start = ui_.right_to_left() ? state_.pixel_x(rect_.right()) - layout.width() + scroll
                                            : state_.pixel_x(rect_.x) - scroll;
    x_ = std::round(start);
    y_ = std::round(state_.pixel_y(rect_.centre().y) - layout.height() / 2);
  }

  Ui& ui_;
  Ui::State& state_;
  Rect rect_;
  const FieldSpec& spec_;
  Shown shown_;
  float x_ = 0;
  float y_ = 0;
};

void draw_box(Ui& ui, const FieldParts& parts, const FieldSpec& spec) {
  const Theme& theme = ui.theme();
  const bool problem = !spec.problem.empty();
  if (!spec.label.empty()) ui.text(parts.label, spec.label, kLabel);
  ui.fill_rounded(parts.box, theme.radius_button, problem ? theme.ruby_soft : theme.card);
  const Colour border = problem ? theme.ruby : spec.focused ? theme.turquoise : theme.line;
  ui.border_rounded(parts.box, theme.radius_button, spec.focused ? theme.border + 1 : theme.border, border);
  Rect below = parts.below;
  if (problem) {
    const float line = theme.text_size(Type::Small) * 1.6F;
    const Rect side = ui.cut_start(below, theme.icon, theme.gap_8);
    ui.icon({side.x, side.y, side.w, line}, Icon::Error, theme.icon * 0.85F, theme.ruby);
    ui.text(below, spec.problem, below_style(theme, true));
  } else if (!spec.hint.empty()) {
    ui.text(below, spec.hint, below_style(theme, false));
  }
}

}  // namespace

FieldResult text_field(Ui& ui, const Rect& rect, const FieldSpec& spec, const PersonalText& value) {
  const FieldParts parts = divide(ui, rect, spec);
  Ui::State& state = ui.state();
  FieldResult result;
  const Touch touch = ui.touch(spec.id, parts.box, spec.label);
  result.tapped = touch.tapped;
  Caret& caret = caret_of(state, spec.id, value.reveal());
  if (spec.focused && state.field != spec.id) {
    state.field = spec.id;
    ui.reveal(spec.id);
    ui.animate(SteadyTime{0});
  }
  if (spec.focused && !state.typed.empty()) result.edit = apply_typed(state, spec, value, caret);
  const PersonalText& current = result.edit ? *result.edit : value;
  draw_box(ui, parts, spec);
  const Theme& theme = ui.theme();
  const Rect words =
      parts.box.inset(theme.gap_32, spec.shape == FieldShape::LongWords ? theme.gap_24 : theme.border);
  Inside inside(ui, words, spec, current);
  // Entered by the keypad, the field keeps its caret: there is no finger that says where.
  if (touch.tapped && !touch.focused) caret.offset = inside.offset_at(touch.at, caret);
  if (spec.focused || touch.tapped) inside.follow(caret);
  ui.push_clip(words.inset(-theme.gap_12, 0));
  if (current.empty() && !spec.placeholder.empty()) {
    ui.text(words, spec.placeholder,
            {.type = Type::Lead,
             .colour = theme.ink_soft,
             .vertical = spec.shape == FieldShape::LongWords ? VerticalAlign::Top : VerticalAlign::Middle});
  }
  inside.draw(caret);
  ui.pop_clip();
  return result;
}

float text_field_height(Ui& ui, const FieldSpec& spec, float width) {
  const Theme& theme = ui.theme();
  const float label = spec.label.empty() ? 0 : ui.text_height(spec.label, kLabel, width) + theme.gap_8;
  return label + box_height(theme, spec) + below_height(ui, spec, width);
}

}  // namespace pishkhan::toolkit
