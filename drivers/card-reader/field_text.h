#pragma once

#include "base/core/bytes.h"
#include "base/core/personal.h"
#include "base/core/result.h"
#include "drivers/card-reader/profile.h"
#include "drivers/card-reader/reading.h"

namespace pishkhan::card {

/// The bytes of a field as text, in its encoding and of its length; Unreadable otherwise. Pure.
[[nodiscard]] Result<PersonalText, CardFault> field_text(const Field& field, ByteView value);

}  // namespace pishkhan::card
