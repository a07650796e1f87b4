#include "ui/toolkit/theme.h"

#include <array>
#include <cmath>

namespace pishkhan::toolkit {
namespace {

constexpr Colour opaque(std::uint32_t rgb) {
  return {0xFF000000U | rgb};
}

double linear(std::uint32_t channel) {
  const double value = static_cast<double>(channel) / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(Colour colour) {
  return 0.2126 * linear(colour.argb >> 16 & 255U) + 0.7152 * linear(colour.argb >> 8 & 255U) +
         0.0722 * linear(colour.argb & 255U);
}

void use_standard(Theme& theme) {
  theme.ink = opaque(0x0F1E24);
  theme.ink_soft = opaque(0x2B3B42);
  theme.paper = opaque(0xF6F4EE);
  theme.card = opaque(0xFFFFFF);
  theme.line = opaque(0xD9D4C6);
  theme.deep = opaque(0x0A464C);
  theme.deep_2 = opaque(0x083A3F);
  theme.on_deep = opaque(0xFFFFFF);
  theme.on_deep_soft = opaque(0xDDF0EE);
  theme.turquoise = opaque(0x0E8A8A);
  theme.turquoise_soft = opaque(0xDDF0EE);
  theme.saffron = opaque(0xC9790A);
  theme.saffron_soft = opaque(0xFCEFD9);
  theme.ruby = opaque(0x6E1122);
  theme.ruby_soft = opaque(0xFBE4E7);
  theme.leaf = opaque(0x0F4526);
  theme.leaf_soft = opaque(0xE0F1E5);
  theme.keyboard_ground = opaque(0xE7E3D8);
  theme.key = opaque(0xFFFFFF);
  theme.key_quiet = opaque(0xD6D0C1);
  theme.key_edge = opaque(0xC4BDAB);
  theme.dimmed = opaque(0xD9D4C6);
  theme.on_dimmed = opaque(0x2B3B42);
  theme.veil = {0xB3062023U};
}

// The same layout for eyes that need the most: black, white, and colour only where it is also said in words.
void use_high_contrast(Theme& theme) {
  theme.high_contrast = true;
  theme.ink = theme.ink_soft = opaque(0x000000);
  theme.paper = theme.card = opaque(0xFFFFFF);
  theme.line = opaque(0x000000);
  theme.deep = theme.deep_2 = opaque(0x00262B);
  theme.on_deep = theme.on_deep_soft = opaque(0xFFFFFF);
  theme.turquoise = opaque(0x00525A);
  theme.turquoise_soft = opaque(0xFFFFFF);
  theme.saffron = opaque(0x6B3C00);
  theme.ruby = opaque(0x5C0014);
  theme.leaf = opaque(0x00361A);
  theme.saffron_soft = theme.ruby_soft = theme.leaf_soft = opaque(0xFFFFFF);
  theme.keyboard_ground = opaque(0xFFFFFF);
  theme.key = opaque(0xFFFFFF);
  theme.key_quiet = opaque(0xE6E6E6);
  theme.key_edge = opaque(0x000000);
  theme.dimmed = opaque(0xE6E6E6);
  theme.on_dimmed = opaque(0x1A1A1A);
  theme.veil = {0xE6000000U};
  theme.hairline = 3;
  theme.border = 5;
  theme.focus_ring = 10;
}

void use_large_text(Theme& theme) {
  theme.text_scale = 1.3F;
  theme.header_height = 168;
  theme.footer_height = 192;
  theme.button_height = 128;
  theme.row_height = 112;
  theme.field_height = 128;
  theme.icon = 56;
}

}  // namespace

Colour mix(Colour from, Colour to, float share) {
  std::uint32_t result = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const auto a = static_cast<float>(from.argb >> shift & 255U);
    const auto b = static_cast<float>(to.argb >> shift & 255U);
    result |= static_cast<std::uint32_t>(a + (b - a) * share + 0.5F) << shift;
  }
  return {result};
}

double contrast_ratio(Colour one, Colour other) {
  const double a = luminance(one);
  const double b = luminance(other);
  return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

float Theme::text_size(Type type) const {
  constexpr std::array<float, 7> kSizes = {24, 27, 32, 36, 44, 52, 88};
  return kSizes[static_cast<std::size_t>(type)] * text_scale;
}

Theme Theme::make(Contrast contrast, TextSize size) {
  Theme theme;
  contrast == Contrast::High ? use_high_contrast(theme) : use_standard(theme);
  if (size == TextSize::Large) use_large_text(theme);
  return theme;
}

}  // namespace pishkhan::toolkit
