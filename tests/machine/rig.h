#pragma once

#include "tests/machine/outside.h"
#include "tests/machine/paired_counter.h"
#include "tests/machine/test_city.h"
#include "tests/machine/virtual_machine.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::machine {

/// What every proof stands on: a test city with its backend, a copy of the disk image, the virtual machine that runs
/// it, all that hangs on that, and the page of report. Thread: one owner.
class Rig {
 public:
  using Outcome = Result<void, Trouble>;
  struct Setup {
    std::filesystem::path image;     ///< build/image/disk.img; copies of it are booted
    std::filesystem::path folder;    ///< emptied first
    std::filesystem::path programs;  ///< pishkhan-ingest and pishkhan-cases
  };
  explicit Rig(Setup setup) : setup_(std::move(setup)) {}
  ~Rig() { switch_off(); }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  /// Does one step, says how it went and how long it took; on failure also what it waited for and where to look.
  [[nodiscard]] bool step(const std::string& name, const std::function<Outcome()>& work);
  /// A line of the report: on standard output and in report.txt.
  void say(const std::string& line);

  /// Empties the folder, founds the city, writes `disk` with an enrolled kiosk's data partition.
  [[nodiscard]] Outcome prepare();
  /// A fresh copy of the image, as `name` in the folder.
  [[nodiscard]] Result<std::filesystem::path, Trouble> copy_disk(const std::string& name);
  /// Starts the machine, plugs everything in, and waits for the counter, stage by stage.
  [[nodiscard]] Outcome boot(DiskCache cache = DiskCache::None);
  /// Another machine with a disk of its own, from which nothing hangs; its files are in `name` of the folder. Waits until
  /// its log has said each of the words.
  [[nodiscard]] Result<std::unique_ptr<VirtualMachine>, Trouble> start_beside(const std::filesystem::path& disk,
                                                                               const std::string& name,
                                                                               const std::vector<std::string>& words);
  /// A twin beside the machine that runs now.
  [[nodiscard]] Outcome pair();
  void switch_off();
  /// As if the plug were pulled out of the wall.
  void pull_plug();

  [[nodiscard]] const std::filesystem::path& folder() const { return setup_.folder; }
  [[nodiscard]] TestCity& city() { return *city_; }
  [[nodiscard]] VirtualMachine& machine() { return *machine_; }
  [[nodiscard]] Outside& outside() { return outside_; }
  [[nodiscard]] PairedCounter& counter() { return *counter_; }
  /// From the touch on "file" to the receipt's cut, the last time.
  [[nodiscard]] std::chrono::milliseconds filing_time() const { return filing_time_; }
  void note_filing_time(std::chrono::milliseconds time) { filing_time_ = time; }
  /// Lets the twin, if there is one, see to its screen.
  void turn_twin() {
    if (counter_) counter_->twin().settle();
  }
  /// Everything that came out of the serial port, of every boot.
  [[nodiscard]] std::string serial() const;

 private:
  void keep_serial_log();
  [[nodiscard]] Outcome start_machine(DiskCache cache);
  [[nodiscard]] Outcome await_counter();

  Setup setup_;
  std::unique_ptr<TestCity> city_;
  std::unique_ptr<VirtualMachine> machine_;
  Outside outside_;
  std::optional<PairedCounter> counter_;
  std::string serial_before_;
  std::chrono::milliseconds filing_time_{5'000};
  int boots_ = 0;
  int pictures_ = 0;
};

}  // namespace pishkhan::machine
