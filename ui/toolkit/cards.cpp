#include "ui/toolkit/widgets.h"

#include <algorithm>
#include <array>

namespace pishkhan::toolkit {
namespace {

struct TileParts {
  float square;
  float padding;
  TextStyle title;
  TextStyle subtitle;
};

TileParts tile_parts(const Theme& theme) {
  return {.square = theme.icon * 2.3F,
          .padding = theme.gap_32,
          .title = {.type = Type::Lead, .weight = Weight::Bold},
          .subtitle = {.type = Type::Small, .colour = theme.ink_soft}};
}

float words_width(const Theme& theme, const TileParts& parts, float width) {
  return width - 2 * parts.padding - parts.square - theme.gap_24;
}

struct NoticePaint {
  Colour strong;
  Colour soft;
  Icon icon;
};

NoticePaint notice_paint(const Theme& theme, NoticeKind kind) {
  switch (kind) {
    case NoticeKind::Info:
      break;
    case NoticeKind::Notice:
      return {theme.saffron, theme.saffron_soft, Icon::Info};
    case NoticeKind::Error:
      return {theme.ruby, theme.ruby_soft, Icon::Error};
    case NoticeKind::Done:
      return {theme.leaf, theme.leaf_soft, Icon::Done};
  }
  return {theme.turquoise, theme.turquoise_soft, Icon::Info};
}

}  // namespace

void card(Ui& ui, const Rect& rect) {
  const Theme& theme = ui.theme();
  ui.fill_rounded(rect, theme.radius_card, theme.card);
  ui.border_rounded(rect, theme.radius_card, theme.hairline, theme.line);
}

bool tile(Ui& ui, const Rect& rect, const TileSpec& spec) {
  const Touch touch = ui.touch(spec.id, rect, spec.title);
  const Theme& theme = ui.theme();
  const TileParts parts = tile_parts(theme);
  const bool open = spec.open == Enabled::Yes;
  ui.fill_rounded(rect, theme.radius_card, touch.pressed ? theme.turquoise_soft : theme.card);
  ui.border_rounded(rect, theme.radius_card, theme.hairline, touch.pressed ? theme.deep : theme.line);
  Rect inner = rect.inset(parts.padding, 0);
  const Rect square = ui.cut_start(inner, parts.square, theme.gap_24).centred(parts.square, parts.square);
  ui.fill_rounded(square, theme.radius_button, open ? theme.turquoise_soft : theme.paper);
  if (theme.high_contrast) ui.border_rounded(square, theme.radius_button, theme.hairline, theme.line);
  ui.icon(square, spec.icon, theme.icon * 1.4F, open ? theme.deep : theme.ink_soft);
  const float words = ui.text_height(spec.title, parts.title, inner.w) +
                      (spec.subtitle.empty() ? 0 : ui.text_height(spec.subtitle, parts.subtitle, inner.w));
  Rect block = inner.centred(inner.w, words);
  block.cut_top(ui.text(block, spec.title, parts.title));
  if (!spec.subtitle.empty()) ui.text(block, spec.subtitle, parts.subtitle);
  return touch.tapped;
}

float tile_height(Ui& ui, const TileSpec& spec, float width) {
  const Theme& theme = ui.theme();
  const TileParts parts = tile_parts(theme);
  const float inner = words_width(theme, parts, width);
  const float words = ui.text_height(spec.title, parts.title, inner) +
                      (spec.subtitle.empty() ? 0 : ui.text_height(spec.subtitle, parts.subtitle, inner));
  return std::max(parts.square, words) + 2 * (theme.gap_32 + theme.gap_4);
}

void notice(Ui& ui, const Rect& rect, NoticeKind kind, std::string_view words) {
  const Theme& theme = ui.theme();
  const NoticePaint paint = notice_paint(theme, kind);
  ui.fill_rounded(rect, theme.radius_card, paint.soft);
  ui.border_rounded(rect, theme.radius_card, theme.hairline, paint.strong);
  Rect inner = rect.inset(theme.gap_24, theme.gap_16);
  const float first_line = theme.text_size(Type::Body) * 1.6F;
  Rect side = ui.cut_start(inner, theme.icon, theme.gap_16);
  const float height = ui.text_height(words, {.type = Type::Body}, inner.w);
  const Rect block = inner.centred(inner.w, height);
  ui.icon({side.x, block.y, side.w, first_line}, paint.icon, theme.icon, paint.strong);
  ui.text(block, words, {.type = Type::Body});
}

float notice_height(Ui& ui, NoticeKind /*kind*/, std::string_view words, float width) {
  const Theme& theme = ui.theme();
  const float inner = width - 2 * theme.gap_24 - theme.icon - theme.gap_16;
  return ui.text_height(words, {.type = Type::Body}, inner) + 2 * theme.gap_24;
}

void fact_card(Ui& ui, const Rect& rect, Icon icon, std::string_view label, std::string_view value) {
  const Theme& theme = ui.theme();
  card(ui, rect);
  Rect inner = rect.inset(theme.gap_32, theme.gap_32);
  const float size = theme.icon * 1.2F;
  Rect top = inner.cut_top(size, theme.gap_12);
  ui.icon(ui.cut_start(top, size), icon, size, theme.turquoise);
  inner.cut_top(ui.text(inner, label, {.type = Type::Body, .colour = theme.ink_soft}));
  ui.text(inner, value, {.type = Type::Subtitle, .weight = Weight::Bold});
}

float fact_card_height(Ui& ui, std::string_view label, std::string_view value, float width) {
  const Theme& theme = ui.theme();
  const float inner = width - 2 * theme.gap_32;
  return 2 * theme.gap_32 + theme.icon * 1.2F + theme.gap_12 +
         ui.text_height(label, {.type = Type::Body}, inner) +
         ui.text_height(value, {.type = Type::Subtitle, .weight = Weight::Bold}, inner);
}

std::string local_digits(std::string_view text, Language language) {
  if (language != Language::Persian) return std::string(text);
  std::string result;
  result.reserve(text.size() * 2);
  for (const char letter : text) {
    if (letter >= '0' && letter <= '9') {
      result += '\xDB';  // U+06F0 .. U+06F9 are DB B0 .. DB B9
      result += static_cast<char>(0xB0 + (letter - '0'));
    } else {
      result += letter;
    }
  }
  return result;
}

}  // namespace pishkhan::toolkit
