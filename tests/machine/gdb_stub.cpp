#include "tests/machine/gdb_stub.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace pishkhan::machine {

namespace {

constexpr std::chrono::seconds patience{10};
// The registers of QEMU's x86-64 in a `g` packet: 16 of 8 bytes, rip (8), eflags (4), cs (4); two letters a
// byte.
constexpr std::size_t rip_at = std::size_t{16} * 8 * 2;
constexpr std::size_t cs_at = rip_at + std::size_t{8 + 4} * 2;
constexpr int processors = 2;

}  // namespace

Result<GdbStub, Trouble> GdbStub::open(VirtualMachine& machine, const std::filesystem::path& folder) {
  const std::filesystem::path socket = folder / "gdb.sock";
  // Of this machine it was opened before, perhaps; an earlier one's does not answer.
  auto connected = UnixSocket::connect(socket, std::chrono::milliseconds(100));
  if (!connected) {
    const std::string line = "gdbserver unix:" + socket.string() + ",server=on,wait=off";
    if (!machine.control().execute("human-monitor-command", R"({"command-line":")" + line + "\"}"))
      return fail(Trouble{"QEMU opens no debugger"});
    connected = UnixSocket::connect(socket, patience);
  }
  if (!connected) return fail(Trouble{"QEMU's debugger does not answer"});
  return GdbStub(std::move(*connected));
}

std::optional<std::string> GdbStub::packet() {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const std::size_t begin = received_.find('$');
    const std::size_t end = begin == std::string::npos ? begin : received_.find('#', begin);
    if (end != std::string::npos && received_.size() >= end + 3) {
      std::string body = received_.substr(begin + 1, end - begin - 1);
      received_.erase(0, end + 3);
      static_cast<void>(socket_.send(as_bytes("+")).has_value());
      return body;
    }
    if (std::chrono::steady_clock::now() > until) return std::nullopt;
    const auto more = socket_.receive(std::chrono::milliseconds(200));
    if (!more) return std::nullopt;
    received_ += as_text(*more);
  }
}

void GdbStub::tell(const std::string& packet) {
  unsigned sum = 0;
  for (const char letter : packet) sum += static_cast<unsigned char>(letter);
  char check[4];
  std::snprintf(check, sizeof check, "#%02x", sum & 0xFFU);
  static_cast<void>(socket_.send(as_bytes("$" + packet + check)).has_value());
}

std::optional<std::string> GdbStub::ask(const std::string& question) {
  tell(question);
  // Why it stopped (T) comes unasked as well, once somebody has connected.
  auto answer = packet();
  while (answer && answer->starts_with('T')) answer = packet();
  return answer;
}

bool GdbStub::stop() {
  if (std::exchange(stopped_, true)) return true;
  static_cast<void>(socket_.send(as_bytes("\x03")).has_value());
  return packet().has_value();  // why it stopped
}

Result<bool, Trouble> GdbStub::crash_a_program() {
  if (!stop()) return fail(Trouble{"QEMU's debugger does not stop the machine"});
  bool crashed = false;
  for (int processor = 1; processor <= processors && !crashed; ++processor) {
    static_cast<void>(ask("Hg" + std::to_string(processor)));
    auto registers = ask("g");
    if (!registers || registers->size() < cs_at + 2) return fail(Trouble{"QEMU's debugger tells no registers"});
    const auto cs = std::strtoul(registers->substr(cs_at, 2).c_str(), nullptr, 16);
    if ((cs & 3U) != 3) continue;  // in the kernel
    registers->replace(rip_at, 16, 16, '0');
    crashed = ask("G" + *registers) == "OK";
  }
  tell("c");
  stopped_ = false;
  return crashed;
}

}  // namespace pishkhan::machine
