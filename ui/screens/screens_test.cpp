#include "ui/screens/stage_test.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace pishkhan;
using namespace pishkhan::screens;
using sample::City;
using sample::Drawn;
using sample::Look;
using sample::Sample;
using sample::Stage;
using toolkit::Rect;
using toolkit::Target;

namespace {

constexpr float kTall = 6000;  ///< a page on which nothing scrolls
constexpr float kLeastTarget = 88;

std::vector<Look> all_looks() {
  std::vector<Look> looks;
  for (const Language language : {Language::Persian, Language::English}) {
    looks.push_back({.language = language});
    looks.push_back({.language = language, .text_size = toolkit::TextSize::Large});
  }
  looks.push_back({.contrast = toolkit::Contrast::High});
  return looks;
}

std::string describe(const Sample& drawn, const Look& look) {
  return drawn.name + " " + std::string(tag(look.language)) +
         (look.text_size == toolkit::TextSize::Large ? " large" : "");
}

template <class Check>
void on_every_screen(float height, Check check) {
  const City city;
  for (const Look& look : all_looks()) {
    for (const Sample& shown : city.samples(look.language)) {
      INFO(describe(shown, look));
      check(shown, Stage::get().draw(city.catalogue(), shown, look, height));
    }
  }
}

bool has_way_out(const Drawn& drawn) {
  for (const std::string_view id : {"end", "back", "confirm-end", "start"}) {
    const Target* target = drawn.find(id);
    if (target != nullptr && target->enabled && !target->rect.empty()) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every text fits into its place, in both languages and with large letters") {
  on_every_screen(1920, [](const Sample&, const Drawn& drawn) { CHECK(drawn.overflows == 0); });
}

TEST_CASE("every screen has a way out, but for one that waits for the disk and one that is out of service") {
  on_every_screen(1920, [](const Sample& shown, const Drawn& drawn) {
    const bool closed = std::holds_alternative<view::OutOfService>(shown.view) ||
                        std::holds_alternative<view::Filing>(shown.view);
    if (!closed) CHECK(has_way_out(drawn));
  });
}

TEST_CASE("no two targets overlap, and their names are their own") {
  on_every_screen(1920, [](const Sample&, const Drawn& drawn) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < drawn.targets.size(); ++i) {
      CHECK_MESSAGE(names.insert(drawn.targets[i].id).second, drawn.targets[i].id);
      for (std::size_t k = i + 1; k < drawn.targets.size(); ++k) {
        const Rect common = drawn.targets[i].rect.intersected(drawn.targets[k].rect);
        CHECK_MESSAGE(common.w * common.h < 1, drawn.targets[i].id << " and " << drawn.targets[k].id);
      }
    }
  });
}

TEST_CASE("every target is large enough for a thumb and lies on the page") {
  on_every_screen(kTall, [](const Sample&, const Drawn& drawn) {
    for (const Target& target : drawn.targets) {
      INFO(target.id);
      CHECK(target.rect.h >= kLeastTarget - 0.5F);
      CHECK(target.rect.w >= 72);  // the narrowest key of the keyboard
      CHECK(target.rect.x >= 0);
      CHECK(target.rect.right() <= 1080);
      CHECK_FALSE(target.label.empty());
    }
  });
}

TEST_CASE("end is never beside the main action") {
  on_every_screen(1920, [](const Sample&, const Drawn& drawn) {
    const Target* end = drawn.find("end");
    const Target* main = drawn.find("main");
    if (end != nullptr && main != nullptr) CHECK(main->rect.y - end->rect.bottom() > 400);
  });
}

TEST_CASE("the page is mirrored, keyboard and digit pad are not") {
  const City city;
  const auto draw = [&](const char* name, Language language) {
    for (const Sample& shown : city.samples(language)) {
      if (shown.name == name) return Stage::get().draw(city.catalogue(), shown, {.language = language});
    }
    return Drawn{};
  };
  const auto x_of = [](const Drawn& drawn, const char* id) {
    const Target* target = drawn.find(id);
    REQUIRE_MESSAGE(target != nullptr, id);
    return target->rect;
  };
  for (const char* name : {"services", "area-open", "form-digits", "form-keyboard", "before", "track"}) {
    INFO(name);
    const Drawn persian = draw(name, Language::Persian);
    const Drawn english = draw(name, Language::English);
    CHECK(x_of(persian, "end").x == doctest::Approx(48));
    CHECK(x_of(english, "end").right() == doctest::Approx(1080 - 48));
    CHECK(x_of(persian, "back").right() == doctest::Approx(1080 - 48));
    CHECK(x_of(english, "back").x == doctest::Approx(48));
  }
  const Drawn persian = draw("services", Language::Persian);
  const Drawn english = draw("services", Language::English);
  for (const char* id : {"area/permits", "area/supervision", "area/estates", "track"}) {
    CHECK(x_of(persian, id).x == doctest::Approx(1080 - x_of(english, id).right()));
    CHECK(x_of(persian, id).w == doctest::Approx(x_of(english, id).w));
  }
  const Drawn digits = draw("form-digits", Language::Persian);
  const Drawn same_digits = draw("form-digits", Language::English);
  for (const char* key : {"key/1", "key/3", "key/0", "key/backspace"}) {
    CHECK(x_of(digits, key).x == doctest::Approx(x_of(same_digits, key).x));
  }
  CHECK(x_of(digits, "key/1").x < x_of(digits, "key/3").x);
}

TEST_CASE("services stand in exactly two columns, and in one with large letters") {
  const City city;
  const auto columns = [&](toolkit::TextSize size) {
    std::set<int> lefts;
    const Sample services{.name = "services", .view = view::Services{}};
    for (const Target& target :
         Stage::get().draw(city.catalogue(), services, {.text_size = size}, kTall).targets) {
      if (target.id.rfind("area/", 0) == 0) lefts.insert(static_cast<int>(target.rect.x));
    }
    return lefts.size();
  };
  CHECK(columns(toolkit::TextSize::Normal) == 2);
  CHECK(columns(toolkit::TextSize::Large) == 1);
}

TEST_CASE("the main action is dimmed, never hidden, while something is missing") {
  on_every_screen(1920, [](const Sample& shown, const Drawn& drawn) {
    const auto* form = std::get_if<view::Form>(&shown.view);
    if (form == nullptr) return;
    const Target* main = drawn.find("main");
    REQUIRE(main != nullptr);
    CHECK(main->enabled == form->may_continue);
  });
}

TEST_CASE("the field that is typed in can be seen above the keyboard") {
  on_every_screen(1920, [](const Sample& shown, const Drawn& drawn) {
    const auto* form = std::get_if<view::Form>(&shown.view);
    if (form == nullptr || form->focused.empty()) return;
    const Target* field = drawn.find("field/" + form->focused);
    REQUIRE(field != nullptr);
    CHECK(field->rect.h >= 60);
  });
}
