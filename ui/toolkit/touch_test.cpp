#include "ui/toolkit/scroll.h"
#include "ui/toolkit/toolkit_test_support.h"
#include "ui/toolkit/widgets.h"

#include <doctest/doctest.h>

namespace pishkhan::toolkit {
namespace {

using render::InputFrame;
using render::Transition;

/// Two tiles beside each other, as in pitfall 9 of the text study: 180 and 900 of 1080.
struct TwoTiles {
  int left = 0;
  int right = 0;
  bool left_pressed = false;
  Bench::Draw draw = [this](Ui& ui) {
    ui.fill(ui.page(), ui.theme().paper);
    const Touch one = ui.touch("left", {60, 200, 400, 200}, "left");
    left += one.tapped ? 1 : 0;
    left_pressed = one.pressed;
    right += ui.touch("right", {620, 200, 400, 200}, "right").tapped ? 1 : 0;
  };
};

InputFrame at(Bench& bench, float x, float y, Transition transition) {
  const Point pixel = bench.ui.to_pixels({x, y});
  InputFrame input;
  input.x = pixel.x;
  input.y = pixel.y;
  input.down = transition != Transition::Up;
  input.transition = transition;
  return input;
}

}  // namespace

TEST_CASE("a tap injected at 180 presses what is at 180") {
  Bench bench;
  TwoTiles tiles;
  bench.settle(tiles.draw);
  const Point pixel = bench.ui.to_pixels({180, 300});
  render::push_tap(pixel.x, pixel.y);
  bench.settle(tiles.draw);
  CHECK(tiles.left == 1);
  CHECK(tiles.right == 0);
  bench.tap("right", tiles.draw);
  CHECK(tiles.right == 1);
}

TEST_CASE("the action is on release inside the same target; sliding off cancels for good") {
  Bench bench;
  TwoTiles tiles;
  bench.settle(tiles.draw);
  bench.frame(at(bench, 180, 300, Transition::Down), tiles.draw);
  CHECK(tiles.left_pressed);
  CHECK(tiles.left == 0);
  bench.frame(at(bench, 190, 310, Transition::None), tiles.draw);  // within the slop
  CHECK(tiles.left_pressed);
  bench.frame(at(bench, 190, 310, Transition::Up), tiles.draw);
  CHECK(tiles.left == 1);

  bench.frame(at(bench, 180, 300, Transition::Down), tiles.draw);
  bench.frame(at(bench, 800, 300, Transition::None), tiles.draw);
  CHECK_FALSE(tiles.left_pressed);
  bench.frame(at(bench, 180, 300, Transition::None), tiles.draw);
  bench.frame(at(bench, 180, 300, Transition::Up), tiles.draw);
  CHECK(tiles.left == 1);

  bench.frame(at(bench, 180, 300, Transition::Down), tiles.draw);
  bench.frame(at(bench, 800, 300, Transition::Up), tiles.draw);
  CHECK(tiles.left == 1);
  CHECK(tiles.right == 0);

  bench.frame(at(bench, 180, 300, Transition::Down), tiles.draw);
  InputFrame cancelled;
  cancelled.transition = Transition::Cancelled;
  bench.frame(cancelled, tiles.draw);
  bench.frame(at(bench, 180, 300, Transition::Up), tiles.draw);
  CHECK(tiles.left == 1);
}

TEST_CASE(
    "a dimmed target is listed and does nothing; one that vanished under the finger does nothing either") {
  Bench bench;
  int taps = 0;
  Enabled enabled = Enabled::No;
  bool there = true;
  const Bench::Draw draw = [&](Ui& ui) {
    if (there) taps += ui.touch("main", {100, 100, 400, 200}, "main", enabled).tapped ? 1 : 0;
  };
  bench.settle(draw);
  REQUIRE(bench.ui.find_target("main") != nullptr);
  CHECK_FALSE(bench.ui.find_target("main")->enabled);
  bench.tap("main", draw);
  CHECK(taps == 0);
  enabled = Enabled::Yes;
  bench.settle(draw);
  bench.frame(at(bench, 200, 200, Transition::Down), draw);
  there = false;
  bench.frame(at(bench, 200, 200, Transition::None), draw);
  there = true;
  bench.frame(at(bench, 200, 200, Transition::Up), draw);
  CHECK(taps == 0);
}

TEST_CASE("under an overlay the page does not answer") {
  Bench bench;
  int page = 0;
  int dialogue = 0;
  const Bench::Draw draw = [&](Ui& ui) {
    page += ui.touch("page", {0, 0, 1080, 1920}, "page").tapped ? 1 : 0;
    ui.begin_overlay();
    dialogue += ui.touch("yes", {400, 900, 280, 120}, "yes").tapped ? 1 : 0;
    ui.end_overlay();
  };
  bench.settle(draw);
  CHECK(bench.ui.find_target("page") == nullptr);
  const Point outside = bench.ui.to_pixels({50, 50});
  render::push_tap(outside.x, outside.y);
  bench.settle(draw);
  CHECK(page == 0);
  bench.tap("yes", draw);
  CHECK(dialogue == 1);
}

namespace {

struct Rows {
  std::string tapped;
  float first_y = 0;
  Bench::Draw draw = [this](Ui& ui) {
    ScrollArea scroll(ui, "rows", {0, 100, 1080, 800});
    Rect column = scroll.content();
    first_y = column.y;
    for (int i = 0; i < 20; ++i) {
      const std::string id = "row/" + std::to_string(i);
      if (ui.touch(id, column.cut_top(100, 20), id).tapped) tapped = id;
    }
    scroll.finish(column.y);
  };
};

}  // namespace

TEST_CASE("dragging scrolls and presses nothing; a flick runs on and stops at the end; a tap still taps") {
  Bench bench;
  Rows rows;
  bench.settle(rows.draw);
  CHECK(rows.first_y == 100);
  bench.frame(at(bench, 500, 700, Transition::Down), rows.draw);
  for (float y = 700; y >= 400; y -= 50) bench.frame(at(bench, 500, y, Transition::None), rows.draw);
  CHECK(rows.first_y == doctest::Approx(-200).epsilon(0.01));
  bench.frame(at(bench, 500, 400, Transition::Up), rows.draw);
  CHECK(rows.tapped.empty());
  const float lifted = rows.first_y;
  bench.settle(rows.draw);
  CHECK(rows.first_y < lifted - 100);
  CHECK(rows.first_y >= 100 + 800 - 20 * 120);
  CHECK_FALSE(bench.ui.deadline().has_value());

  for (const Target& target : bench.ui.targets())
    CHECK((target.rect.empty() || target.rect.bottom() <= 900.5F));
  bench.ui.reveal("row/0");
  bench.settle(rows.draw);
  CHECK(rows.first_y == 100);
  bench.tap("row/2", rows.draw);
  CHECK(rows.tapped == "row/2");
  bench.ui.reveal("row/19");
  bench.settle(rows.draw);
  bench.tap("row/19", rows.draw);
  CHECK(rows.tapped == "row/19");
  bench.ui.reset();
  bench.settle(rows.draw);
  CHECK(rows.first_y == 100);
}

TEST_CASE("a finger on a running page stops it and presses nothing") {
  Bench bench;
  Rows rows;
  bench.settle(rows.draw);
  bench.frame(at(bench, 500, 800, Transition::Down), rows.draw);
  for (float y = 800; y >= 600; y -= 50) bench.frame(at(bench, 500, y, Transition::None), rows.draw);
  bench.frame(at(bench, 500, 600, Transition::Up), rows.draw);
  bench.frame({}, rows.draw);
  bench.frame(at(bench, 500, 300, Transition::Down), rows.draw);
  const float stopped = rows.first_y;
  bench.frame(at(bench, 500, 300, Transition::Up), rows.draw);
  bench.settle(rows.draw);
  CHECK(rows.first_y == stopped);
  CHECK(rows.tapped.empty());
}

TEST_CASE("the keypad walks in reading order and Enter presses what has the ring") {
  Bench bench;
  TwoTiles tiles;
  bench.settle(tiles.draw);
  InputFrame key;
  key.key = render::InputKey::Enter;
  bench.frame(key, tiles.draw);
  CHECK(tiles.left + tiles.right == 0);  // no ring yet
  key.key = render::InputKey::Tab;
  bench.frame(key, tiles.draw);
  bench.frame(key, tiles.draw);
  key.key = render::InputKey::Enter;
  bench.frame(key, tiles.draw);
  CHECK(tiles.right == 1);
  key.key = render::InputKey::BackTab;
  bench.frame(key, tiles.draw);
  key.key = render::InputKey::Enter;
  bench.frame(key, tiles.draw);
  CHECK(tiles.left == 1);
}

TEST_CASE("start and end are mirrored in Persian, and columns go in reading order") {
  Bench bench;
  for (const Language language : {Language::Persian, Language::English}) {
    bench.language = language;
    bench.settle([&](Ui& ui) {
      Rect rest{0, 0, 1000, 100};
      const Rect start = ui.cut_start(rest, 200, 10);
      const Rect end = ui.cut_end(rest, 300);
      const bool persian = language == Language::Persian;
      CHECK(start == (persian ? Rect{800, 0, 200, 100} : Rect{0, 0, 200, 100}));
      CHECK(end == (persian ? Rect{0, 0, 300, 100} : Rect{700, 0, 300, 100}));
      CHECK(ui.columns({0, 0, 1000, 100}, 2, 20)[0].x == (persian ? 510 : 0));
      CHECK(ui.mirrored({10, 0, 50, 10}, {0, 0, 1000, 100}).x == (persian ? 940 : 10));
    });
  }
}

}  // namespace pishkhan::toolkit
