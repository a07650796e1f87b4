#pragma once

#include <cstdint>

namespace pishkhan::toolkit {

/// 0xAARRGGBB, not premultiplied.
struct Colour {
  std::uint32_t argb = 0;
  [[nodiscard]] constexpr Colour with_opacity(float opacity) const {
    const auto alpha = static_cast<std::uint32_t>(static_cast<float>(argb >> 24) * opacity + 0.5F);
    return {(argb & 0x00FFFFFFU) | alpha << 24};
  }
  friend constexpr bool operator==(Colour, Colour) = default;
};

/// `share` 0 gives `from`, 1 gives `to`.
[[nodiscard]] Colour mix(Colour from, Colour to, float share);
/// Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.1, "contrast ratio" and "relative luminance").
[[nodiscard]] double contrast_ratio(Colour one, Colour other);

enum class Contrast { Standard, High };
enum class TextSize { Normal, Large };
enum class Weight { Regular, Medium, Bold };

/// The type scale: 24, 27, 32, 36, 44, 52, 88 units.
enum class Type { Small, Body, Lead, Subtitle, Title, Display, Hero };

/// Every colour and length in one place. Screens use these and no number of their own.
struct Theme {
  // Text.
  Colour ink, ink_soft;
  // Grounds.
  Colour paper, card, line;
  // Header and main action; `on_deep` is the text on both.
  Colour deep, deep_2, on_deep, on_deep_soft;
  // Progress, focus and the grounds of pictures; never text.
  Colour turquoise, turquoise_soft;
  // Notice, error, done: the strong one for icon and border, the soft one as ground under ink.
  Colour saffron, saffron_soft, ruby, ruby_soft, leaf, leaf_soft;
  // Keyboard: its ground, a key, a quiet key, the edge under a key.
  Colour keyboard_ground, key, key_quiet, key_edge;
  // A main action that cannot be taken yet, and its text.
  Colour dimmed, on_dimmed;
  // Laid over a screen behind a dialogue.
  Colour veil;

  // Lengths, units.
  float gap_4 = 4, gap_8 = 8, gap_12 = 12, gap_16 = 16, gap_24 = 24, gap_32 = 32, gap_48 = 48;
  float margin = 48;  ///< of a page, left and right
  float radius_key = 16, radius_button = 24, radius_card = 28;
  float hairline = 2;
  float border = 3;  ///< of fields and secondary buttons
  float focus_ring = 6;
  float header_height = 136;
  float footer_height = 168;
  float button_height = 104;
  float key_height = 100;
  float row_height = 88;  ///< least height of anything in a list that is touched
  float field_height = 104;
  float icon = 44;
  float text_scale = 1;  ///< already in text_size(); 1.3 in large text
  bool high_contrast = false;

  [[nodiscard]] float text_size(Type type) const;

  static Theme make(Contrast contrast, TextSize size);
};

}  // namespace pishkhan::toolkit
