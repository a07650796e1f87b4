// Draws every screen in its states to PNG files, for eyes: screens_gallery FOLDER [PART OF A NAME]
#include "base/core/png.h"
#include "ui/screens/pack_test.h"
#include "ui/screens/stage_test.h"

#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

using namespace pishkhan;
using namespace pishkhan::screens::sample;

namespace {

bool with_every_look(const std::string& name) {
  for (const char* part :
       {"form-keyboard", "form-problem", "form-choice", "before", "receipt-printing", "services", "review",
        "welcome", "track-invalid", "track-as-of", "refused-full-typed", "out-of-service-closed",
        "identify-card-pin", "identify-card-wrong-pin", "identify-card-blocked"}) {
    if (name == part) return true;
  }
  return false;
}

struct Gallery {
  std::filesystem::path folder;
  std::string wanted;
  int pictures = 0;

  void draw(const services::Catalogue& catalogue, const Sample& sample, const Look& look, const char* suffix) {
    if (sample.name.find(wanted) == std::string::npos) return;
    const Drawn drawn = Stage::get().draw(catalogue, sample, look);
    const auto file = folder / (sample.name + "-" + std::string(tag(look.language)) + suffix + ".png");
    if (!write_png(file, Stage::get().picture())) {
      std::cerr << file.string() << " cannot be written\n";
      return;
    }
    if (drawn.overflows > 0) std::cout << file.string() << ": " << drawn.overflows << " texts do not fit\n";
    ++pictures;
  }

  void draw_language(const City& city, Language language) {
    for (const Sample& sample : city.samples(language)) {
      draw(city.catalogue(), sample, {.language = language}, "");
      if (!with_every_look(sample.name)) continue;
      draw(city.catalogue(), sample, {.language = language, .text_size = toolkit::TextSize::Large}, "-large");
      draw(city.catalogue(), sample, {.language = language, .contrast = toolkit::Contrast::High}, "-contrast");
    }
  }
};

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count < 2) {
    std::cerr << "screens_gallery FOLDER [PART OF A NAME]\n";
    return 2;
  }
  Gallery gallery{arguments[1], argument_count > 2 ? arguments[2] : ""};
  std::error_code error;
  std::filesystem::create_directories(gallery.folder, error);
  const City city;
  const auto packs = shipped_packs();
  for (const Language language : {Language::Persian, Language::English}) {
    gallery.draw_language(city, language);
    for (const services::Catalogue& catalogue : packs) {
      for (const Sample& sample : pack_samples(catalogue))
        gallery.draw(catalogue, sample, {.language = language}, "");
    }
  }
  std::cout << gallery.pictures << " pictures in " << gallery.folder.string() << '\n';
  return gallery.pictures > 0 ? 0 : 1;
}
