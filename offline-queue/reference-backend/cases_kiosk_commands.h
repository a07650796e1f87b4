#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

namespace pishkhan::backend {

/// The verbs of pishkhan-cases about the kiosks themselves: enrol-code, revoke, kiosks. Each takes its own
/// transaction beside a cases that may be serving, which gives ingest the changed book within its next poll.
/// Lives as long as the CLI::App that it was added to.
class KioskCommands {
 public:
  void add_to(CLI::App& app);
  /// The exit status, if one of them was called: 0, or 1 if it says no.
  [[nodiscard]] std::optional<int> run() const;

 private:
  [[nodiscard]] int issue_code() const;
  [[nodiscard]] int revoke() const;
  [[nodiscard]] int trust() const;
  [[nodiscard]] int list() const;

  CLI::App* code_ = nullptr;
  CLI::App* revoke_ = nullptr;
  CLI::App* trust_ = nullptr;
  CLI::App* list_ = nullptr;
  std::string database_;
  std::string reason_;
  std::string enrolment_;
  std::string city_keys_;
  int kiosk_ = 0;
  int epoch_ = 0;
  int valid_hours_ = 24;
  bool all_epochs_ = false;
  bool json_ = false;
};

}  // namespace pishkhan::backend
