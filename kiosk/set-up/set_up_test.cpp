#include "kiosk/set-up/set_up.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace pishkhan;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "pishkhan-set-up-XXXXXX").string();
    if (const char* made = ::mkdtemp(pattern.data()); made != nullptr) path = made;
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void put(const char* name) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << "{}";
  }
  fs::path path;
};

}  // namespace

TEST_CASE("a machine without anything says what is missing and where; with a configuration it goes on") {
  const Folder folder;
  const fs::path file = folder.path / "kiosk.toml";
  auto needs = look_for_needs(file);
  CHECK(needs.configuration == file.string());
  CHECK(needs.catalogue == (folder.path / "city").string());
  CHECK(needs.keys == (folder.path / "keys").string());
  folder.put("keys/enrolment.json");
  folder.put("city/city.json");
  CHECK(look_for_needs(file).keys.empty());
  fs::remove(folder.path / "keys/enrolment.json");
  folder.put("keys/current");  // enrolled by code
  CHECK(look_for_needs(file).keys.empty());
  fs::remove(folder.path / "keys/current");
  folder.put("keys/enrolment.json");
  needs = look_for_needs(file);
  CHECK(needs.catalogue.empty());

  ::setenv("SDL_VIDEODRIVER", "offscreen", 1);
  const fs::path assets = PISHKHAN_SOURCE_ASSETS;
  config::Config config;
  config.fonts = assets / "fonts";
  config.icons = assets / "icons/icons.ttf";
  config.translations = PISHKHAN_BUILT_TRANSLATIONS;
  config.screen_width = 540;
  config.screen_height = 960;
  config.fullscreen = false;
  const SystemClock clock;
  auto screen = SetUpScreen::open(config, file, clock);
  REQUIRE(screen.has_value());
  for (int i = 0; i < 4; ++i) REQUIRE((*screen)->turn(SteadyTime{0}));
  const Picture one = (*screen)->surface().picture();
  fs::remove(folder.path / "keys/enrolment.json");
  for (int i = 0; i < 4; ++i) REQUIRE((*screen)->turn(SteadyTime{0}));
  CHECK_FALSE((*screen)->surface().picture() == one);  // one more thing is missing, and is shown
  folder.put("kiosk.toml");
  CHECK_FALSE((*screen)->turn(SteadyTime{0}));
}
