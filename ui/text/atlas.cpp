#include "ui/text/atlas.h"

#include "base/core/ensure.h"
#include "base/core/personal.h"
#include "ui/text/font_set.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace pishkhan::text {
namespace {

/// Empty texels around every picture, so that filtering never reaches its neighbour.
constexpr int kGap = 1;
constexpr int kWhiteBlock = 4;
constexpr int kLargestCorner_px = 256;

enum class Kind : std::uint64_t { Glyph, Icon, Box, Border };

/// kind 2 bits, font 6, glyph or code point or radius 24, size in 64ths 20 (or a border's width), subpixel 2.
std::uint64_t key_of(Kind kind, FontIndex font, std::uint32_t id, std::uint32_t size, int subpixel) {
  return static_cast<std::uint64_t>(kind) << 62U | static_cast<std::uint64_t>(font & 0x3FU) << 56U |
         static_cast<std::uint64_t>(id & 0xFFFFFFU) << 32U | static_cast<std::uint64_t>(size & 0xFFFFFU) << 4U |
         static_cast<std::uint64_t>(subpixel & 3);
}

std::uint32_t in_64ths(float size_px) {
  return static_cast<std::uint32_t>(std::lround(std::max(size_px, 0.0F) * 64));
}

/// How much of the pixel (x, y) a box of `size` with round corners covers, by its distance from the edge.
float coverage(int x, int y, float size, float inset, float radius) {
  const float half = size / 2 - inset;
  const float across = std::fabs(static_cast<float>(x) + 0.5F - size / 2) - (half - radius);
  const float down = std::fabs(static_cast<float>(y) + 0.5F - size / 2) - (half - radius);
  const float outside = std::hypot(std::max(across, 0.0F), std::max(down, 0.0F));
  const float distance = outside + std::min(std::max(across, down), 0.0F) - radius;
  return std::clamp(0.5F - distance, 0.0F, 1.0F);
}

std::vector<std::uint8_t> draw_box(int size, int radius, int border) {
  const auto side = static_cast<float>(size);
  std::vector<std::uint8_t> alpha;
  alpha.reserve(static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      float covered = coverage(x, y, side, 0, static_cast<float>(radius));
      if (border > 0) {
        covered -=
            coverage(x, y, side, static_cast<float>(border), static_cast<float>(std::max(radius - border, 0)));
      }
      alpha.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(covered, 0.0F, 1.0F) * 255)));
    }
  }
  return alpha;
}

}  // namespace

Atlas::Atlas(const Fonts& fonts, int width, int height, int maximum_height)
    : fonts_(&fonts.set()),
      width_(width),
      height_(height),
      first_height_(height),
      maximum_height_(maximum_height) {
  ENSURE(width >= 64 && height >= 64 && maximum_height >= height, "an atlas has room for a few letters");
  start_anew();
}

void Atlas::start_anew() {
  pixels_.assign(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_), 0);
  shelves_.clear();
  places_.clear();
  picture_places_.clear();
  ++generation_;
  put_white();
  dirty_ = Area{0, 0, width_, height_};
}

void Atlas::put_white() {
  const std::vector<std::uint8_t> block(static_cast<std::size_t>(kWhiteBlock * kWhiteBlock), 255);
  const auto place = try_place(kWhiteBlock, kWhiteBlock, block);
  ENSURE(place, "an empty atlas has room for the white block");
  white_ = {static_cast<float>(place->x) + kWhiteBlock / 2.0F,
            static_cast<float>(place->y) + kWhiteBlock / 2.0F};
}

bool Atlas::make_room() {
  if (height_ < maximum_height_) {
    height_ = std::min(height_ * 2, maximum_height_);
    pixels_.resize(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_), 0);
    ++generation_;
    dirty_ = Area{0, 0, width_, height_};
    return true;
  }
  if (places_.empty() && picture_places_.empty()) return false;
  start_anew();
  return true;
}

std::optional<AtlasRect> Atlas::place(int width, int height, std::span<const std::uint8_t> alpha) {
  const int white_shelf = kWhiteBlock + 2 * kGap;
  if (width + 2 * kGap > width_ || height + 2 * kGap + white_shelf > maximum_height_) return std::nullopt;
  for (;;) {
    if (const auto found = try_place(width, height, alpha)) return found;
    if (!make_room()) return std::nullopt;
  }
}

std::optional<AtlasRect> Atlas::try_place(int width, int height, std::span<const std::uint8_t> alpha) {
  const int outer_width = width + 2 * kGap;
  const int outer_height = height + 2 * kGap;
  Shelf* best = nullptr;
  for (Shelf& shelf : shelves_) {
    const bool fits = shelf.height >= outer_height && shelf.used + outer_width <= width_;
    // A shelf much too high would be wasted on small letters.
    if (fits && shelf.height <= outer_height + outer_height / 4 + 4 &&
        (best == nullptr || shelf.height < best->height)) {
      best = &shelf;
    }
  }
  if (best == nullptr) {
    const int y = shelves_.empty() ? 0 : shelves_.back().y + shelves_.back().height;
    if (y + outer_height > height_ || outer_width > width_) return std::nullopt;
    shelves_.push_back({y, outer_height, 0});
    best = &shelves_.back();
  }
  AtlasRect rect;
  rect.x = best->used + kGap;
  rect.y = best->y + kGap;
  rect.width = width;
  rect.height = height;
  best->used += outer_width;
  for (int row = 0; row < height; ++row) {
    const auto target = static_cast<std::size_t>(rect.y + row) * static_cast<std::size_t>(width_);
    const auto source = static_cast<std::size_t>(row) * static_cast<std::size_t>(width);
    std::memcpy(pixels_.data() + target + static_cast<std::size_t>(rect.x), alpha.data() + source,
                static_cast<std::size_t>(width));
  }
  mark_dirty({rect.x, rect.y, width, height});
  return rect;
}

