#include "offline-queue/protocol/device_secret.h"

#include "offline-queue/protocol/private_file.h"

namespace pishkhan::protocol {

constexpr std::size_t secret_bytes = 32;

DeviceSecret DeviceSecret::generate(Random& random) {
  DeviceSecret secret;
  secret.bytes_ = SecretBytes(secret_bytes);
  secret.bytes_.resize(secret_bytes);
  random.fill({secret.bytes_.data(), secret_bytes});
  return secret;
}

Result<DeviceSecret, SecretFault> DeviceSecret::load(const std::filesystem::path& file) {
  auto content = read_private_file(file, secret_bytes);
  if (!content) {
    switch (content.error()) {
      case PrivateFileFault::Missing:
        return fail(SecretFault::Missing);
      case PrivateFileFault::TooLarge:
        return fail(SecretFault::WrongSize);
      default:
        return fail(SecretFault::Unreadable);
    }
  }
  if (content->size() != secret_bytes) return fail(SecretFault::WrongSize);
  DeviceSecret secret;
  secret.bytes_ = std::move(*content);
  return secret;
}

Result<void, SecretFault> DeviceSecret::save(const std::filesystem::path& file) const {
  if (const auto written = write_private_file(file, bytes_.view()); !written) {
    return fail(written.error() == PrivateFileFault::AlreadyThere ? SecretFault::AlreadyThere
                                                                  : SecretFault::CannotWrite);
  }
  return {};
}

}  // namespace pishkhan::protocol
