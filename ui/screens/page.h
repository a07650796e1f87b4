#pragma once

#include "base/core/translations.h"
#include "ui/screens/action.h"
#include "ui/screens/view.h"
#include "ui/toolkit/ui.h"
#include "ui/toolkit/widgets.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan::screens {

/// What the functions that draw one screen share: where to draw, in which words, and where to put what the
/// person asked for. For the sources of ui/screens only. Lives for one frame.
class Page {
 public:
  Page(toolkit::Ui& the_ui, const Translations& translations, const Situation& the_situation)
      : ui(the_ui), situation(the_situation), translations_(translations) {}
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  toolkit::Ui& ui;
  const Situation& situation;

  [[nodiscard]] const toolkit::Theme& theme() const { return ui.theme(); }
  [[nodiscard]] Language language() const { return situation.language; }
  [[nodiscard]] const services::City& city() const { return situation.catalogue->city; }

  /// The sentence in the visit's language. Sentences in the sources are English, always literals, so that a
  /// test finds those without a translation.
  [[nodiscard]] std::string_view tr(std::string_view sentence) const;
  /// For what must be understood before a language was chosen: the English words beside the translated ones.
  [[nodiscard]] static std::string_view english(std::string_view sentence) { return sentence; }
  [[nodiscard]] std::string_view in(const services::LocalText& text) const { return text.in(language()); }
  /// In the digits of the visit's language.
  [[nodiscard]] std::string number(std::int64_t value) const;

  void ask(Action action) { actions_.push_back(std::move(action)); }
  [[nodiscard]] Actions take_actions() { return std::move(actions_); }

  // Text that flows: it takes the height that it needs off the top of the column.
  void flow(toolkit::Rect& column, std::string_view words, const toolkit::TextStyle& style, float gap_after);
  /// The question of the screen.
  void question(toolkit::Rect& column, std::string_view words);
  /// A smaller heading over one part of the screen.
  void heading(toolkit::Rect& column, std::string_view words);
  void paragraph(toolkit::Rect& column, std::string_view words);
  /// One soft line after an icon.
  void remark(toolkit::Rect& column, toolkit::Icon icon, std::string_view words);
  void notice(toolkit::Rect& column, toolkit::NoticeKind kind, std::string_view words);
  /// A large picture on a round ground, at the start of the column.
  void picture(toolkit::Rect& column, toolkit::Icon icon, toolkit::Colour ground, toolkit::Colour ink);
  void bullets(toolkit::Rect& column, std::span<const std::string> rows);

  /// Text in a place of a given size, in the largest type, from `style.type` downwards, with which it fits.
  void fit(const toolkit::Rect& rect, std::string_view words, toolkit::TextStyle style);
  /// Counts text that did not fit into its place; the tests demand zero.
  void require_room(float wanted, float given) { overflows_ += wanted > given + 1 ? 1 : 0; }
  [[nodiscard]] int overflows() const { return overflows_; }
  bool button(const toolkit::Rect& rect, const toolkit::ButtonSpec& spec);

 private:
  const Translations& translations_;
  Actions actions_;
  int overflows_ = 0;
};

/// Draws the view without its overlay (draw.cpp holds the list of all screens).
void draw_view(Page& page, const View& view);

}  // namespace pishkhan::screens
