#include "tests/bench/program_bench.h"

#include "kiosk/demo/child_process.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace pishkhan::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// The service manager's end of the notification socket.
class ReadySocket {
 public:
  explicit ReadySocket(const std::filesystem::path& path)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    bound_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ReadySocket(const ReadySocket&) = delete;
  ReadySocket& operator=(const ReadySocket&) = delete;
  ~ReadySocket() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(socket_);
  }
  [[nodiscard]] bool wait_for_ready(int timeout_ms) const {
    pollfd watched{socket_, POLLIN, 0};
    while (bound_ && ::poll(&watched, 1, timeout_ms) > 0) {
      std::array<char, 256> text{};
      const ssize_t got = ::recv(socket_, text.data(), text.size() - 1, 0);
      if (got > 0 && std::strstr(text.data(), "READY=1") != nullptr) return true;
    }
    return false;
  }

 private:
  int socket_;
  bool bound_ = false;
};

std::filesystem::path write_config(const std::filesystem::path& folder) {
  const std::filesystem::path assets = PISHKHAN_ASSETS;
  std::filesystem::create_directories(folder / "data");
  std::ofstream(folder / "kiosk.toml")
      << "[paths]\ncity = \"" << (assets / "cities/shahr-e-nemuneh").string() << "\"\ntranslations = \""
      << PISHKHAN_TRANSLATIONS << "\"\nfonts = \"" << (assets / "fonts").string() << "\"\nicons = \""
      << (assets / "icons/icons.ttf").string()
      << "\"\ndata = \"data\"\nkeys = \"keys\"\n[screen]\nfullscreen = false\n";
  return folder / "kiosk.toml";
}

double cpu_seconds(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::istringstream rest(text.substr(std::min(text.size(), text.rfind(')') + 2)));
  std::string word;
  double ticks = 0;
  for (int field = 3; rest >> word; ++field)  // proc(5): fields 14 and 15 are utime and stime
    if (field == 14 || field == 15) ticks += std::stod(word);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double proportional_mib(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/smaps_rollup");
  std::string name;
  double kib = 0;
  for (std::string line; std::getline(file, line);)
    if (line.rfind("Pss:", 0) == 0) kib = std::stod(line.substr(4));
  return kib / 1024;
}

}  // namespace

std::optional<ProgramFigures> measure_program(double idle_seconds) {
  std::string pattern = (std::filesystem::temp_directory_path() / "pishkhan-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return std::nullopt;
  const std::filesystem::path folder = pattern;
  const auto config = write_config(folder);
  ::setenv("SDL_VIDEODRIVER", "offscreen", 1);
  ProgramFigures figures;
  figures.starts = 5;
  std::vector<double> starts;
  for (int start = 0; start < figures.starts; ++start) {
    const ReadySocket ready(folder / ("notify" + std::to_string(start)));
    const auto begin = SteadyClock::now();
    auto kiosk =
        demo::ChildProcess::start(PISHKHAN_PROGRAM, {"--config", config.string()}, folder / "kiosk.log");
    if (!kiosk || !ready.wait_for_ready(20'000)) return std::nullopt;
    starts.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count());
    if (start + 1 < figures.starts) continue;
    std::this_thread::sleep_for(std::chrono::seconds(2));
    figures.proportional_mib = proportional_mib(kiosk->id());
    const double before = cpu_seconds(kiosk->id());
    const auto idle_begin = SteadyClock::now();
    std::this_thread::sleep_for(std::chrono::duration<double>(idle_seconds));
    figures.idle_seconds = std::chrono::duration<double>(SteadyClock::now() - idle_begin).count();
    figures.idle_cpu_percent = 100 * (cpu_seconds(kiosk->id()) - before) / figures.idle_seconds;
  }
  std::sort(starts.begin(), starts.end());
  figures.start_ms = starts[starts.size() / 2];
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return figures;
}

}  // namespace pishkhan::bench
