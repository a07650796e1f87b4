#include "offline-queue/protocol/secret_bytes.h"

#include "base/core/ensure.h"

namespace pishkhan::protocol {

void SecretBytes::append(ByteView run) {
  ENSURE(run.size() <= bytes_.capacity() - bytes_.size(), "a secret buffer is made large enough beforehand");
  bytes_.insert(bytes_.end(), run.begin(), run.end());
}

void SecretBytes::resize(std::size_t size) {
  ENSURE(size <= bytes_.capacity(), "a secret buffer is made large enough beforehand");
  if (size < bytes_.size()) wipe(bytes_.data() + size, bytes_.size() - size);
  bytes_.resize(size);
}

}  // namespace pishkhan::protocol
