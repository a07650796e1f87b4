// Wiped means wiped: canary texts are typed into every field, filed and printed; when the visit has ended,
// the process's own memory holds none of them, in no encoding.
#include "drivers/simulated/citizen_card.h"
#include "tests/end-to-end/memory_scan.h"
#include "tests/end-to-end/whole_city.h"

#include <doctest/doctest.h>

#include <array>

using namespace pishkhan;
using e2e::Canary;
using e2e::WholeCity;
using screens::view::PrintState;

namespace {

/// The words are put together from halves, so that no whole canary is a constant of this program.
std::string joined(std::string_view first, std::string_view second) {
  std::string text(first);
  text += second;
  return text;
}

struct Typed {
  const char* field;
  std::string_view halves[2];
};

constexpr std::array<Typed, 4> typed{{{"address", {"قناریزرد", "کوچهپنهان"}},
                                      {"landmark", {"نشانهناپیدا", "پشتدیوار"}},
                                      {"details", {"رازبزرگ", "شهروندیاد"}},
                                      {"mobile", {"09351", "748263"}}}};

std::vector<Canary> canaries() {
  std::vector<Canary> list;
  for (const Typed& one : typed) {
    std::string text = joined(one.halves[0], one.halves[1]);
    const Canary plain(text);
    wipe(text.data(), text.size());
    list.push_back(plain);
    list.push_back(plain.as_utf16());
    list.push_back(plain.as_utf32());
  }
  // The number as it stands in a text field of the Persian page.
  Canary persian_digits("");
  std::string shown;
  for (const char c : std::string_view("748263"))
    shown += std::string("\xDB") + static_cast<char>(0xB0 + (c - '0'));
  list.emplace_back(shown);
  list.push_back(list.back().as_utf32());
  wipe(shown.data(), shown.size());
  return list;
}

bool type_canary(WholeCity& city, const Typed& one) {
  std::string text = joined(one.halves[0], one.halves[1]);
  const bool done = city.robot->tap(std::string("field/") + one.field) && city.robot->type(text);
  wipe(text.data(), text.size());
  return done;
}

/// The workers carry out Forget in their own time: mostly in half a second, on a busy machine later. What is wiped
/// does not come back, so looking again hides nothing.
std::vector<e2e::Hit> what_stays(demo::Robot& robot, const std::vector<e2e::Canary>& wanted) {
  std::vector<e2e::Hit> left;
  for (int look = 0; look < 5; ++look) {
    ::usleep(700'000);
    robot.settle();
    left = e2e::scan_own_memory(wanted);
    if (left.empty()) break;
  }
  return left;
}

void report(const std::vector<e2e::Hit>& hits) {
  for (const e2e::Hit& hit : hits)
    MESSAGE("canary " << hit.canary << " at +" << hit.offset << " in " << hit.region);
}

}  // namespace

TEST_CASE("after the visit the memory holds none of the citizen's words") {
  const std::vector<Canary> wanted = canaries();
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  auto& robot = *city.robot;
  REQUIRE(robot.tap("language/fa"));
  REQUIRE(robot.tap("area/complaints"));
  REQUIRE(robot.tap("service/complaint-137"));
  REQUIRE(robot.tap("main"));
  REQUIRE(robot.tap("choice/topic/pothole"));
  REQUIRE(robot.tap("main"));
  REQUIRE(robot.tap("choice/district/d6"));
  REQUIRE(robot.tap("main"));
  REQUIRE(type_canary(city, typed[0]));
  REQUIRE(type_canary(city, typed[1]));
  REQUIRE(robot.tap("main"));
  REQUIRE(type_canary(city, typed[2]));
  REQUIRE(robot.tap("main"));
  REQUIRE(type_canary(city, typed[3]));
  REQUIRE(robot.tap("main"));
  REQUIRE(robot.page<visit::page::Review>() != nullptr);

  // The scan can find: while the visit stands, the words are there.
  CHECK_FALSE(e2e::scan_own_memory(wanted).empty());

  REQUIRE(city.file().size() == 14);
  REQUIRE(city.await_print(PrintState::Printed));
  REQUIRE(robot.wait_for([&city] { 
    const auto* receipt = city.robot->page<visit::page::Receipt>();
    return receipt != nullptr && receipt->sent;
  }));
  REQUIRE(city.leave());
  robot.settle();
  const auto left = what_stays(robot, wanted);
  report(left);
  CHECK(left.empty());
}

TEST_CASE("identity, whether typed or from a card, and the receipt secret go as well") {
  std::vector<Canary> wanted;
  for (const auto& halves : {std::array{"06841", "59414"}, std::array{"04993", "70899"},
                             std::array{"8361", "0472"}, std::array{"09358", "620471"}}) {
    std::string text = joined(halves[0], halves[1]);
    wanted.emplace_back(text);
    wanted.push_back(wanted.back().as_utf32());
    wipe(text.data(), text.size());
  }
  const auto type = [](WholeCity& city, const char* field, std::string_view first, std::string_view second) {
    return city.robot->tap(field) && city.robot->type(first) && city.robot->type(second);
  };
  WholeCity city(std::filesystem::path(PISHKHAN_ASSETS).parent_path() / "base/services/testdata/second-city");
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  auto& robot = *city.robot;

  // Typed.
  REQUIRE(robot.tap("language/fa"));
  REQUIRE(robot.tap("area/trees"));
  REQUIRE(robot.tap("service/tree-pruning"));
  REQUIRE(robot.tap("main"));
  REQUIRE(robot.tap("type-instead"));
  REQUIRE(type(city, "field/national_id", "06841", "59414"));
  REQUIRE(robot.tap("main"));
  REQUIRE(robot.page<visit::page::Form>() != nullptr);
  CHECK_FALSE(e2e::scan_own_memory(wanted).empty());
  REQUIRE(robot.tap("end"));
  REQUIRE(robot.tap("confirm-end"));

  // From a card.
  REQUIRE(robot.tap("language/fa"));
  REQUIRE(robot.tap("area/trees"));
  REQUIRE(robot.tap("service/tree-felling"));
  REQUIRE(robot.tap("main"));
  city.machine->reader().insert(city.machine->cards().citizen());
  REQUIRE(robot.wait_for([&city] { return city.robot->page<visit::page::Form>() != nullptr; }));
  static_cast<void>(city.machine->reader().remove());
  REQUIRE(robot.wait_for([&city] { return city.robot->page<visit::page::Identify>() != nullptr; }));
  REQUIRE(robot.tap("end"));
  if (robot.shows("confirm-end")) REQUIRE(robot.tap("confirm-end"));

  // Following up with the secret, which goes to the backend and back.
  REQUIRE(robot.tap("language/fa"));
  REQUIRE(robot.tap("track"));
  REQUIRE(robot.tap("field/code"));
  REQUIRE(robot.type("10420100000175"));
  REQUIRE(type(city, "field/secret", "8361", "0472"));
  REQUIRE(robot.tap("main"));
  REQUIRE(robot.wait_for([&city] {
    const auto* asking = city.robot->page<visit::page::Track>();
    return asking == nullptr || asking->state != screens::view::LookUpState::Asking;
  }));
  REQUIRE(robot.tap("end"));
  if (robot.shows("confirm-end")) REQUIRE(robot.tap("confirm-end"));
  REQUIRE(robot.visit() == nullptr);
  robot.settle();
  const auto left = what_stays(robot, wanted);
  report(left);
  CHECK(left.empty());
}
