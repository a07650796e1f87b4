#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

/// pishkhan-probe: one file a group of verbs. Each adds its subcommand; when it has run, `exit_code` is 0, 1
/// (it says no) or 2 (wrong use).
namespace pishkhan::tools {

/// Where the package puts what is known of readers.
inline constexpr const char* readers_folder = "/usr/share/pishkhan/readers";

/// What is plugged in, which driver would take it, and what stands in the way.
void add_list(CLI::App& app, int& exit_code);
/// A sample receipt as a picture, as printer's bytes, and on paper.
void add_receipt(CLI::App& app, int& exit_code);

/// What the printer calls itself, which model is taken for it, and how it is.
void add_printer(CLI::App& app, int& exit_code);

// card_verbs.cpp: with the card reader that was plugged in last.

/// What the reader says about itself, and whether there is a card.
void add_reader(CLI::App& app, int& exit_code);
/// What card it is, as far as profiles know it. Nothing about whose it is.
void add_card(CLI::App& app, int& exit_code);
/// The same, with every word between kiosk and card written down, masked.
void add_record(CLI::App& app, int& exit_code);

// data_verbs.cpp: without any device.

/// An answer to reset, taken apart.
void add_atr(CLI::App& app, int& exit_code);
/// The 54 bytes of a reader's class descriptor, or all descriptors of its configuration, taken apart.
void add_ccid_descriptor(CLI::App& app, int& exit_code);
/// Whether a file of reader quirks is as it should be.
void add_quirk(CLI::App& app, int& exit_code);
/// Whether a card profile is as it should be, and who signed it.
void add_profile(CLI::App& app, int& exit_code);

/// What a verb found: for programs as JSON, otherwise one line a value, indented.
using Report = nlohmann::ordered_json;
void add_json_flag(CLI::App& verb);
void print_report(const CLI::App& verb, const Report& report);

}  // namespace pishkhan::tools
