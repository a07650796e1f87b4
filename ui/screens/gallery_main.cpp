// Draws every screen in its states to PNG files, for eyes: screens_gallery FOLDER [PART OF A NAME]
#include "base/core/png.h"
#include "ui/screens/stage_test.h"

#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

using namespace pishkhan;
using namespace pishkhan::screens::sample;

namespace {

bool with_every_look(const std::string& name) {
  for (const char* part : {"form-keyboard", "form-problem", "form-choice", "before", "receipt-printing",
                           "services", "review", "welcome"}) {
    if (name == part) return true;
  }
  return false;
}

int draw(const std::filesystem::path& folder, const std::string& wanted, const Look& look, const char* suffix,
         bool all) {
  const City city;
  int count = 0;
  for (const Sample& sample : city.samples(look.language)) {
    if (sample.name.find(wanted) == std::string::npos || (!all && !with_every_look(sample.name))) continue;
    const Drawn drawn = Stage::get().draw(city, sample, look);
    const auto file = folder / (sample.name + "-" + std::string(tag(look.language)) + suffix + ".png");
    if (!write_png(file, Stage::get().picture())) return -1;
    if (drawn.overflows > 0) std::cout << file.string() << ": " << drawn.overflows << " texts do not fit\n";
    ++count;
  }
  return count;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count < 2) {
    std::cerr << "screens_gallery FOLDER [PART OF A NAME]\n";
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  const std::string wanted = argument_count > 2 ? arguments[2] : "";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  int count = 0;
  for (const Language language : {Language::Persian, Language::English}) {
    count += draw(folder, wanted, {.language = language}, "", true);
    count +=
        draw(folder, wanted, {.language = language, .text_size = toolkit::TextSize::Large}, "-large", false);
    count +=
        draw(folder, wanted, {.language = language, .contrast = toolkit::Contrast::High}, "-contrast", false);
  }
  std::cout << count << " pictures in " << folder.string() << '\n';
  return count > 0 ? 0 : 1;
}
