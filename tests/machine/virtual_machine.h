#pragma once

#include "base/core/result.h"
#include "kiosk/demo/child_process.h"
#include "tests/machine/qmp.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::machine {

/// Why a step of the rig did not get where it wanted to go, for a person.
struct Trouble {
  std::string what;
};

/// What lies between the machine and its disk, and is lost with the power.
enum class DiskCache {
  None,
  Volatile,    ///< as a disk's own: what was not flushed is gone
  Forgetful,   ///< says that it flushed, and has not
};

/// QEMU with UEFI firmware, one SATA disk, a 1080 by 1920 panel, a card reader, two usb-redir ports and a cable to
/// this host, by software emulation. It ends with this object, and with this process, however that ends.
/// Thread: one owner.
class VirtualMachine {
 public:
  struct Setup {
    std::filesystem::path disk;    ///< written to
    DiskCache cache = DiskCache::None;
    std::filesystem::path folder;  ///< sockets, serial log, screenshots
  };
  static Result<std::unique_ptr<VirtualMachine>, Trouble> start(const Setup& setup);

  [[nodiscard]] std::filesystem::path card_socket() const { return folder_ / "card.sock"; }
  [[nodiscard]] std::filesystem::path printer_socket() const { return folder_ / "printer.sock"; }
  [[nodiscard]] std::filesystem::path panel_socket() const { return folder_ / "panel.sock"; }
  [[nodiscard]] std::filesystem::path serial_log() const { return folder_ / "serial.log"; }
  [[nodiscard]] std::filesystem::path screenshot() const { return folder_ / "screen.png"; }
  [[nodiscard]] Qmp& control() { return *qmp_; }
  [[nodiscard]] bool running() { return process_.running(); }
  /// As the plug pulled out of the wall: machine and disk's cache end in the same moment.
  void pull_plug();
  /// Since QEMU was started.
  [[nodiscard]] std::chrono::milliseconds age() const;

  /// What came out of the serial port so far.
  [[nodiscard]] std::string serial() const;
  /// Waits until these words are in the serial log; how old the machine was then, to a tenth of a second.
  Result<std::chrono::milliseconds, Trouble> await_words(const std::string& words,
                                                         std::chrono::milliseconds patience) {
    return await_words_after(0, words, patience);
  }
  /// The same, behind so many bytes of the log.
  Result<std::chrono::milliseconds, Trouble> await_words_after(std::size_t begin, const std::string& words,
                                                               std::chrono::milliseconds patience);

 private:
  VirtualMachine(std::filesystem::path folder, demo::ChildProcess process)
      : folder_(std::move(folder)), process_(std::move(process)) {}
  [[nodiscard]] static std::vector<std::string> arguments(const Setup& setup);
  static Result<demo::ChildProcess, Trouble> start_cache(const Setup& setup);

  std::filesystem::path folder_;
  std::optional<demo::ChildProcess> cache_;  // ends after QEMU
  demo::ChildProcess process_;
  std::optional<Qmp> qmp_;
  std::chrono::steady_clock::time_point born_ = std::chrono::steady_clock::now();
};

}  // namespace pishkhan::machine
