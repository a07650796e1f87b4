#include "ui/toolkit/keyboard.h"

#include "ui/toolkit/ui_state.h"
#include "ui/toolkit/widgets.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pishkhan::toolkit {
namespace {

constexpr float kKeyGap = 10;
constexpr float kRowGap = 12;
constexpr float kPadKeyHeight = 124;

bool writes_persian(KeyboardPlane plane) {
  return plane == KeyboardPlane::Persian || plane == KeyboardPlane::PersianSigns;
}

bool shows_signs(KeyboardPlane plane) {
  return plane == KeyboardPlane::PersianSigns || plane == KeyboardPlane::EnglishSigns;
}

/// How a key looks and what it is called. The words belong to the layout, not to the page's language: a Persian
/// keyboard says "فاصله" on an English page, too.
struct KeyFace {
  std::string id;
  std::string_view words;
  std::optional<Icon> icon{};
  bool quiet = false;
  bool main = false;
  Type type = Type::Lead;
};

KeyFace face_of(const Key& key, KeyboardPlane plane, std::string_view next_label) {
  const bool persian = writes_persian(plane);
  switch (key.role) {
    case KeyRole::Write:
      break;
    case KeyRole::Backspace:
      return {.id = "key/backspace", .words = {}, .icon = Icon::Backspace, .quiet = true};
    case KeyRole::Space:
      return {.id = "key/space", .words = persian ? "فاصله" : "space", .type = Type::Body};
    case KeyRole::ZeroWidthNonJoiner:
      return {.id = "key/zwnj", .words = "نیم‌فاصله", .quiet = true, .type = Type::Body};
    case KeyRole::Shift:
      return {.id = "key/shift", .words = {}, .icon = Icon::Shift, .quiet = true};
    case KeyRole::Script:
      return {.id = "key/script", .words = persian ? "EN" : "فا", .quiet = true, .type = Type::Body};
    case KeyRole::Signs:
      if (shows_signs(plane)) {
        return {.id = "key/signs", .words = persian ? "الفبا" : "abc", .quiet = true, .type = Type::Body};
      }
      return {.id = "key/signs", .words = persian ? "؟ ! ( )" : "? ! ( )", .quiet = true, .type = Type::Small};
    case KeyRole::Next:
      return {.id = "key/next", .words = next_label, .main = true, .type = Type::Body};
  }
  return {.id = "key/" + std::string(key.writes), .words = key.writes, .type = Type::Subtitle};
}

Touch draw_key(Ui& ui, const Rect& rect, const KeyFace& face, Repeat repeat) {
  const Theme& theme = ui.theme();
  const Touch touch = ui.touch(face.id, rect, face.words.empty() ? std::string_view(face.id) : face.words,
                               Enabled::Yes, repeat);
  Colour ground = face.main ? theme.deep : face.quiet ? theme.key_quiet : theme.key;
  if (touch.pressed) ground = face.main ? theme.deep_2 : theme.turquoise_soft;
  if (theme.high_contrast && touch.pressed) ground = theme.key_quiet;
  const Colour words = face.main ? theme.on_deep : theme.ink;
  // A key is a sheet on a slightly lower edge; pressed, it sinks onto it.
  if (!touch.pressed)
    ui.fill_rounded(rect.moved(0, 3), theme.radius_key, face.main ? theme.deep_2 : theme.key_edge);
  ui.fill_rounded(touch.pressed ? rect.moved(0, 3) : rect, theme.radius_key, ground);
  if (theme.high_contrast) ui.border_rounded(rect, theme.radius_key, theme.hairline, theme.ink);
  if (face.icon) {
    ui.icon(rect, *face.icon, *face.icon == Icon::Shift ? theme.icon * 1.4F : theme.icon, words);
    return touch;
  }
  // Twelve keys fill the width in large text, too: letters grow there, the words on narrow keys cannot.
  Ui::State& state = ui.state();
  const float scale =
      std::exchange(state.theme.text_scale,
                    face.type == Type::Subtitle || face.type == Type::Title ? theme.text_scale : 1.0F);
  ui.text(rect, face.words,
          {.type = face.type,
           .weight = face.main ? Weight::Bold : Weight::Medium,
           .colour = words,
           .align = Align::Centre,
           .vertical = VerticalAlign::Middle,
           .overflow = Overflow::OneLine});
  state.theme.text_scale = scale;
  return touch;
}

void type_text(Ui& ui, std::string_view words) {
  Ui::State& state = ui.state();
  state.typed.push_back({Typed::Kind::Text, PersonalText(words), state.frame});
  ui.animate(SteadyTime{0});
}

void type_backspace(Ui& ui) {
  Ui::State& state = ui.state();
  state.typed.push_back({Typed::Kind::Backspace, PersonalText(), state.frame});
  ui.animate(SteadyTime{0});
}

KeyboardPlane other_script(KeyboardPlane plane) {
  return writes_persian(plane) ? KeyboardPlane::English : KeyboardPlane::Persian;
}

KeyboardPlane other_signs(KeyboardPlane plane) {
  switch (plane) {
    case KeyboardPlane::Persian:
      return KeyboardPlane::PersianSigns;
    case KeyboardPlane::PersianSigns:
      return KeyboardPlane::Persian;
    case KeyboardPlane::EnglishSigns:
      return KeyboardPlane::English;
    case KeyboardPlane::English:
    case KeyboardPlane::EnglishShift:
      break;
  }
  return KeyboardPlane::EnglishSigns;
}

KeyboardAction act(Ui& ui, const Key& key, const Touch& touch) {
  Ui::State& state = ui.state();
  if (key.role == KeyRole::Backspace && (touch.tapped || touch.repeated)) type_backspace(ui);
  if (!touch.tapped) return KeyboardAction::None;
  ui.animate(SteadyTime{0});
  switch (key.role) {
    case KeyRole::Write:
      type_text(ui, key.writes);
      if (state.plane == KeyboardPlane::EnglishShift) state.plane = KeyboardPlane::English;
      break;
    case KeyRole::Space:
      type_text(ui, " ");
      break;
    case KeyRole::ZeroWidthNonJoiner:
      type_text(ui, "\u200C");
      break;
    case KeyRole::Shift:
      state.plane =
          state.plane == KeyboardPlane::EnglishShift ? KeyboardPlane::English : KeyboardPlane::EnglishShift;
      break;
    case KeyRole::Script:
      state.plane = other_script(state.plane);
      break;
    case KeyRole::Signs:
      state.plane = other_signs(state.plane);
      break;
    case KeyRole::Next:
      return KeyboardAction::Next;
    case KeyRole::Backspace:
      break;
  }
  return KeyboardAction::None;
}

}  // namespace

