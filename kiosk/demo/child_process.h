#pragma once

#include "base/core/result.h"

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace pishkhan::demo {

enum class ChildFault { CannotStart };

/// A program that this one started and ends: SIGTERM, then SIGKILL after two seconds. It dies with us, too.
/// Thread: one owner.
class ChildProcess {
 public:
  /// `output`: where its standard output and error go.
  static Result<ChildProcess, ChildFault> start(const std::filesystem::path& program,
                                                const std::vector<std::string>& arguments,
                                                const std::filesystem::path& output);
  ChildProcess(ChildProcess&& other) noexcept : process_(other.process_) { other.process_ = 0; }
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess() { end(); }

  [[nodiscard]] pid_t id() const { return process_; }
  [[nodiscard]] bool running();
  void end();
  /// As a power cut: SIGKILL at once.
  void kill();
  /// Waits for it to end by itself; its exit status, or 128 + signal.
  [[nodiscard]] int wait();

 private:
  explicit ChildProcess(pid_t process) : process_(process) {}
  pid_t process_;
};

}  // namespace pishkhan::demo
