#pragma once

#include "base/core/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace pishkhan {

/// RFC 4648 section 4, with padding.
[[nodiscard]] std::string to_base64(ByteView bytes);

/// The one canonical spelling only: nothing for white space, missing padding, other alphabets, or bits set
/// after the last byte. So equal bytes have equal texts.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace pishkhan
