#pragma once

#include "kiosk/tools/queue_report.h"

#include <CLI/CLI.hpp>
#include <string>

namespace pishkhan::tools {

/// `pishkhan-queue enrol`: what a technician does once at a new kiosk, or for a new epoch: gets it its keys
/// with the code that staff issued. No kiosk runs meanwhile. Lives as long as the CLI::App that it was added
/// to.
class EnrolVerb {
 public:
  void add_to(CLI::App& app);
  [[nodiscard]] bool parsed() const { return verb_->parsed(); }
  /// 0, or 1 if it says no.
  [[nodiscard]] int run() const;

 private:
  CLI::App* verb_ = nullptr;
  std::string url_;
  std::string code_;
  std::string keys_;
  std::string authority_;
  std::string key_place_ = "file";
  std::string proxy_;
  int patience_s_ = 120;
  bool present_key_ = false;
  bool json_ = false;
};

}  // namespace pishkhan::tools
