#include "offline-queue/reference-backend/program.h"

#include <csignal>
#include <ctime>
#include <fstream>
#include <string>
#include <system_error>

namespace pishkhan::backend {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void hold_stop_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A peer that goes away in the middle of a write is an error code, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

bool stop_signal_came(int timeout_ms) {
  const sigset_t set = stop_signals();
  if (timeout_ms < 0) {
    int signal = 0;
    return sigwait(&set, &signal) == 0;
  }
  const timespec timeout{timeout_ms / 1000, static_cast<long>(timeout_ms % 1000) * 1'000'000};
  return sigtimedwait(&set, nullptr, &timeout) > 0;
}

bool write_port_file(const std::filesystem::path& file, std::uint16_t port) {
  const std::filesystem::path making = file.string() + ".making";
  {
    std::ofstream stream(making, std::ios::trunc);
    stream << port << '\n';
    if (!stream.flush()) return false;
  }
  std::error_code error;
  std::filesystem::rename(making, file, error);
  return !error;
}

}  // namespace pishkhan::backend
