#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string_view>

namespace pishkhan::backend {

/// Blocks SIGTERM and SIGINT in this thread and in those it starts later; call it first in main.
void hold_stop_signals();
/// Waits until one of them comes; at most `timeout_ms`, or without end if negative. True: it came.
bool stop_signal_came(int timeout_ms);

/// Writes a number and a line break, whole or not at all, so that a waiting script never reads half of one.
bool write_port_file(const std::filesystem::path& file, std::uint16_t port);

}  // namespace pishkhan::backend
