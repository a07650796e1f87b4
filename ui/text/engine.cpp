#include "ui/text/engine.h"

#include "base/core/ensure.h"
#include "ui/text/font_set.h"
#include "ui/text/layout_builder.h"
#include "ui/text/paragraph.h"
#include "ui/text/shaper.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace pishkhan::text {
namespace {

/// No sentence of a kiosk is near this; what is longer is cut, so that a broken catalogue cannot stop us.
constexpr std::size_t kLongestText_bytes = 64U << 10U;

struct Entry {
  WipedVector<char> text;
  Style style;
  float width = 0;
  std::uint64_t hash = 0;
  Layout layout;
};

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  return (hash ^ value) * 0x100000001B3U;
}  // FNV-1a

std::uint64_t hash_of(std::string_view text, const Style& style, float width) {
  std::uint64_t hash = mix(0xCBF29CE484222325U, std::hash<float>()(width));
  hash = mix(hash, std::hash<float>()(style.size_px));
  hash = mix(hash, static_cast<std::uint64_t>(style.weight) << 8U | static_cast<std::uint64_t>(style.base));
  for (const char letter : text) hash = mix(hash, static_cast<unsigned char>(letter));
  return hash;
}

}  // namespace

struct Engine::Impl {
  using Entries = std::list<Entry, WipingAllocator<Entry>>;
  using Index =
      std::unordered_multimap<std::uint64_t, Entries::iterator, std::hash<std::uint64_t>, std::equal_to<>,
                              WipingAllocator<std::pair<const std::uint64_t, Entries::iterator>>>;

  Impl(const Fonts& fonts, std::size_t most)
      : set(fonts.set()), analyser(set), shaper(set), capacity(std::max<std::size_t>(most, 1)) {}

  const Layout* find(std::string_view text, const Style& style, float width, std::uint64_t hash) {
    const auto [begin, end] = index.equal_range(hash);
    for (auto at = begin; at != end; ++at) {
      const Entry& entry = *at->second;
      const bool same_text = std::equal(text.begin(), text.end(), entry.text.begin(), entry.text.end());
      if (!same_text || entry.style != style || entry.width != width) continue;
      entries.splice(entries.begin(), entries, at->second);
      return &entry.layout;
    }
    return nullptr;
  }

  void drop_oldest() {
    const auto oldest = std::prev(entries.end());
    const auto [begin, end] = index.equal_range(oldest->hash);
    for (auto at = begin; at != end; ++at) {
      if (at->second != oldest) continue;
      index.erase(at);
      break;
    }
    entries.pop_back();
  }

  const FontSet& set;
  Analyser analyser;
  Shaper shaper;
  std::size_t capacity;
  Entries entries;  // most recently used first
  Index index;
};

Engine::Engine(const Fonts& fonts, std::size_t capacity) : impl_(std::make_unique<Impl>(fonts, capacity)) {}
Engine::~Engine() = default;

const Layout& Engine::lay_out(std::string_view utf8, const Style& style, float maximum_width) {
  utf8 = utf8.substr(0, kLongestText_bytes);
  const float width = maximum_width > 0 ? maximum_width : kUnlimited;
  Style bounded = style;
  bounded.size_px = std::clamp(std::isfinite(style.size_px) ? style.size_px : 4.0F, 4.0F, 400.0F);
  const std::uint64_t hash = hash_of(utf8, bounded, width);
  if (const Layout* known = impl_->find(utf8, bounded, width, hash)) return *known;
  if (impl_->entries.size() >= impl_->capacity) impl_->drop_oldest();
  Entry& entry = impl_->entries.emplace_front();
  entry.text.assign(utf8.begin(), utf8.end());
  entry.style = bounded;
  entry.width = width;
  entry.hash = hash;
  entry.layout = LayoutBuilder(impl_->set, impl_->analyser, impl_->shaper, bounded, width).build(utf8);
  impl_->index.emplace(hash, impl_->entries.begin());
  return entry.layout;
}

void Engine::forget() {
  impl_->index.clear();
  impl_->entries.clear();
  impl_->shaper.forget();
}

std::size_t Engine::remembered() const {
  return impl_->entries.size();
}

}  // namespace pishkhan::text
