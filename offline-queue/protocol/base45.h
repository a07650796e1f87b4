#pragma once

#include "base/core/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace pishkhan::protocol {

/// RFC 9285: only characters of QR's alphanumeric mode, 1.5 of them a byte.
[[nodiscard]] std::string to_base45(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_base45(std::string_view text);

}  // namespace pishkhan::protocol
