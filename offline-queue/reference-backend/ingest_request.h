#pragma once

#include "offline-queue/protocol/messages.h"
#include "offline-queue/protocol/problem.h"
#include "offline-queue/protocol/tracking_code.h"
#include "offline-queue/reference-backend/writer.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan::backend {

// What ingest's requests have in common: reading their queries and answering. Pure.

[[nodiscard]] inline Answering now(HttpAnswer answer) {
  return [answer = std::move(answer)] { return answer; };
}
[[nodiscard]] inline Answering refuse(protocol::ProblemType type) {
  return now(problem_answer(protocol::Problem::of(type)));
}
[[nodiscard]] inline HttpAnswer json_answer(std::string body) {
  return {200, "application/json", std::move(body), {}};
}

/// The value of a query parameter; nothing if it is not there.
[[nodiscard]] inline std::optional<std::string_view> parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.substr(0, name.size()) == name && pair.size() > name.size() && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

[[nodiscard]] inline std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// An empty or missing cursor is the beginning; nothing: what was given cannot be one. See IngestCursors.
[[nodiscard]] inline std::optional<std::string> cursor_of(const HttpRequest& request) {
  const std::string_view after = parameter(request.query, "after").value_or("");
  return protocol::is_cursor(after) ? std::optional<std::string>(after) : std::nullopt;
}

/// "kiosk-1042" -> 1042; 0 if it is none.
[[nodiscard]] inline int kiosk_of(const HttpRequest& request) {
  constexpr std::string_view prefix = "kiosk-";
  const std::string_view name = request.peer_name;
  if (name.substr(0, prefix.size()) != prefix) return 0;
  const std::int64_t kiosk = number(name.substr(prefix.size())).value_or(0);
  return kiosk <= protocol::TrackingCode::highest_kiosk ? static_cast<int>(kiosk) : 0;
}

}  // namespace pishkhan::backend
