#include "ui/text/fonts.h"

#include "ui/text/font_set.h"

#include <utility>

namespace pishkhan::text {

FontPaths default_font_paths(const std::filesystem::path& assets) {
  const std::filesystem::path fonts = assets / "fonts";
  const std::filesystem::path noto = "/usr/share/fonts/truetype/noto";
  FontPaths paths;
  paths.regular = fonts / "Vazirmatn-Regular.ttf";
  paths.medium = fonts / "Vazirmatn-Medium.ttf";
  paths.bold = fonts / "Vazirmatn-Bold.ttf";
  std::error_code error;
  if (const auto icons = assets / "icons" / "icons.ttf"; std::filesystem::exists(icons, error))
    paths.icons = icons;
  paths.fallback = {noto / "NotoSansArabicUI-Regular.ttf", noto / "NotoSans-Regular.ttf"};
  return paths;
}

Fonts::Fonts(std::unique_ptr<FontSet> set) : set_(std::move(set)) {}
Fonts::Fonts(Fonts&&) noexcept = default;
Fonts& Fonts::operator=(Fonts&&) noexcept = default;
Fonts::~Fonts() = default;

Result<Fonts, TextFault> Fonts::open(const FontPaths& paths) {
  auto set = FontSet::open(paths);
  if (!set) return fail(set.error());
  return Fonts(std::move(*set));
}

bool Fonts::has_icon(char32_t code_point) const {
  const auto icons = set_->icons();
  return icons && set_->glyph_of(*icons, code_point) != 0;
}

}  // namespace pishkhan::text
