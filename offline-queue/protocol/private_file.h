#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "offline-queue/protocol/secret_bytes.h"

#include <filesystem>

namespace pishkhan::protocol {

enum class PrivateFileFault { Missing, Unreadable, TooLarge, AlreadyThere, CannotWrite };

/// Reads a small file of secrets into memory that is wiped.
[[nodiscard]] Result<SecretBytes, PrivateFileFault> read_private_file(const std::filesystem::path& file,
                                                                      std::size_t largest_bytes);
/// Makes a new file that only its owner can read (mode 0600), and returns when it and its name are on the disk.
[[nodiscard]] Result<void, PrivateFileFault> write_private_file(const std::filesystem::path& file,
                                                                ByteView content);

}  // namespace pishkhan::protocol
