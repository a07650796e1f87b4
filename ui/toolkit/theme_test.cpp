#include "ui/toolkit/theme.h"

#include "ui/text/fonts.h"
#include "ui/toolkit/icon.h"
#include "ui/toolkit/widgets.h"

#include <doctest/doctest.h>

namespace pishkhan::toolkit {

TEST_CASE("body text reaches ten to one in every theme") {
  for (const Contrast contrast : {Contrast::Standard, Contrast::High}) {
    const Theme theme = Theme::make(contrast, TextSize::Normal);
    const std::pair<Colour, Colour> pairs[] = {
        {theme.ink, theme.paper},          {theme.ink, theme.card},      {theme.ink_soft, theme.paper},
        {theme.ink_soft, theme.card},      {theme.on_deep, theme.deep},  {theme.on_deep, theme.deep_2},
        {theme.ink, theme.turquoise_soft}, {theme.ink, theme.ruby_soft}, {theme.ink, theme.saffron_soft},
        {theme.ink, theme.leaf_soft},      {theme.ruby, theme.paper},    {theme.leaf, theme.paper},
        {theme.deep, theme.card},          {theme.ink, theme.key},       {theme.ink, theme.key_quiet},
    };
    for (const auto& [text, ground] : pairs) CHECK(contrast_ratio(text, ground) >= 10.0);
    CHECK(contrast_ratio(theme.on_dimmed, theme.dimmed) >= 7.0);
    CHECK(contrast_ratio(theme.on_deep_soft, theme.deep) >= 7.0);
    CHECK(contrast_ratio(theme.turquoise, theme.card) >= 3.0);  // a border that says where the focus is
  }
}

TEST_CASE("the ratios that the design claims are the computed ones") {
  const Theme theme = Theme::make(Contrast::Standard, TextSize::Normal);
  CHECK(contrast_ratio(theme.on_deep, theme.deep) == doctest::Approx(10.5).epsilon(0.006));
  CHECK(contrast_ratio(theme.on_deep, theme.deep_2) == doctest::Approx(12.4).epsilon(0.006));
  CHECK(contrast_ratio(theme.ink, theme.saffron_soft) == doctest::Approx(15.0).epsilon(0.006));
  CHECK(contrast_ratio(theme.ruby, theme.paper) == doctest::Approx(10.8).epsilon(0.006));
  CHECK(contrast_ratio(theme.leaf, theme.paper) == doctest::Approx(10.1).epsilon(0.006));
  CHECK(contrast_ratio({0xFF000000}, {0xFFFFFFFF}) == doctest::Approx(21));
}

TEST_CASE("large text is larger everywhere, and nothing to touch gets smaller") {
  const Theme normal = Theme::make(Contrast::Standard, TextSize::Normal);
  const Theme large = Theme::make(Contrast::Standard, TextSize::Large);
  for (const Type type :
       {Type::Small, Type::Body, Type::Lead, Type::Subtitle, Type::Title, Type::Display, Type::Hero}) {
    CHECK(large.text_size(type) >= 1.25F * normal.text_size(type));
  }
  CHECK(normal.text_size(Type::Body) == 27);
  CHECK(large.button_height >= normal.button_height);
  CHECK(large.row_height >= normal.row_height);
  CHECK(normal.row_height >= 88);
  CHECK(normal.button_height >= 104);
  CHECK(normal.key_height >= 100);
}

TEST_CASE("every icon has a name of its own and a picture in the font") {
  auto fonts = text::Fonts::open(text::default_font_paths("assets"));
  REQUIRE(fonts.has_value());
  for (const Icon icon : all_icons()) {
    CHECK_MESSAGE(fonts->has_icon(icon_code_point(icon)), icon_name(icon));
    CHECK(icon_by_name(icon_name(icon)) == icon);
  }
  CHECK_FALSE(icon_by_name("no such icon").has_value());
}

TEST_CASE("digits follow the page") {
  CHECK(local_digits("137 - 09", Language::Persian) == "۱۳۷ - ۰۹");
  CHECK(local_digits("137", Language::English) == "137");
}

}  // namespace pishkhan::toolkit
