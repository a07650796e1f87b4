#include "ui/render/primitive.h"

#include <imgui/imgui.h>

#include <cmath>
#include <cstring>

namespace pishkhan::render {
namespace {

std::uint64_t stir(std::uint64_t hash, std::uint64_t word) {
  hash ^= word;
  hash *= 0x9E3779B97F4A7C15ULL;
  return hash ^ hash >> 29;
}

std::uint64_t stir_bytes(std::uint64_t hash, std::span<const std::uint8_t> bytes) {
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    hash = stir(hash, word);
  }
  std::uint64_t rest = bytes.size();
  for (; at < bytes.size(); ++at) rest = rest << 8 | bytes[at];
  return stir(hash, rest);
}

std::uint64_t bits(float a, float b) {
  std::uint32_t words[2];
  std::memcpy(&words[0], &a, 4);
  std::memcpy(&words[1], &b, 4);
  return static_cast<std::uint64_t>(words[0]) << 32 | words[1];
}

std::uint64_t bits(int a, int b) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(a)) << 32 | static_cast<std::uint32_t>(b);
}

// The texels themselves are hashed, not their place: an atlas that was packed anew damages nothing, and a
// picture replaced in its old place does.
std::uint64_t stir_texels(std::uint64_t hash, const Primitive& primitive, const AlphaImage& image) {
  float u0 = primitive.corners[0].u;
  float u1 = u0;
  float v0 = primitive.corners[0].v;
  float v1 = v0;
  const std::size_t count = primitive.kind == Primitive::Kind::Rectangle ? 2 : 3;
  for (std::size_t i = 1; i < count; ++i) {
    u0 = std::min(u0, primitive.corners[i].u);
    u1 = std::max(u1, primitive.corners[i].u);
    v0 = std::min(v0, primitive.corners[i].v);
    v1 = std::max(v1, primitive.corners[i].v);
  }
  const int left = std::clamp(static_cast<int>(std::floor(u0)), 0, image.width - 1);
  const int top = std::clamp(static_cast<int>(std::floor(v0)), 0, image.height - 1);
  const int right = std::clamp(static_cast<int>(std::ceil(u1)), left + 1, image.width);
  const int bottom = std::clamp(static_cast<int>(std::ceil(v1)), top + 1, image.height);
  hash = stir(hash, bits(right - left, bottom - top));
  for (int y = top; y < bottom; ++y) {
    const auto start =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(left);
    hash = stir_bytes(hash, image.pixels.subspan(start, static_cast<std::size_t>(right - left)));
  }
  return hash;
}

void finish(Primitive& primitive, const AlphaImage& image) {
  std::uint64_t hash = primitive.kind == Primitive::Kind::Rectangle ? 1 : 2;
  const std::size_t count = primitive.kind == Primitive::Kind::Rectangle ? 2 : 3;
  const Corner& first = primitive.corners[0];
  for (std::size_t i = 0; i < count; ++i) {
    const Corner& corner = primitive.corners[i];
    hash = stir(hash, bits(corner.x, corner.y));
    hash = stir(hash, bits(corner.u - first.u, corner.v - first.v));
    hash = stir(hash, corner.colour);
  }
  hash = stir(hash, bits(primitive.clip.left, primitive.clip.top));
  hash = stir(hash, bits(primitive.clip.right, primitive.clip.bottom));
  primitive.look = stir_texels(hash, primitive, image);
}

Corner corner_of(const ImDrawVert& vertex) {
  return {vertex.pos.x, vertex.pos.y, vertex.uv.x, vertex.uv.y, vertex.col};
}

// Dear ImGui writes a rectangle as (a, b, c) (a, c, d) with a at the top left and c at the bottom right.
bool is_rectangle(const ImDrawVert* vertices, const ImDrawIdx* indices) {
  if (indices[0] != indices[3] || indices[2] != indices[4]) return false;
  const ImDrawVert& a = vertices[indices[0]];
  const ImDrawVert& b = vertices[indices[1]];
  const ImDrawVert& c = vertices[indices[2]];
  const ImDrawVert& d = vertices[indices[5]];
  return a.pos.y == b.pos.y && b.pos.x == c.pos.x && c.pos.y == d.pos.y && d.pos.x == a.pos.x &&
         a.col == b.col && b.col == c.col && c.col == d.col && a.uv.y == b.uv.y && b.uv.x == c.uv.x &&
         c.uv.y == d.uv.y && d.uv.x == a.uv.x && a.pos.x <= c.pos.x && a.pos.y <= c.pos.y;
}

int nearest(float value) {
  return static_cast<int>(std::lround(std::clamp(value, -30000.0F, 30000.0F)));
}

PixelRect bounds_of(const Primitive& primitive) {
  const auto& corners = primitive.corners;
  if (primitive.kind == Primitive::Kind::Rectangle) {
    return PixelRect{nearest(corners[0].x), nearest(corners[0].y), nearest(corners[1].x), nearest(corners[1].y)}
        .intersected(primitive.clip);
  }
  const auto [left, right] = std::minmax({corners[0].x, corners[1].x, corners[2].x});
  const auto [top, bottom] = std::minmax({corners[0].y, corners[1].y, corners[2].y});
  return PixelRect{nearest(std::floor(left)), nearest(std::floor(top)), nearest(std::ceil(right)),
                   nearest(std::ceil(bottom))}
      .intersected(primitive.clip);
}

bool invisible(const Primitive& primitive) {
  return (primitive.corners[0].colour | primitive.corners[1].colour | primitive.corners[2].colour) >> 24 == 0;
}

}  // namespace

std::vector<Primitive> take_apart(const ImDrawList& list, const PixelRect& surface, const AlphaImage& image) {
  std::vector<Primitive> primitives;
  primitives.reserve(static_cast<std::size_t>(list.IdxBuffer.Size) / 5);
  for (const ImDrawCmd& command : list.CmdBuffer) {
    const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
    const ImDrawIdx* indices = list.IdxBuffer.Data + command.IdxOffset;
    const PixelRect clip = PixelRect{nearest(command.ClipRect.x), nearest(command.ClipRect.y),
                                     nearest(command.ClipRect.z), nearest(command.ClipRect.w)}
                               .intersected(surface);
    if (clip.empty()) continue;
    for (unsigned at = 0; at + 3 <= command.ElemCount;) {
      Primitive primitive;
      primitive.clip = clip;
      primitive.corners[0] = corner_of(vertices[indices[at]]);
      if (at + 6 <= command.ElemCount && is_rectangle(vertices, indices + at)) {
        primitive.corners[1] = corner_of(vertices[indices[at + 2]]);
        at += 6;
      } else {
        primitive.kind = Primitive::Kind::Triangle;
        primitive.corners[1] = corner_of(vertices[indices[at + 1]]);
        primitive.corners[2] = corner_of(vertices[indices[at + 2]]);
        at += 3;
      }
      primitive.bounds = bounds_of(primitive);
      if (primitive.bounds.empty() || invisible(primitive)) continue;
      finish(primitive, image);
      primitives.push_back(primitive);
    }
  }
  return primitives;
}

}  // namespace pishkhan::render
