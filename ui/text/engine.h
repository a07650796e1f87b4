#pragma once

#include "ui/text/fonts.h"
#include "ui/text/layout.h"
#include "ui/text/style.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace pishkhan::text {

/// Sets text into lines and remembers what it set. Paragraphs end at line feeds; lines break by UAX #14 in
/// logical order (inside a word only where a word is wider than the line), then each line is reordered by
/// UAX #9 and shaped. Bytes that are not UTF-8 are shown as U+FFFD; what lies beyond 64 KiB
/// is not shown. Thread: one at a time, the one that
/// uses its Fonts.
class Engine {
 public:
  /// Borrows the fonts. `capacity` is how many layouts it remembers.
  explicit Engine(const Fonts& fonts, std::size_t capacity = 512);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// `maximum_width` in pixels; kUnlimited, or anything not above zero, never breaks a line. The reference
  /// stays good until forget(), or until `capacity` other texts were asked for: use it, do not keep it.
  const Layout& lay_out(std::string_view utf8, const Style& style, float maximum_width = kUnlimited);

  /// Overwrites every remembered text and layout and the scratch memory of the libraries. Called at the end
  /// of a visit; afterwards the heap holds no copy of what was set.
  void forget();

  [[nodiscard]] std::size_t remembered() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pishkhan::text
