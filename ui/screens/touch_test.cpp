#include "ui/screens/stage_test.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace pishkhan;
using namespace pishkhan::screens;
using sample::City;
using sample::Drawn;
using sample::Sample;
using sample::Stage;

namespace {

/// What the screen asks for when this target is tapped.
Actions tap(const City& city, const Sample& shown, const std::string& id, float height = 6000) {
  const Drawn before = Stage::get().draw(city.catalogue(), shown, {}, height);
  const toolkit::Target* target = before.find(id);
  REQUIRE_MESSAGE(target != nullptr, id);
  const toolkit::Point at = target->rect.centre();
  Stage::get().touch(city.catalogue(), shown, {}, at, render::Transition::Down);
  return Stage::get().touch(city.catalogue(), shown, {}, at, render::Transition::Up).actions;
}

template <class Wanted>
const Wanted* find(const Actions& actions) {
  for (const Action& one : actions) {
    if (const auto* wanted = std::get_if<Wanted>(&one)) return wanted;
  }
  return nullptr;
}

Sample sample_named(const City& city, const std::string& name) {
  auto samples = city.samples(Language::Persian);
  const auto found =
      std::find_if(samples.begin(), samples.end(), [&](const Sample& one) { return one.name == name; });
  REQUIRE_MESSAGE(found != samples.end(), name);
  return *found;
}

}  // namespace

TEST_CASE("a tap asks for what the target says") {
  const City city;
  const auto on = [&](const char* name, const char* id) { return tap(city, sample_named(city, name), id); };
  REQUIRE(find<action::ChooseArea>(on("services", "area/complaints")) != nullptr);
  CHECK(find<action::OpenTracking>(on("services", "track")) != nullptr);
  CHECK(find<action::End>(on("services", "end")) != nullptr);
  CHECK(find<action::Back>(on("area-elsewhere", "back")) != nullptr);
  CHECK(find<action::Next>(on("before", "main")) != nullptr);
  CHECK(find<action::ToggleLargeText>(on("before", "text-size")) != nullptr);
  CHECK(find<action::ToggleHighContrast>(on("before", "contrast")) != nullptr);
  CHECK(find<action::TypeInstead>(on("identify-card-waiting", "type-instead")) != nullptr);
  CHECK(find<action::PrintAgain>(on("receipt-paper-out", "print-again")) != nullptr);
  CHECK(find<action::KeepGoing>(on("idle-warning", "keep-going")) != nullptr);
  CHECK(find<action::ConfirmEnd>(on("end-question", "confirm-end")) != nullptr);
  CHECK(find<action::OpenRecovery>(on("welcome-recovery", "recover")) != nullptr);
  const Actions language = on("before", "language/en");
  REQUIRE(find<action::ChooseLanguage>(language) != nullptr);
  CHECK(find<action::ChooseLanguage>(language)->language == Language::English);
  const Actions change = on("review", "change/1");
  REQUIRE(find<action::GoToStep>(change) != nullptr);
  CHECK(find<action::GoToStep>(change)->step == 1);
  const Actions service = on("area-open", "service/complaint-137");
  REQUIRE(find<action::ChooseService>(service) != nullptr);
  CHECK(find<action::ChooseService>(service)->service == "complaint-137");
}

TEST_CASE("the welcome screen starts wherever it is touched above the languages") {
  const City city;
  const Sample welcome = sample_named(city, "welcome");
  const Drawn drawn = Stage::get().draw(city.catalogue(), welcome, {});
  const toolkit::Target* start = drawn.find("start");
  REQUIRE(start != nullptr);
  CHECK(start->rect.w * start->rect.h > 1080 * 1920 / 3);
  CHECK(find<action::Start>(tap(city, welcome, "start", 1920)) != nullptr);
}

TEST_CASE("a dimmed main action and a covered screen do not answer") {
  const City city;
  CHECK(find<action::Next>(tap(city, sample_named(city, "form-digits"), "main")) == nullptr);
  CHECK(find<action::PrintAgain>(tap(city, sample_named(city, "receipt-printing"), "print-again")) == nullptr);
  const Drawn covered = Stage::get().draw(city.catalogue(), sample_named(city, "idle-warning"), {});
  const toolkit::Target* below = covered.find("end");
  CHECK((below == nullptr || !below->enabled));
}

TEST_CASE("touching a field asks for its focus, a choice for its value, a key for an edit") {
  const City city;
  const Actions focus = tap(city, sample_named(city, "form-problem"), "field/postal");
  REQUIRE(find<action::FocusField>(focus) != nullptr);
  CHECK(find<action::FocusField>(focus)->field == "postal");

  const Actions chosen = tap(city, sample_named(city, "form-choice"), "choice/topic/light");
  REQUIRE(find<action::EditField>(chosen) != nullptr);
  CHECK(find<action::EditField>(chosen)->field == "topic");
  CHECK(find<action::EditField>(chosen)->text.reveal() == "light");

  const Sample digits = sample_named(city, "form-digits");
  const Actions typed = tap(city, digits, "key/8", 1920);
  REQUIRE(find<action::EditField>(typed) != nullptr);
  CHECK(find<action::EditField>(typed)->field == "mobile");
  CHECK(find<action::EditField>(typed)->text.reveal() == "0912345678");

  const Actions next = tap(city, digits, "key/next", 1920);
  REQUIRE(find<action::FocusField>(next) != nullptr);
  CHECK(find<action::FocusField>(next)->field == "postal");
}
