#pragma once

#include "base/core/bitmap.h"
#include "base/core/result.h"

#include <filesystem>

namespace pishkhan {

enum class PngFault { CannotOpen, CannotWrite, NotAPng };

/// Writes a colour picture (opaque; alpha is dropped) or a 1-bit one (1 = black) as PNG, through libpng.
Result<void, PngFault> write_png(const std::filesystem::path& path, const Picture& picture);
Result<void, PngFault> write_png(const std::filesystem::path& path, const Bitmap& bitmap);
/// Reads any PNG as colour, opaque.
Result<Picture, PngFault> read_png(const std::filesystem::path& path);

/// Reads any PNG that lies in memory as grey, on white paper. One that is wider or higher than `largest_side`
/// pixels is NotAPng: nothing of it is unpacked.
Result<GreyPicture, PngFault> read_grey_png(ByteView png, int largest_side);

}  // namespace pishkhan
