#pragma once

#include "base/core/bitmap.h"
#include "ui/toolkit/ui.h"

#include <span>
#include <string>
#include <string_view>

namespace pishkhan::toolkit {

// Buttons. Each registers its target and returns true in the frame in which it was pressed and released.
enum class ButtonLook {
  Main,          ///< deep ground, white words: one a screen
  Secondary,     ///< card ground, deep border and words
  Quiet,         ///< words only
  Danger,        ///< "End": ruby words, no ground
  OnDeep,        ///< on the header or welcome ground: white border and words
  OnDeepFilled,  ///< white ground on the welcome ground: the first language
};
/// Where the icon of a button stands: before or after the words in reading order.
enum class IconSide { Before, After };
struct ButtonSpec {
  std::string_view id{};
  std::string_view label{};
  ButtonLook look = ButtonLook::Secondary;
  std::optional<Icon> icon{};
  IconSide icon_side = IconSide::Before;
  Enabled enabled = Enabled::Yes;  ///< dimmed if not; write the reason beside it
  Type type = Type::Lead;
};
bool button(Ui& ui, const Rect& rect, const ButtonSpec& spec);
/// Width that the button wants for its words and icon.
[[nodiscard]] float button_width(Ui& ui, const ButtonSpec& spec);
/// A square with only an icon; `label` is for speech and the tour.
bool icon_button(Ui& ui, const Rect& rect, std::string_view id, Icon icon, std::string_view label,
                 ButtonLook look);
/// An icon over a word, for the welcome screen's lower bar.
bool icon_over_label(Ui& ui, const Rect& rect, std::string_view id, Icon icon, std::string_view label,
                     Colour colour);

/// A card with icon, title and one soft line, touched as a whole: an area of the city's services.
struct TileSpec {
  std::string_view id{};
  Icon icon = Icon::Document;
  std::string_view title{};
  std::string_view subtitle{};
  Enabled open = Enabled::Yes;  ///< No: still touched, but drawn quietly (served elsewhere)
};
bool tile(Ui& ui, const Rect& rect, const TileSpec& spec);
[[nodiscard]] float tile_height(Ui& ui, const TileSpec& spec, float width);

/// One of several, with a ring at the start: the choice rows of a form.
enum class Chosen { No, Yes };
bool choice_row(Ui& ui, const Rect& rect, std::string_view id, std::string_view label, Chosen chosen);
[[nodiscard]] float choice_row_height(Ui& ui, std::string_view label, float width);
/// A touched row of a list: title, soft line, forward chevron at the end.
bool list_row(Ui& ui, const Rect& rect, std::string_view id, std::optional<Icon> icon, std::string_view title,
              std::string_view subtitle);
/// A small rounded word; `chosen` fills it.
bool chip(Ui& ui, const Rect& rect, std::string_view id, std::string_view label, Chosen chosen);

// Surfaces and words.
void card(Ui& ui, const Rect& rect);
enum class NoticeKind { Info, Notice, Error, Done };
/// Always an icon and words; the text is ink on the soft ground, the colour is in icon and border.
void notice(Ui& ui, const Rect& rect, NoticeKind kind, std::string_view words);
[[nodiscard]] float notice_height(Ui& ui, NoticeKind kind, std::string_view words, float width);
/// A small label over a value with an icon, in a card: "limit: 15 working days".
void fact_card(Ui& ui, const Rect& rect, Icon icon, std::string_view label, std::string_view value);
[[nodiscard]] float fact_card_height(Ui& ui, std::string_view label, std::string_view value, float width);

// Progress.
/// `done` of `steps` bars filled, from the start side; the current step counts as filled.
void progress_bar(Ui& ui, const Rect& rect, int done, int steps);
struct StepItem {
  std::string_view title{};
  std::string_view detail{};  ///< who; soft, in the middle
  std::string_view when{};    ///< at the end
  bool done = false;          ///< a tick instead of its number
};
/// A card with numbered rows and hairlines between them. Numbers are written in the page's digits.
void step_list(Ui& ui, const Rect& rect, std::span<const StepItem> items);
[[nodiscard]] float step_list_height(Ui& ui, std::span<const StepItem> items, float width);
/// A card with bulleted rows: what is needed, what is said.
void bullet_list(Ui& ui, const Rect& rect, std::span<const std::string> rows);
[[nodiscard]] float bullet_list_height(Ui& ui, std::span<const std::string> rows, float width);
/// Moves only once the wait has lasted 300 ms; nothing is drawn before. Asks for its own frames.
void spinner(Ui& ui, const Rect& rect, SteadyTime waiting_for, Colour colour);

// Pictures.
/// The sheet that is printed, on white with a paper shadow, as large as fits into the rectangle from its
/// top; returns where it lies. The picture is held in the atlas until Ui::reset().
Rect receipt_preview(Ui& ui, const Rect& rect, const Bitmap& paper);
/// Eight-pointed stars joined by crosses, drawn from geometry with thin lines; `strength` 0..1 in the middle of
/// the rectangle, fading towards its edges. For the welcome screen only.
void draw_girih(Ui& ui, const Rect& rect, Colour colour, float strength);

/// ASCII digits of the text written in the page's digits (Persian ones in Persian).
[[nodiscard]] std::string local_digits(std::string_view text, Language language);

}  // namespace pishkhan::toolkit
