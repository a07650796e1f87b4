#pragma once

#include "base/core/result.h"
#include "ui/text/style.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace pishkhan::text {

/// Which font of a Fonts; meaningless elsewhere.
using FontIndex = std::uint8_t;

struct FontPaths {
  std::filesystem::path regular;
  std::filesystem::path medium;
  std::filesystem::path bold;
  std::optional<std::filesystem::path> icons;  ///< glyphs are looked up by code point (private use area)
  /// Tried in order for letters that the chosen weight lacks. One that is not installed is left out; one
  /// that is damaged is a fault.
  std::vector<std::filesystem::path> fallback;
};

/// Vazirmatn and icons.ttf (if it is there) below an assets directory, and Debian's Noto Sans Arabic UI and
/// Noto Sans as fallback.
[[nodiscard]] FontPaths default_font_paths(const std::filesystem::path& assets);

struct TextFault {
  enum class Kind { FontMissing, FontDamaged };
  Kind kind;
  std::filesystem::path file;
};

class FontSet;

/// The loaded font files with their shaping and drawing state. Owned by whoever starts the program; Engine,
/// Atlas and the paper functions borrow it. Thread: one thread at a time (the faces hold scratch memory);
/// a worker that sets receipts opens its own.
class Fonts {
 public:
  static Result<Fonts, TextFault> open(const FontPaths& paths);
  Fonts(Fonts&&) noexcept;
  Fonts& operator=(Fonts&&) noexcept;
  ~Fonts();

  [[nodiscard]] bool has_icon(char32_t code_point) const;
  /// For the sources of ui/text only.
  [[nodiscard]] FontSet& set() const { return *set_; }

 private:
  explicit Fonts(std::unique_ptr<FontSet> set);
  std::unique_ptr<FontSet> set_;
};

}  // namespace pishkhan::text
