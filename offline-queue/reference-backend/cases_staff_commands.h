#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::backend {

/// The verbs of pishkhan-cases by which staff speak to their kiosks: publish-catalogue, set-configuration,
/// command, stage, audit, health. Lives as long as the CLI::App that it was added to.
class StaffCommands {
 public:
  void add_to(CLI::App& app);
  /// The exit status, if one of them was called: 0, or 1 if it says no.
  [[nodiscard]] std::optional<int> run() const;

 private:
  [[nodiscard]] int publish() const;
  [[nodiscard]] int configure() const;
  [[nodiscard]] int command() const;
  [[nodiscard]] int move() const;
  [[nodiscard]] int audit() const;
  [[nodiscard]] int health() const;

  CLI::App* publish_ = nullptr;
  CLI::App* configure_ = nullptr;
  CLI::App* command_ = nullptr;
  CLI::App* stage_ = nullptr;
  CLI::App* audit_ = nullptr;
  CLI::App* health_ = nullptr;
  std::string database_;
  std::string keys_;
  std::string pack_;
  std::vector<std::string> settings_;
  std::string order_;
  std::string reason_;
  std::string case_number_;
  std::string stage_id_;
  bool settled_ = false;
  std::string ingest_;
  int kiosk_ = 0;
  int valid_hours_ = 24;
  bool only_keep_ = false;
  bool history_ = false;
  bool json_ = false;
};

}  // namespace pishkhan::backend
