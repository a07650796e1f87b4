#pragma once

#include "drivers/card-reader/atr.h"
#include "drivers/card-reader/ccid_descriptor.h"
#include "drivers/card-reader/reader.h"
#include "kiosk/tools/verbs.h"

/// What the verbs about cards and readers have in common: values in words. Pure.
namespace pishkhan::tools {

[[nodiscard]] Report report_of(const card::Atr& atr);
[[nodiscard]] Report report_of(const card::ccid::ClassDescriptor& descriptor);
[[nodiscard]] Report report_of(const card::ReaderStatus& status);

}  // namespace pishkhan::tools
