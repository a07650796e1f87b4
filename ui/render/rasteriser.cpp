#include "ui/render/rasteriser.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pishkhan::render {
namespace {

std::uint32_t divide_by_255(std::uint32_t value) {
  return (value + 128 + ((value + 128) >> 8)) >> 8;
}

std::uint32_t to_picture(std::uint32_t colour) {
  return 0xFF000000U | (colour & 0xFFU) << 16 | (colour & 0xFF00U) | (colour >> 16 & 0xFFU);
}

void blend(std::uint32_t& pixel, std::uint32_t source, std::uint32_t alpha) {
  if (alpha == 0) return;
  if (alpha == 255) {
    pixel = source;
    return;
  }
  const std::uint32_t rest = 255 - alpha;
  // Red and blue together: their products stay 8 bits apart.
  std::uint32_t red_blue = (source & 0x00FF00FFU) * alpha + (pixel & 0x00FF00FFU) * rest + 0x00800080U;
  red_blue = (red_blue + (red_blue >> 8 & 0x00FF00FFU)) >> 8 & 0x00FF00FFU;
  std::uint32_t green = (source & 0x0000FF00U) * alpha + (pixel & 0x0000FF00U) * rest + 0x00008000U;
  green = (green + (green >> 8 & 0x0000FF00U)) >> 8 & 0x0000FF00U;
  pixel = 0xFF000000U | red_blue | green;
}

std::uint32_t* row_of(Picture& picture, int y) {
  return picture.pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width);
}

std::uint32_t texel(const AlphaImage& image, int u, int v) {
  u = std::clamp(u, 0, image.width - 1);
  v = std::clamp(v, 0, image.height - 1);
  return image.pixels[static_cast<std::size_t>(v) * static_cast<std::size_t>(image.width) +
                      static_cast<std::size_t>(u)];
}

void fill(const PixelRect& rect, std::uint32_t source, std::uint32_t alpha, Picture& picture) {
  for (int y = rect.top; y < rect.bottom; ++y) {
    std::uint32_t* row = row_of(picture, y);
    if (alpha == 255) {
      std::fill(row + rect.left, row + rect.right, source);
    } else {
      for (int x = rect.left; x < rect.right; ++x) blend(row[x], source, alpha);
    }
  }
}

/// One axis of a textured rectangle: texel = which(pixel). Nearest texel; exact where a texel is a pixel.
class Axis {
 public:
  Axis(float pixel0, float pixel1, float texel0, float texel1)
      : first_(std::lround(pixel0)),
        texel0_(texel0),
        low_(static_cast<int>(std::floor(std::min(texel0, texel1)))),
        high_(std::max(low_, static_cast<int>(std::ceil(std::max(texel0, texel1))) - 1)) {
    const long count = std::lround(pixel1) - first_;
    step_ = count > 0 ? (texel1 - texel0) / static_cast<float>(count) : 0;
  }
  [[nodiscard]] int which(int pixel) const {
    const float at = texel0_ + (static_cast<float>(pixel - first_) + 0.5F) * step_;
    return std::clamp(static_cast<int>(std::floor(at)), low_, high_);
  }
  [[nodiscard]] bool constant() const { return low_ == high_; }
  [[nodiscard]] bool one_to_one() const { return step_ == 1.0F; }

 private:
  long first_;
  float texel0_;
  int low_;
  int high_;
  float step_ = 0;
};

void draw_rectangle(const Primitive& primitive, const PixelRect& rect, const AlphaImage& image,
                    Picture& picture) {
  const Corner& a = primitive.corners[0];
  const Corner& b = primitive.corners[1];
  const std::uint32_t source = to_picture(a.colour);
  const std::uint32_t opacity = a.colour >> 24;
  const Axis across(a.x, b.x, a.u, b.u);
  const Axis down(a.y, b.y, a.v, b.v);
  if (across.constant() && down.constant()) {
    fill(rect, source, divide_by_255(opacity * texel(image, across.which(rect.left), down.which(rect.top))),
         picture);
    return;
  }
  for (int y = rect.top; y < rect.bottom; ++y) {
    std::uint32_t* row = row_of(picture, y);
    const int v = std::clamp(down.which(y), 0, image.height - 1);
    const std::uint8_t* texels =
        image.pixels.data() + static_cast<std::size_t>(v) * static_cast<std::size_t>(image.width);
    if (across.constant()) {
      fill({rect.left, y, rect.right, y + 1}, source,
           divide_by_255(opacity * texel(image, across.which(rect.left), v)), picture);
    } else if (across.one_to_one()) {
      const std::uint8_t* run = texels + across.which(rect.left);
      for (int x = rect.left; x < rect.right; ++x, ++run) {
        if (*run != 0) blend(row[x], source, divide_by_255(opacity * *run));
      }
    } else {
      for (int x = rect.left; x < rect.right; ++x) {
        blend(row[x], source, divide_by_255(opacity * texel(image, across.which(x), v)));
      }
    }
  }
}

