#pragma once

#include "tests/machine/virtual_machine.h"

#include <filesystem>
#include <optional>
#include <string>

namespace pishkhan::machine {

/// QEMU's own debugger of the machine, by the GDB remote serial protocol (GDB manual, appendix E): what makes a
/// program crash that nobody can send a signal to. Thread: one owner.
class GdbStub {
 public:
  /// Opens it; the machine stands still until a call has it go on.
  static Result<GdbStub, Trouble> open(VirtualMachine& machine, const std::filesystem::path& folder);

  /// Lets a processor that runs a program, not the kernel, go on at address 0, so that the program dies of
  /// SIGSEGV. False: no processor was there just now; the machine has gone on.
  [[nodiscard]] Result<bool, Trouble> crash_a_program();

 private:
  explicit GdbStub(UnixSocket socket) : socket_(std::move(socket)) {}
  [[nodiscard]] bool stop();
  [[nodiscard]] std::optional<std::string> ask(const std::string& packet);
  void tell(const std::string& packet);
  [[nodiscard]] std::optional<std::string> packet();

  UnixSocket socket_;
  std::string received_;
  bool stopped_ = true;  // it stands still when somebody connects
};

}  // namespace pishkhan::machine
