#include "offline-queue/protocol/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace pishkhan::protocol {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

bool write_all(int descriptor, ByteView content) {
  while (!content.empty()) {
    const ssize_t wrote = ::write(descriptor, content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    content = content.subspan(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace

Result<SecretBytes, PrivateFileFault> read_private_file(const std::filesystem::path& file,
                                                        std::size_t largest_bytes) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) {
    return fail(errno == ENOENT ? PrivateFileFault::Missing : PrivateFileFault::Unreadable);
  }
  SecretBytes content(largest_bytes + 1);
  content.resize(largest_bytes + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(descriptor.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(PrivateFileFault::Unreadable);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > largest_bytes) return fail(PrivateFileFault::TooLarge);
  content.resize(size);
  return content;
}

Result<void, PrivateFileFault> write_private_file(const std::filesystem::path& file, ByteView content) {
  const Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (descriptor.get() < 0) {
    return fail(errno == EEXIST ? PrivateFileFault::AlreadyThere : PrivateFileFault::CannotWrite);
  }
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!write_all(descriptor.get(), content) || ::fsync(descriptor.get()) != 0 || parent.get() < 0 ||
      ::fsync(parent.get()) != 0) {
    // A half-written key would be found at the next start and refused; better to have none.
    ::unlink(file.c_str());
    return fail(PrivateFileFault::CannotWrite);
  }
  return {};
}

}  // namespace pishkhan::protocol
