#include "kiosk/config/config.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace pishkhan::config;

namespace {

const std::string good = R"([paths]
city = "cities/one"
translations = "share"
fonts = "/usr/share/fonts"
icons = "icons.ttf"
data = "data"
keys = "keys"
[screen]
width = 1080
fullscreen = false
)";

struct File {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "pishkhan-config-test.toml";
  explicit File(const std::string& text) { std::ofstream(path) << text; }
  ~File() { std::filesystem::remove(path); }
};

ConfigFault fault_of(const std::string& text) {
  const File file(text);
  const auto loaded = load(file.path);
  REQUIRE_FALSE(loaded.has_value());
  return loaded.error();
}

}  // namespace

TEST_CASE("a good configuration is taken over, paths relative to the file") {
  const File file(good);
  const auto loaded = load(file.path);
  REQUIRE(loaded.has_value());
  CHECK(loaded->city_pack == std::filesystem::temp_directory_path() / "cities/one");
  CHECK(loaded->fonts == "/usr/share/fonts");
  CHECK_FALSE(loaded->fullscreen);
  CHECK(loaded->screen_height == 1920);
}

TEST_CASE("what a file does not name is the package's, and the city's cards lie beside the file") {
  const std::filesystem::path beside = std::filesystem::temp_directory_path();
  const File file(good);
  const auto loaded = load(file.path);
  REQUIRE(loaded.has_value());
  CHECK(loaded->printers == packaged().printers);
  CHECK(loaded->readers == packaged().readers);
  CHECK(loaded->cards == beside / "cards");

  std::string text = good;
  text.insert(text.find("[screen]"), "cards = \"/srv/cards\"\nreaders = \"quirks\"\n");
  const File other(text);
  const auto own = load(other.path);
  REQUIRE(own.has_value());
  CHECK(own->cards == "/srv/cards");
  CHECK(own->readers == beside / "quirks");
  CHECK(own->printers == packaged().printers);
}

TEST_CASE("each mistake is named with its line, its key and what is allowed") {
  auto fault = fault_of(good + "widht = 3\n");
  CHECK(fault.kind == ConfigFault::Kind::UnknownKey);
  CHECK(fault.line == 11);
  CHECK(fault.key == "screen.widht");
  CHECK(fault.allowed.find("screen.width") != std::string::npos);

  fault = fault_of(good + "height = \"tall\"\n");
  CHECK(fault.kind == ConfigFault::Kind::WrongType);
  CHECK(fault.line == 11);
  CHECK(describe(fault).find("a whole number from 480 to 7680") != std::string::npos);

  CHECK(fault_of(good + "height = 3\n").kind == ConfigFault::Kind::WrongValue);
  CHECK(fault_of(good + "[colours]\nx = 1\n").key == "colours.x");
  CHECK(fault_of("stray = 1\n" + good).kind == ConfigFault::Kind::UnknownKey);
  CHECK(fault_of(good + "[devices]\npaper_width_dots = 500\n").kind == ConfigFault::Kind::WrongValue);
  CHECK(fault_of("[paths]\ncity = \"x\"\n").kind == ConfigFault::Kind::MissingKey);
  CHECK(fault_of("paths = 3\n").kind == ConfigFault::Kind::WrongType);
  CHECK(fault_of("[paths\n").kind == ConfigFault::Kind::Syntax);
  CHECK(load("/nonexistent/kiosk.toml").error().kind == ConfigFault::Kind::CannotRead);
}

TEST_CASE("a build for citizens takes a key from a file only if somebody wrote that down") {
  const auto load_as = [](const std::string& text, pishkhan::protocol::DemoPolicy policy) {
    const File file(text);
    return load(file.path, policy);
  };
  using pishkhan::protocol::DemoPolicy;
  using pishkhan::protocol::KeyPlace;
  CHECK(load_as(good, DemoPolicy::Accept)->key_place == KeyPlace::File);
  const auto refused = load_as(good, DemoPolicy::Refuse);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ConfigFault::Kind::MissingKey);
  CHECK(describe(refused.error())
            .find("pishkhan-config-test.toml: queue.key: missing-key: must be given: \"tpm\"") !=
        std::string::npos);
  CHECK(load_as(good + "[queue]\nkey = \"file\"\n", DemoPolicy::Refuse)->key_place == KeyPlace::File);
  CHECK(load_as(good + "[queue]\nkey = \"tpm\"\n", DemoPolicy::Refuse)->key_place == KeyPlace::Tpm);
  CHECK(fault_of(good + "[queue]\nkey = \"cloud\"\n").kind == ConfigFault::Kind::WrongValue);
  CHECK(fault_of(good + "[queue]\nkey = true\n").allowed == "\"tpm\" or \"file\"");
}

TEST_CASE("a proxy is a host and a port over plain HTTP, and nothing else") {
  const auto with = [](const std::string& value) { return good + "[sync]\nproxy = " + value + "\n"; };
  for (const char* value : {"http://proxy.shahr.example:3128", "http://10.0.0.1:8080", "http://p:1"}) {
    const File file(with("\"" + std::string(value) + "\""));
    const auto loaded = load(file.path);
    REQUIRE(loaded.has_value());
    CHECK(loaded->sync_proxy == value);
  }
  for (const char* value : {"", "proxy:3128", "https://proxy:3128", "http://proxy", "http://:3128",
                            "http://proxy:0", "http://proxy:", "http://proxy:65536", "http://proxy:31x",
                            "http://proxy:+1", "http://user:word@proxy:3128", "http://proxy:3128/",
                            "http://pro xy:3128", "http://proxy:03128", "socks5://proxy:3128"}) {
    CAPTURE(value);
    const ConfigFault fault = fault_of(with("\"" + std::string(value) + "\""));
    CHECK(fault.kind == ConfigFault::Kind::WrongValue);
    CHECK(fault.key == "sync.proxy");
  }
  CHECK(fault_of(with("3128")).kind == ConfigFault::Kind::WrongType);
  const File without(good);
  CHECK(load(without.path)->sync_proxy.empty());
}

TEST_CASE("every truncation is refused or read, never worse") {
  for (std::size_t length = 0; length < good.size(); ++length) {
    const File file(good.substr(0, length));
    const auto loaded = load(file.path);
    if (!loaded) CHECK_FALSE(describe(loaded.error()).empty());
  }
}
