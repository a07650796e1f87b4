#pragma once

namespace pishkhan {

/// Ends the process because of a mistake of ours; the queue on disk is intact and systemd starts us again.
[[noreturn]] void ensure_failed(const char* condition, const char* file, int line, const char* why);

}  // namespace pishkhan

/// A condition that only a mistake in our own code can break. It stays on in release builds. (It is the
/// CHECK of the design; that name belongs to doctest.) Never use it for what happens in the world.
#define ENSURE(condition, why) \
  ((condition) ? static_cast<void>(0) : ::pishkhan::ensure_failed(#condition, __FILE__, __LINE__, (why)))
