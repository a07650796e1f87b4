#pragma once

#include "offline-queue/protocol/signing_key.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

namespace pishkhan::protocol::testing {

/// A software TPM (Debian: swtpm) of its own, which OpenSSL's provider talks to while this lives. It takes one
/// connection at a time, so one key from it; the kernel's /dev/tpmrm0 takes many.
class SoftwareTpm {
 public:
  SoftwareTpm() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pishkhan-tpm-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    start();
  }
  SoftwareTpm(const SoftwareTpm&) = delete;
  SoftwareTpm& operator=(const SoftwareTpm&) = delete;
  ~SoftwareTpm() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  /// False: swtpm or the provider is not installed; the test says so and proves nothing.
  [[nodiscard]] bool works() const { return works_; }
  static constexpr const char* missing = "SKIPPED: swtpm or tpm2-openssl is not installed; no TPM was tested";
  /// The power goes and comes back: what the chip holds for a while is gone, its seed is not.
  void restart() {
    stop();
    start();
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  void start() {
    const std::string socket = (folder_ / "socket").string();
    const std::string state = "dir=" + folder_.string();
    const std::string control = "type=unixio,path=" + socket + ".ctrl";
    const std::string server = "type=unixio,path=" + socket;
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const std::string log = "file=" + (folder_ / "log").string();
      ::execlp("swtpm", "swtpm", "socket", "--tpm2", "--tpmstate", state.c_str(), "--ctrl", control.c_str(),
               "--server", server.c_str(), "--flags", "not-need-init,startup-clear", "--log", log.c_str(),
               nullptr);
      ::_exit(127);
    }
    ::setenv("TPM2OPENSSL_TCTI", ("swtpm:path=" + socket).c_str(), 1);
    ::setenv("TSS2_LOG", "all+NONE", 1);
    for (int i = 0; i < 500 && !std::filesystem::exists(socket); ++i) {
      if (::waitpid(process_, nullptr, WNOHANG) == process_) {
        process_ = -1;
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    works_ = SigningKey::generate_in_tpm().has_value();
  }
  void stop() {
    if (process_ > 0) {
      ::kill(process_, SIGTERM);
      ::waitpid(process_, nullptr, 0);
    }
    process_ = -1;
    works_ = false;
    std::error_code ignored;
    std::filesystem::remove(folder_ / "socket", ignored);
    std::filesystem::remove(folder_ / "socket.ctrl", ignored);
  }

  std::filesystem::path folder_;
  pid_t process_ = -1;
  bool works_ = false;
};

}  // namespace pishkhan::protocol::testing
