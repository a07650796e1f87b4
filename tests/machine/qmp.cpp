#include "tests/machine/qmp.h"

#include "base/core/png.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

namespace pishkhan::machine {

std::optional<Qmp> Qmp::connect(const std::filesystem::path& socket) {
  auto opened = UnixSocket::connect(socket, std::chrono::seconds(20));
  if (!opened) return std::nullopt;
  Qmp qmp(std::move(*opened));
  if (!qmp.line() || !qmp.execute("qmp_capabilities")) return std::nullopt;
  return qmp;
}

std::optional<std::string> Qmp::line() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < until) {
    if (const std::size_t end = received_.find('\n'); end != std::string::npos) {
      std::string first = received_.substr(0, end);
      received_.erase(0, end + 1);
      return first;
    }
    auto bytes = socket_.receive(std::chrono::milliseconds(200));
    if (!bytes) return std::nullopt;
    received_ += as_text(*bytes);
  }
  return std::nullopt;
}

bool Qmp::execute(std::string_view command, std::string_view arguments) {
  nlohmann::json request{{"execute", command}};
  if (!arguments.empty()) request["arguments"] = nlohmann::json::parse(arguments, nullptr, false);
  const std::string text = request.dump() + "\n";
  if (!socket_.send(as_bytes(text))) return false;
  while (const auto answer = line()) {
    const auto parsed = nlohmann::json::parse(*answer, nullptr, false);
    if (parsed.contains("return")) return true;
    if (parsed.contains("error")) return false;
  }
  return false;
}

std::optional<Picture> Qmp::screen(const std::filesystem::path& png) {
  const nlohmann::json arguments{{"filename", png.string()}, {"format", "png"}};
  if (!execute("screendump", arguments.dump())) return std::nullopt;
  auto picture = read_png(png);
  if (!picture) return std::nullopt;
  return std::move(*picture);
}

}  // namespace pishkhan::machine
