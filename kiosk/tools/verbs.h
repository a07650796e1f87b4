#pragma once

#include <CLI/CLI.hpp>

/// pishkhan-probe: one file a verb. Each adds its subcommand; when it has run, `exit_code` is 0, 1 (it says no)
/// or 2 (wrong use).
namespace pishkhan::tools {

/// What is plugged in, which driver would take it, and what stands in the way.
void add_list(CLI::App& app, int& exit_code);

}  // namespace pishkhan::tools