std::optional<AtlasRect> Atlas::remember(Key key, AtlasRect shape, std::span<const std::uint8_t> alpha) {
  if (shape.width > 0 && shape.height > 0) {
    const auto rect = place(shape.width, shape.height, alpha);
    if (!rect) return std::nullopt;
    shape.x = rect->x;
    shape.y = rect->y;
  }
  places_.emplace(key, shape);
  return shape;
}

std::optional<AtlasRect> Atlas::glyph(FontIndex font, std::uint32_t glyph_id, float size_px, int subpixel) {
  const Key key = key_of(Kind::Glyph, font, glyph_id, in_64ths(size_px), subpixel);
  if (const auto known = places_.find(key); known != places_.end()) return known->second;
  GlyphPicture picture;
  // A glyph that cannot be drawn is remembered as one without ink.
  if (!fonts_->draw(font, glyph_id, size_px, subpixel * 16, picture)) picture = {};
  return remember(key, {0, 0, picture.width, picture.height, picture.left, picture.top}, picture.alpha);
}

std::optional<AtlasRect> Atlas::icon(char32_t code_point, float size_px) {
  const Key key = key_of(Kind::Icon, 0, code_point, in_64ths(size_px), 0);
  if (const auto known = places_.find(key); known != places_.end()) return known->second;
  GlyphPicture picture;
  if (!fonts_->draw_icon(code_point, size_px, picture)) return std::nullopt;
  return remember(key, {0, 0, picture.width, picture.height, picture.left, picture.top}, picture.alpha);
}

std::optional<NineSlice> Atlas::rounded_box(int radius) {
  const int corner = std::max(std::clamp(radius, 0, kLargestCorner_px), 1);
  const Key key = key_of(Kind::Box, 0, static_cast<std::uint32_t>(corner), radius > 0 ? 1 : 0, 0);
  if (const auto known = places_.find(key); known != places_.end()) return NineSlice{known->second, corner};
  const int size = 2 * corner + 2;
  const auto rect = remember(key, {0, 0, size, size, 0, 0}, draw_box(size, radius > 0 ? corner : 0, 0));
  if (!rect) return std::nullopt;
  return NineSlice{*rect, corner};
}

std::optional<NineSlice> Atlas::rounded_border(int radius, int width) {
  const int round = std::clamp(radius, 0, kLargestCorner_px);
  const int border = std::clamp(width, 1, kLargestCorner_px);
  const int corner = std::max(round, border);
  const Key key =
      key_of(Kind::Border, 0, static_cast<std::uint32_t>(round), static_cast<std::uint32_t>(border), 0);
  if (const auto known = places_.find(key); known != places_.end()) return NineSlice{known->second, corner};
  const int size = 2 * corner + 2;
  const auto rect = remember(key, {0, 0, size, size, 0, 0}, draw_box(size, round, border));
  if (!rect) return std::nullopt;
  return NineSlice{*rect, corner};
}

bool Atlas::add_picture(std::string_view id, int width, int height, std::span<const std::uint8_t> alpha) {
  ENSURE(width >= 0 && height >= 0 &&
             alpha.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
         "a picture has width times height pixels");
  remove_picture(id);
  if (width == 0 || height == 0) return false;
  StoredPicture stored;
  stored.width = width;
  stored.height = height;
  stored.alpha.assign(alpha.begin(), alpha.end());
  pictures_.emplace(std::string(id), std::move(stored));
  if (picture(id)) return true;
  remove_picture(id);
  return false;
}

std::optional<AtlasRect> Atlas::picture(std::string_view id) {
  if (const auto known = picture_places_.find(id); known != picture_places_.end()) return known->second;
  const auto stored = pictures_.find(id);
  if (stored == pictures_.end()) return std::nullopt;
  const auto rect = place(stored->second.width, stored->second.height, stored->second.alpha);
  if (rect) picture_places_.emplace(std::string(id), *rect);
  return rect;
}

void Atlas::remove_picture(std::string_view id) {
  if (const auto known = picture_places_.find(id); known != picture_places_.end()) {
    const AtlasRect rect = known->second;
    for (int row = 0; row < rect.height; ++row) {
      const auto at = static_cast<std::size_t>(rect.y + row) * static_cast<std::size_t>(width_);
      wipe(pixels_.data() + at + static_cast<std::size_t>(rect.x), static_cast<std::size_t>(rect.width));
    }
    mark_dirty({rect.x, rect.y, rect.width, rect.height});
    picture_places_.erase(known);
  }
  if (const auto stored = pictures_.find(id); stored != pictures_.end()) pictures_.erase(stored);
}

void Atlas::forget() {
  pictures_.clear();
  wipe(pixels_.data(), pixels_.size());
  height_ = first_height_;
  WipedVector<std::uint8_t>().swap(pixels_);
  start_anew();
}

void Atlas::mark_dirty(const Area& area) {
  if (!dirty_) {
    dirty_ = area;
    return;
  }
  const int right = std::max(dirty_->x + dirty_->width, area.x + area.width);
  const int bottom = std::max(dirty_->y + dirty_->height, area.y + area.height);
  dirty_->x = std::min(dirty_->x, area.x);
  dirty_->y = std::min(dirty_->y, area.y);
  dirty_->width = right - dirty_->x;
  dirty_->height = bottom - dirty_->y;
}

std::optional<Atlas::Area> Atlas::take_dirty() {
  return std::exchange(dirty_, std::nullopt);
}

}  // namespace pishkhan::text
