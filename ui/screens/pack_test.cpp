#include "ui/screens/pack_test.h"

#include "ui/screens/stage_test.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::screens;
using namespace pishkhan::screens::sample;

TEST_CASE("every service that is shipped can be drawn, in both languages and with large letters") {
  const auto packs = shipped_packs();
  CHECK_FALSE(packs.empty());
  for (const services::Catalogue& catalogue : packs) {
    for (const Language language : {Language::Persian, Language::English}) {
      for (const toolkit::TextSize size : {toolkit::TextSize::Normal, toolkit::TextSize::Large}) {
        for (const Sample& shown : pack_samples(catalogue)) {
          INFO(shown.name << " " << tag(language));
          const Drawn drawn = Stage::get().draw(catalogue, shown, {.language = language, .text_size = size});
          CHECK(drawn.overflows == 0);
          CHECK_FALSE(drawn.targets.empty());
        }
      }
    }
  }
}

TEST_CASE("the services that are shipped stand on one page, none below its edge") {
  for (const services::Catalogue& catalogue : shipped_packs()) {
    for (const Language language : {Language::Persian, Language::English}) {
      const Sample services{.name = "services", .view = view::Services{}};
      const Drawn drawn = Stage::get().draw(catalogue, services, {.language = language});
      for (const services::Area& area : catalogue.areas) {
        const toolkit::Target* tile = drawn.find("area/" + area.id);
        REQUIRE_MESSAGE(tile != nullptr, area.id);
        CHECK_MESSAGE(tile->rect.h >= 150, area.id);
      }
    }
  }
}
