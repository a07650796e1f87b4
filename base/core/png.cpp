#include "base/core/png.h"

#include <png.h>

#include <memory>

namespace pishkhan {

namespace {

/// libpng's simplified API reports through a value and never jumps; the owner frees what it holds.
struct Image {
  png_image control{};
  Image() { control.version = PNG_IMAGE_VERSION; }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image() { png_image_free(&control); }
};

Result<void, PngFault> write(const std::filesystem::path& path, int width, int height, png_uint_32 format,
                             const void* pixels) {
  Image image;
  image.control.width = static_cast<png_uint_32>(width);
  image.control.height = static_cast<png_uint_32>(height);
  image.control.format = format;
  if (png_image_write_to_file(&image.control, path.c_str(), 0, pixels, 0, nullptr) == 0)
    return fail(PngFault::CannotWrite);
  return {};
}

}  // namespace

Result<void, PngFault> write_png(const std::filesystem::path& path, const Picture& picture) {
  Bytes rgb;
  rgb.reserve(picture.pixels.size() * 3);
  for (const std::uint32_t pixel : picture.pixels) {
    rgb.push_back(static_cast<std::uint8_t>(pixel >> 16));
    rgb.push_back(static_cast<std::uint8_t>(pixel >> 8));
    rgb.push_back(static_cast<std::uint8_t>(pixel));
  }
  return write(path, picture.width, picture.height, PNG_FORMAT_RGB, rgb.data());
}

Result<void, PngFault> write_png(const std::filesystem::path& path, const Bitmap& bitmap) {
  Bytes grey;
  grey.reserve(static_cast<std::size_t>(bitmap.width()) * static_cast<std::size_t>(bitmap.height()));
  for (int y = 0; y < bitmap.height(); ++y)
    for (int x = 0; x < bitmap.width(); ++x) grey.push_back(bitmap.black(x, y) ? 0 : 255);
  return write(path, bitmap.width(), bitmap.height(), PNG_FORMAT_GRAY, grey.data());
}

Result<Picture, PngFault> read_png(const std::filesystem::path& path) {
  Image image;
  if (png_image_begin_read_from_file(&image.control, path.c_str()) == 0)
    return fail(std::filesystem::exists(path) ? PngFault::NotAPng : PngFault::CannotOpen);
  image.control.format = PNG_FORMAT_BGRA;  // little-endian 0xAARRGGBB
  Picture picture{static_cast<int>(image.control.width), static_cast<int>(image.control.height), {}};
  picture.pixels.resize(std::size_t{image.control.width} * image.control.height);
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&image.control, &white, picture.pixels.data(), 0, nullptr) == 0)
    return fail(PngFault::NotAPng);
  return picture;
}

Result<GreyPicture, PngFault> read_grey_png(ByteView png, int largest_side) {
  Image image;
  if (png_image_begin_read_from_memory(&image.control, png.data(), png.size()) == 0)
    return fail(PngFault::NotAPng);
  const auto most = static_cast<png_uint_32>(largest_side);
  if (image.control.width > most || image.control.height > most) return fail(PngFault::NotAPng);
  image.control.format = PNG_FORMAT_GRAY;
  GreyPicture picture{static_cast<int>(image.control.width), static_cast<int>(image.control.height), {}};
  picture.pixels.resize(std::size_t{image.control.width} * image.control.height);
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&image.control, &white, picture.pixels.data(), 0, nullptr) == 0)
    return fail(PngFault::NotAPng);
  return picture;
}

}  // namespace pishkhan
