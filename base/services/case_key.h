#pragma once

#include "base/core/personal.h"
#include "base/services/catalogue.h"
#include "base/services/validate.h"

#include <optional>

namespace pishkhan::services {

/// The canonical bytes of "the same case": the service and its case_key fields, folded so that digits, spaces,
/// ZWNJ, ي/ی, ك/ک and punctuation make no difference. Personal: it must be hashed with a secret key before
/// it is stored or compared elsewhere. Nothing if the service never joins cases. Thread: a pure function.
[[nodiscard]] std::optional<PersonalText> case_key(const Service& service, const Values& values);

}  // namespace pishkhan::services
