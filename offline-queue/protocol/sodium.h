#pragma once

namespace pishkhan::protocol {

/// libsodium must be initialised before its first use; safe to call from any thread, any number of times.
void initialise_sodium();

}  // namespace pishkhan::protocol