KeyboardAction keyboard(Ui& ui, const Rect& rect, std::string_view next_label) {
  Ui::State& state = ui.state();
  const Theme& theme = ui.theme();
  if (!state.plane_chosen || state.plane_language != ui.language()) {
    state.plane = ui.language() == Language::Persian ? KeyboardPlane::Persian : KeyboardPlane::English;
    state.plane_language = ui.language();
    state.plane_chosen = true;
  }
  ui.fill(rect, theme.keyboard_ground);
  ui.hairline(rect.x, rect.y, rect.w, theme.line);
  Rect rest = rect.inset(theme.gap_16, theme.gap_16 + theme.gap_4);
  KeyboardAction action = KeyboardAction::None;
  // Keys are laid from the left in every language: a keyboard is never mirrored.
  const KeyboardPlane plane = state.plane;
  const std::vector<KeyRow> rows = keyboard_rows(plane);
  const float height =
      (rest.h - kRowGap * static_cast<float>(rows.size() - 1)) / static_cast<float>(rows.size());
  for (const KeyRow& row : rows) {
    Rect line = rest.cut_top(height, kRowGap);
    float shares = 0;
    for (const Key& key : row) shares += key.width;
    const float least_shares = std::max(shares, 10.0F);
    const float unit = (line.w - kKeyGap * static_cast<float>(row.size() - 1)) / least_shares;
    line.cut_left((least_shares - shares) * unit / 2);
    for (const Key& key : row) {
      const Rect place = line.cut_left(key.width * unit, kKeyGap);
      const Repeat repeat = key.role == KeyRole::Backspace ? Repeat::WhileHeld : Repeat::No;
      const Touch touch = draw_key(ui, place, face_of(key, plane, next_label), repeat);
      if (act(ui, key, touch) == KeyboardAction::Next) action = KeyboardAction::Next;
    }
  }
  return action;
}

float keyboard_height(const Ui& ui) {
  return 5 * ui.theme().key_height + 4 * kRowGap + 2 * (ui.theme().gap_16 + ui.theme().gap_4);
}

KeyboardAction digit_pad(Ui& ui, const Rect& rect, std::string_view next_label) {
  const Theme& theme = ui.theme();
  ui.fill(rect, theme.keyboard_ground);
  ui.hairline(rect.x, rect.y, rect.w, theme.line);
  constexpr std::array<std::string_view, 12> kKeys = {"1", "2", "3", "4", "5", "6",
                                                      "7", "8", "9", "",  "0", "next"};
  Rect rest =
      rect.inset(0, theme.gap_16 + theme.gap_4)
          .centred(std::min(rect.w - 2 * theme.gap_16, 792.0F), rect.h - 2 * (theme.gap_16 + theme.gap_4));
  const float height = (rest.h - 3 * kRowGap) / 4;
  const float width = (rest.w - 2 * kRowGap) / 3;
  KeyboardAction action = KeyboardAction::None;
  for (std::size_t i = 0; i < kKeys.size();) {
    Rect line = rest.cut_top(height, kRowGap);
    for (int column = 0; column < 3; ++column, ++i) {
      Key key{KeyRole::Write, kKeys[i], 1};
      if (i == 9) key = {KeyRole::Backspace, {}, 1};
      if (i == 11) key = {KeyRole::Next, {}, 1};
      KeyFace face = face_of(key, KeyboardPlane::English, next_label);
      const std::string digit = local_digits(key.writes, ui.language());
      if (key.role == KeyRole::Write) {
        face.words = digit;
        face.type = Type::Title;
      }
      if (key.role == KeyRole::Next) face.type = Type::Lead;
      const Repeat repeat = key.role == KeyRole::Backspace ? Repeat::WhileHeld : Repeat::No;
      const Touch touch = draw_key(ui, line.cut_left(width, kRowGap), face, repeat);
      if (act(ui, key, touch) == KeyboardAction::Next) action = KeyboardAction::Next;
    }
  }
  return action;
}

float digit_pad_height(const Ui& ui) {
  return 4 * kPadKeyHeight + 3 * kRowGap + 2 * (ui.theme().gap_16 + ui.theme().gap_4);
}

}  // namespace pishkhan::toolkit
