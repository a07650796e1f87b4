#include "drivers/card-reader/quirks.h"

#include <algorithm>

namespace pishkhan::card {

ccid::ClassDescriptor corrected(ccid::ClassDescriptor descriptor, const Quirk& quirk) {
  descriptor.features = (descriptor.features & ~quirk.features_lacking) | quirk.features_having;
  if (quirk.level) descriptor.level = *quirk.level;
  if (quirk.maximum_message_bytes) descriptor.maximum_message_bytes = *quirk.maximum_message_bytes;
  if (quirk.maximum_ifsd) descriptor.maximum_ifsd = *quirk.maximum_ifsd;
  if (quirk.maximum_rate) descriptor.maximum_rate = *quirk.maximum_rate;
  if (quirk.interrupt == Quirk::Interrupt::NotUsed) descriptor.interrupt = ccid::InterruptEndpoint::Absent;
  if (quirk.pin_pad == Quirk::PinPad::None) descriptor.pin_pad = 0;
  return descriptor;
}

}  // namespace pishkhan::card
