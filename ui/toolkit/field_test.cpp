#include "ui/toolkit/field_text.h"
#include "ui/toolkit/keyboard.h"
#include "ui/toolkit/text_field.h"
#include "ui/toolkit/toolkit_test_support.h"

#include <doctest/doctest.h>

#include <set>

namespace pishkhan::toolkit {
namespace {

/// A page with one field and a keyboard under it; the value is the caller's, as in a real screen.
struct Desk {
  PersonalText value;
  FieldSpec spec{.id = "field", .label = "نشانی", .focused = true};
  bool pad = false;
  int next = 0;
  Bench::Draw draw = [this](Ui& ui) {
    ui.fill(ui.page(), ui.theme().paper);
    FieldResult result = text_field(ui, {40, 100, 1000, text_field_height(ui, spec, 1000)}, spec, value);
    if (result.edit) value = std::move(*result.edit);
    const Rect bottom{0, 1200, 1080, 600};
    const KeyboardAction action = pad ? digit_pad(ui, bottom, "بعدی") : keyboard(ui, bottom, "بعدی");
    next += action == KeyboardAction::Next ? 1 : 0;
  };
};

}  // namespace

TEST_CASE("letters of the on-screen keyboard reach the field; backspace goes by code point") {
  Bench bench;
  Desk desk;
  bench.settle(desk.draw);
  for (const std::string_view key :
       {"key/م", "key/ی", "key/zwnj", "key/ر", "key/و", "key/م", "key/space", "key/آ"}) {
    bench.tap(key, desk.draw);
  }
  CHECK(desk.value.reveal() == "می\u200Cروم آ");
  for (int i = 0; i < 5; ++i) bench.tap("key/backspace", desk.draw);
  CHECK(desk.value.reveal() == "می\u200C");
  bench.tap("key/backspace", desk.draw);
  CHECK(desk.value.reveal() == "می");
  bench.tap("key/next", desk.draw);
  CHECK(desk.next == 1);
  for (int i = 0; i < 4; ++i) bench.tap("key/backspace", desk.draw);
  CHECK(desk.value.empty());
}

TEST_CASE("a held backspace erases again and again, and once for a short touch") {
  Bench bench;
  Desk desk;
  desk.value = PersonalText("سلام خوبید");
  bench.settle(desk.draw);
  const Point pixel = bench.ui.to_pixels(bench.ui.find_target("key/backspace")->rect.centre());
  render::InputFrame held;
  held.x = pixel.x;
  held.y = pixel.y;
  held.down = true;
  held.transition = render::Transition::Down;
  bench.frame(held, desk.draw);
  held.transition = render::Transition::None;
  for (int i = 0; i < 40; ++i) bench.frame(held, desk.draw);  // 640 ms: at 450, 520 and 590
  held.down = false;
  held.transition = render::Transition::Up;
  bench.frame(held, desk.draw);
  bench.settle(desk.draw);
  CHECK(desk.value.reveal() == "سلام خو");
}

TEST_CASE("a touch places the caret, and typing goes in there") {
  Bench bench;
  Desk desk;
  desk.spec.shape = FieldShape::Mobile;
  desk.spec.maximum_code_points = 11;
  desk.pad = true;
  desk.value = PersonalText("0912345678");
  bench.settle(desk.draw);
  const Rect box = bench.ui.find_target("field")->rect;
  const auto touch = [&](float x) {
    const Point pixel = bench.ui.to_pixels({x, box.centre().y});
    render::push_tap(pixel.x, pixel.y);
    bench.settle(desk.draw);
  };
  // The value begins at the left of its ink, in Persian, too; the ink lies at the right of the box.
  touch(box.right() - 100);
  touch(box.x + 200);  // the empty part: go on after the last digit
  bench.tap("key/5", desk.draw);
  CHECK(desk.value.reveal() == "09123456785");
  bench.tap("key/6", desk.draw);  // full
  CHECK(desk.value.reveal() == "09123456785");
  touch(box.right() - 60);
  bench.tap("key/backspace", desk.draw);
  CHECK(desk.value.reveal().size() == 10);
  CHECK(desk.value.reveal() != "0912345678");  // from the middle of it
}

TEST_CASE("only what changed is drawn again when a letter is typed") {
  Bench bench;
  Desk desk;
  bench.settle(desk.draw);
  bench.tap("key/ب", desk.draw);
  desk.value = PersonalText("با");
  int area = 0;
  int top = 10'000;
  for (const auto& rect : bench.frame({}, desk.draw)) {
    area += rect.area();
    top = std::min(top, rect.top);
    CHECK(rect.bottom <= 320 / 2 + 64);  // the field ends at 100 + ~150 units, half that in pixels
  }
  CHECK(area > 0);
  CHECK(area < bench.surface->width() * bench.surface->height() / 8);
  CHECK(bench.frame({}, desk.draw).empty());
}

TEST_CASE("identifiers are grouped left to right in the page's digits, and offsets lead there and back") {
  const PersonalText value("09123456789");
  const Shown shown = show(value, FieldShape::Mobile, Language::Persian);
  CHECK(shown.text.reveal() == "۰۹۱۲\u00A0۳۴۵\u00A0۶۷۸۹");
  for (std::size_t offset = 0; offset <= 11; ++offset) CHECK(shown.to_value(shown.to_shown(offset)) == offset);
  CHECK(grouped("09123456789", FieldShape::Mobile) == "0912 345 6789");
  CHECK(grouped("0012345678", FieldShape::NationalId) == "001 234567 8");
  CHECK(grouped("1234567890", FieldShape::PostalCode) == "12345 67890");
  CHECK(grouped("0912", FieldShape::Mobile) == "0912");
}

TEST_CASE("what is typed is normalised, and what does not belong is left out") {
  FieldSpec spec{.id = "f", .maximum_code_points = 5};
  PersonalText value("ab");
  std::size_t offset = 1;
  CHECK(insert(value, offset, "يك\x01", spec));
  CHECK(value.reveal() == "aیکb");
  CHECK(offset == 5);
  CHECK(insert(value, offset, "xyz", spec));  // one place is left
  CHECK(value.reveal() == "aیکxb");
  CHECK_FALSE(insert(value, offset, "q", spec));
  spec.shape = FieldShape::Digits;
  spec.maximum_code_points = 10;
  value.clear();
  offset = 0;
  CHECK(insert(value, offset, "۱٢3a-", spec));
  CHECK(value.reveal() == "123");
  CHECK_FALSE(insert(value, offset, "abc", spec));
  offset = 0;
  CHECK_FALSE(erase_before(value, offset));
}

TEST_CASE("every Persian letter has a key, and so have alef with madda, hamza and the letters that carry it") {
  std::set<std::string_view> letters;
  for (const KeyboardPlane plane : {KeyboardPlane::Persian, KeyboardPlane::PersianSigns}) {
    for (const KeyRow& row : keyboard_rows(plane)) {
      for (const Key& key : row) {
        if (key.role == KeyRole::Write) letters.insert(key.writes);
      }
    }
  }
  constexpr std::string_view kLetters[] = {"ا", "ب", "پ", "ت", "ث", "ج", "چ", "ح", "خ", "د", "ذ", "ر",
                                           "ز", "ژ", "س", "ش", "ص", "ض", "ط", "ظ", "ع", "غ", "ف", "ق",
                                           "ک", "گ", "ل", "م", "ن", "و", "ه", "ی", "آ", "ء", "ئ", "ؤ"};
  for (const std::string_view letter : kLetters) CHECK_MESSAGE(letters.contains(letter), letter);
  std::set<std::string_view> first;
  for (const KeyRow& row : keyboard_rows(KeyboardPlane::Persian)) {
    for (const Key& key : row) first.insert(key.writes);
  }
  for (const std::string_view letter : {"آ", "ء", "ئ"}) CHECK(first.contains(letter));
}

TEST_CASE("the planes change and come back; keys and pad are never mirrored") {
  Bench bench;
  Desk desk;
  for (const Language language : {Language::Persian, Language::English}) {
    bench.language = language;
    bench.ui.reset();
    desk.pad = false;
    bench.settle(desk.draw);
    if (language == Language::English) bench.tap("key/script", desk.draw);
    CHECK(bench.ui.find_target("key/ض")->rect.x < bench.ui.find_target("key/چ")->rect.x);
    bench.tap("key/script", desk.draw);
    CHECK(bench.ui.find_target("key/q")->rect.x < bench.ui.find_target("key/p")->rect.x);
    bench.tap("key/shift", desk.draw);
    bench.tap("key/Q", desk.draw);
    CHECK(bench.ui.find_target("key/q") != nullptr);  // shift is for one letter
    bench.tap("key/signs", desk.draw);
    CHECK(bench.ui.find_target("key/@") != nullptr);
    bench.tap("key/signs", desk.draw);
    CHECK(bench.ui.find_target("key/q") != nullptr);
    desk.pad = true;
    bench.settle(desk.draw);
    CHECK(bench.ui.find_target("key/1")->rect.x < bench.ui.find_target("key/3")->rect.x);
  }
}

TEST_CASE("what is typed while no field is focused goes nowhere, not into the next field") {
  Bench bench;
  Desk desk;
  desk.spec.focused = false;
  bench.settle(desk.draw);
  bench.tap("key/ب", desk.draw);
  desk.spec.focused = true;
  bench.settle(desk.draw);
  CHECK(desk.value.empty());
}

}  // namespace pishkhan::toolkit