/// Corners in 256ths of a pixel, so that neighbouring triangles share their edge exactly.
struct FixedPoint {
  std::int64_t x;
  std::int64_t y;
};

FixedPoint fixed(const Corner& corner) {
  const auto to_fixed = [](float v) { return std::llround(std::clamp(v, -30000.0F, 30000.0F) * 256.0F); };
  return {to_fixed(corner.x), to_fixed(corner.y)};
}

/// a * x + b * y + c, not negative on the inner side; pixels on the edge belong to it if it is a top or left
/// one.
struct Edge {
  std::int64_t a;
  std::int64_t b;
  std::int64_t c;
  Edge(FixedPoint from, FixedPoint to) : a(from.y - to.y), b(to.x - from.x), c(from.x * to.y - to.x * from.y) {}
  [[nodiscard]] std::int64_t at(std::int64_t x, std::int64_t y) const { return a * x + b * y + c; }
  [[nodiscard]] std::int64_t least() const { return a > 0 || (a == 0 && b > 0) ? 0 : 1; }
};

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return value % by != 0 && (value < 0) != (by < 0) ? quotient - 1 : quotient;
}

/// Narrows [left, right) to the pixels of the row at which the edge is met.
void narrow(const Edge& edge, std::int64_t y, std::int64_t& left, std::int64_t& right) {
  // a * (256 x + 128) + rest >= least
  const std::int64_t rest = edge.b * y + edge.c + 128 * edge.a - edge.least();
  const std::int64_t step = 256 * edge.a;
  if (step > 0) {
    left = std::max(left, -floor_divide(rest, step));
  } else if (step < 0) {
    right = std::min(right, floor_divide(rest, -step) + 1);
  } else if (rest < 0) {
    right = left;
  }
}

class Triangle {
 public:
  Triangle(const Primitive& primitive, const AlphaImage& image) : corners_(primitive.corners), image_(image) {
    if (doubled_area() < 0) std::swap(corners_[1], corners_[2]);
  }
  void draw(const PixelRect& rect, Picture& picture) const {
    const FixedPoint p0 = fixed(corners_[0]);
    const FixedPoint p1 = fixed(corners_[1]);
    const FixedPoint p2 = fixed(corners_[2]);
    const std::int64_t area = doubled_area();
    if (area <= 0) return;
    const Edge edges[3] = {{p1, p2}, {p2, p0}, {p0, p1}};
    for (int y = rect.top; y < rect.bottom; ++y) {
      const std::int64_t middle = 256 * static_cast<std::int64_t>(y) + 128;
      std::int64_t left = rect.left;
      std::int64_t right = rect.right;
      for (const Edge& edge : edges) narrow(edge, middle, left, right);
      std::uint32_t* row = row_of(picture, y);
      for (std::int64_t x = left; x < right; ++x) {
        const std::int64_t at = 256 * x + 128;
        const double inverse = 1.0 / static_cast<double>(area);
        shade(row[x], static_cast<double>(edges[0].at(at, middle)) * inverse,
              static_cast<double>(edges[1].at(at, middle)) * inverse);
      }
    }
  }

 private:
  [[nodiscard]] std::int64_t doubled_area() const {
    const FixedPoint p0 = fixed(corners_[0]);
    const FixedPoint p1 = fixed(corners_[1]);
    const FixedPoint p2 = fixed(corners_[2]);
    return (p1.x - p0.x) * (p2.y - p0.y) - (p2.x - p0.x) * (p1.y - p0.y);
  }
  void shade(std::uint32_t& pixel, double share0, double share1) const {
    const double share2 = 1.0 - share0 - share1;
    std::uint32_t colour = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
      const double value = share0 * (corners_[0].colour >> shift & 255U) +
                           share1 * (corners_[1].colour >> shift & 255U) +
                           share2 * (corners_[2].colour >> shift & 255U);
      colour |= static_cast<std::uint32_t>(std::clamp(value + 0.5, 0.0, 255.0)) << shift;
    }
    const double u = share0 * corners_[0].u + share1 * corners_[1].u + share2 * corners_[2].u;
    const double v = share0 * corners_[0].v + share1 * corners_[1].v + share2 * corners_[2].v;
    const std::uint32_t alpha = texel(image_, static_cast<int>(std::floor(u)), static_cast<int>(std::floor(v)));
    blend(pixel, to_picture(colour), divide_by_255((colour >> 24) * alpha));
  }
  std::array<Corner, 3> corners_;
  const AlphaImage& image_;
};

}  // namespace

void rasterise(std::span<const Primitive> primitives, const PixelRect& rect, std::uint32_t ground,
               const AlphaImage& image, Picture& picture) {
  fill(rect, ground, 255, picture);
  for (const Primitive& primitive : primitives) {
    const PixelRect part = primitive.bounds.intersected(rect);
    if (part.empty()) continue;
    if (primitive.kind == Primitive::Kind::Rectangle) {
      draw_rectangle(primitive, part, image, picture);
    } else {
      Triangle(primitive, image).draw(part, picture);
    }
  }
}

}  // namespace pishkhan::render
