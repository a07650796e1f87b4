#include "offline-queue/store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pishkhan::store {
namespace {

FileFault fault_from_errno() {
  switch (errno) {
    case ENOSPC:
    case EDQUOT:
      return FileFault::DiskFull;
    case EROFS:
    case EACCES:
    case EPERM:
      return FileFault::ReadOnly;
    default:
      return FileFault::IoError;
  }
}

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

class SystemFiles final : public Files {
 public:
  Result<std::optional<Bytes>, FileFault> read(const std::filesystem::path& file) override {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.get() < 0 && errno == ENOENT) return std::optional<Bytes>();
    if (descriptor.get() < 0) return fail(fault_from_errno());
    Bytes content;
    std::array<std::uint8_t, 4096> block{};
    for (;;) {
      const ssize_t got = ::read(descriptor.get(), block.data(), block.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(fault_from_errno());
      if (got == 0) return std::optional<Bytes>(std::move(content));
      content.insert(content.end(), block.begin(), block.begin() + got);
    }
  }

  Result<void, FileFault> write_synced(const std::filesystem::path& file, std::size_t offset,
                                       ByteView bytes) override {
    const Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (descriptor.get() < 0) return fail(fault_from_errno());
    auto position = static_cast<off_t>(offset);
    while (!bytes.empty()) {
      const ssize_t wrote = ::pwrite(descriptor.get(), bytes.data(), bytes.size(), position);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return fail(fault_from_errno());
      position += wrote;
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    if (::fdatasync(descriptor.get()) != 0) return fail(fault_from_errno());
    return {};
  }

  void forget_cached(const std::filesystem::path& file) override {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    // Pages that are still to be written stay; of the others, those whose writing failed go, too.
    if (descriptor.get() >= 0) ::posix_fadvise(descriptor.get(), 0, 0, POSIX_FADV_DONTNEED);
  }

  Result<std::optional<std::size_t>, FileFault> size(const std::filesystem::path& file) override {
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0) return std::optional(static_cast<std::size_t>(status.st_size));
    if (errno == ENOENT) return std::optional<std::size_t>();
    return fail(fault_from_errno());
  }

  Result<void, FileFault> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return fail(fault_from_errno());
    return {};
  }

  Result<void, FileFault> remove(const std::filesystem::path& file) override {
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) return fail(fault_from_errno());
    return {};
  }

  Result<void, FileFault> sync_folder(const std::filesystem::path& folder) override {
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) return fail(fault_from_errno());
    return {};
  }

  Result<std::uint64_t, FileFault> free_bytes(const std::filesystem::path& folder) override {
    struct statvfs status {};
    if (::statvfs(folder.c_str(), &status) != 0) return fail(fault_from_errno());
    return std::uint64_t{status.f_bavail} * status.f_frsize;
  }
};

}  // namespace

std::unique_ptr<Files> system_files() {
  return std::make_unique<SystemFiles>();
}

}  // namespace pishkhan::store
