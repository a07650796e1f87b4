#include "kiosk/closed/closed_picture.h"

#include <algorithm>
#include <cstddef>

namespace pishkhan::closed {

Picture fill_panel(const Picture& picture, int width, int height) {
  Picture panel;
  panel.width = std::max(width, 0);
  panel.height = std::max(height, 0);
  const bool empty = picture.width <= 0 || picture.height <= 0;
  const std::uint32_t ground = empty ? 0xFF083A3F : picture.pixels.front();
  panel.pixels.assign(static_cast<std::size_t>(panel.width) * static_cast<std::size_t>(panel.height), ground);
  if (empty || panel.pixels.empty()) return panel;
  const double scale = std::min(static_cast<double>(panel.width) / picture.width,
                                static_cast<double>(panel.height) / picture.height);
  const int shown_width = std::min(panel.width, static_cast<int>(picture.width * scale + 0.5));
  const int shown_height = std::min(panel.height, static_cast<int>(picture.height * scale + 0.5));
  const int left = (panel.width - shown_width) / 2;
  const int top = (panel.height - shown_height) / 2;
  for (int y = 0; y < shown_height; ++y) {
    const int from_y = std::min(picture.height - 1, static_cast<int>(y / scale));
    for (int x = 0; x < shown_width; ++x) {
      const int from_x = std::min(picture.width - 1, static_cast<int>(x / scale));
      panel.pixels[static_cast<std::size_t>(top + y) * static_cast<std::size_t>(panel.width) +
                   static_cast<std::size_t>(left + x)] =
          picture.pixels[static_cast<std::size_t>(from_y) * static_cast<std::size_t>(picture.width) +
                         static_cast<std::size_t>(from_x)];
    }
  }
  return panel;
}

}  // namespace pishkhan::closed
