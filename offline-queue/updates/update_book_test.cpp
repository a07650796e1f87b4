#include "offline-queue/updates/test_city.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::updates;
using namespace pishkhan::updates::testing;
using protocol::Command;
using protocol::UpdateKind;

namespace {

Bytes order(Command command, const std::string& reason = "") {
  return protocol::CommandUpdate{command, reason}.encode();
}
Bytes stage(int sequence, const std::string& id, int epoch = 1) {
  return protocol::CaseUpdate{epoch, sequence, protocol::CaseUpdate::State::Opened, at(1), at(2), id}.encode();
}
Bytes settings(const std::string& key, int value) {
  return protocol::RemoteSettings{{{key, value}}}.encode();
}
UpdateBook::Taken take(UpdateBook& book, City& city) {
  return book.take(city.updates_since(1, book.cursor()).value()).value();
}

}  // namespace

TEST_CASE("what the city said is in force, before and after a restart") {
  City city;
  Kiosk kiosk;
  city.say(UpdateKind::Case, 1042, 1, stage(17, "referral"));
  city.say(UpdateKind::Case, 1042, 2, stage(17, "repair"));
  city.say(UpdateKind::Case, 1042, 3, stage(18, "referral", 2));  // of another epoch of this kiosk
  city.say(UpdateKind::Configuration, 0, 1, settings("sync.updates_seconds", 600));
  city.say(UpdateKind::Configuration, 1042, 1, settings("sync.updates_seconds", 30));
  {
    auto book = kiosk.open(city).value();
    CHECK(take(book, city).fresh == 5);
    CHECK(take(book, city).fresh == 0);
  }
  auto book = kiosk.open(city).value();
  CHECK(book.cursor() == "5");
  CHECK(book.boots() == 2);
  CHECK(book.case_at(17)->update.stage == "repair");
  CHECK(book.case_at(17)->as_of == at(2));
  CHECK_FALSE(book.case_at(18).has_value());
  CHECK(book.settings(at(0)).values.at("sync.updates_seconds") == 30);
  CHECK(book.newest_issue() == at(3));
}

TEST_CASE("nothing old is taken again, nothing foreign at all, and what is refused stops nothing") {
  City city;
  Kiosk kiosk;
  const auto old = city.say(UpdateKind::Configuration, 0, 4, settings("sync.updates_seconds", 600));
  city.say(UpdateKind::Configuration, 0, 5, settings("sync.updates_seconds", 60));
  {
    auto book = kiosk.open(city).value();
    REQUIRE(take(book, city).fresh == 2);
  }
  auto book = kiosk.open(city).value();
  City mallory;  // has a key, too
  mallory.say(UpdateKind::Configuration, 0, 99, settings("sync.updates_seconds", 5));
  city.said.push_back(old);  // replayed by whoever carries the items
  city.said.push_back(mallory.said.front());
  city.say(UpdateKind::Configuration, 1043, 1, settings("sync.updates_seconds", 5));  // another kiosk's
  city.say(UpdateKind::Configuration, 0, 6, {'p', 'a', 't', 'h', 's', '=', '1', '\n'});
  city.say(static_cast<UpdateKind>(77), 0, 1, {1, 2, 3});        // of a later version
  city.say(UpdateKind::Case, 0, 1, stage(3, "repair"));          // a case is never everybody's
  city.say(UpdateKind::Command, 0, 1, order(Command::Restart));  // without an end
  city.say(UpdateKind::Configuration, 0, 8, settings("sync.updates_seconds", 7));
  city.said.back().item.back() ^= 1U;
  city.say(UpdateKind::Configuration, 0, 7, settings("sync.updates_seconds", 70));
  const auto taken = take(book, city);
  CHECK(taken.known == 1);
  CHECK(taken.refused == 6);
  CHECK(taken.unknown == 1);
  CHECK(taken.fresh == 1);
  CHECK(book.settings(at(0)).values.at("sync.updates_seconds") == 70);
  CHECK_FALSE(book.next_order(at(0)).has_value());
}

TEST_CASE("another version of the program asks from the beginning, since it may know more") {
  City city;
  Kiosk kiosk;
  city.say(UpdateKind::Case, 1042, 1, stage(17, "referral"));
  {
    auto book = kiosk.open(city).value();
    REQUIRE(take(book, city).fresh == 1);
  }
  kiosk.version = "1.1";
  auto book = kiosk.open(city).value();
  CHECK(book.cursor().empty());
  CHECK(take(book, city).known == 1);
  CHECK(book.case_at(17).has_value());
}

TEST_CASE("an order is begun once, whatever happens then, and never after its end") {
  City city;
  Kiosk kiosk;
  city.say(UpdateKind::Command, 1042, 1, order(Command::OutOfService, "flooded hall"), at(500));
  city.say(UpdateKind::Command, 0, 2, order(Command::Restart), at(600));
  {
    auto book = kiosk.open(city).value();
    REQUIRE(take(book, city).fresh == 2);
    const auto first = book.next_order(at(100));
    REQUIRE(first.has_value());
    CHECK(first->state == Order::State::Fresh);
    CHECK(first->command.command == Command::OutOfService);
    CHECK_FALSE(book.closed().has_value());
    REQUIRE(book.begin(*first).has_value());
    CHECK(book.closed() == "flooded hall");
    REQUIRE(book.finish(*first).has_value());
    const auto second = book.next_order(at(100));
    CHECK(second->command.command == Command::Restart);
    REQUIRE(book.begin(*second).has_value());
  }  // the restart itself, or a power cut in it
  auto book = kiosk.open(city).value();
  CHECK(book.closed() == "flooded hall");
  auto again = book.next_order(at(100));
  REQUIRE(again.has_value());
  CHECK(again->state == Order::State::Interrupted);
  CHECK(again->command.command == Command::Restart);
  REQUIRE(book.finish(*again).has_value());
  CHECK_FALSE(book.next_order(at(100)).has_value());

  // The same items once more, from the beginning: their numbers are known.
  CHECK(book.take(city.updates_since(1, "").value()).value().known == 2);
  CHECK_FALSE(book.next_order(at(100)).has_value());

  city.say(UpdateKind::Command, 1042, 3, order(Command::InService), at(500));
  REQUIRE(take(book, city).fresh == 1);
  CHECK(book.next_order(at(499))->state == Order::State::Fresh);
  CHECK(book.next_order(at(500))->state == Order::State::Expired);
  REQUIRE(book.begin(*book.next_order(at(0))).has_value());
  CHECK_FALSE(book.closed().has_value());
}

TEST_CASE("orders for all and for one are begun in the order in which they were given") {
  City city;
  Kiosk kiosk;
  city.say(UpdateKind::Command, 1042, 9, order(Command::SendHealth), at(500));
  city.say(UpdateKind::Command, 0, 10, order(Command::SyncNow), at(500));
  city.say(UpdateKind::Command, 1042, 11, order(Command::Restart), at(500));
  auto book = kiosk.open(city).value();
  take(book, city);
  for (const Command expected : {Command::SendHealth, Command::SyncNow, Command::Restart}) {
    const auto next = book.next_order(at(0));
    REQUIRE(next.has_value());
    CHECK(next->command.command == expected);
    REQUIRE(book.finish(*next).has_value());
  }
}

TEST_CASE("a power cut at every step of a busy week leaves a beginning of it, and what had returned") {
  City city;
  city.page_size = 3;
  for (std::uint64_t number = 1; number <= 6; ++number) {
    city.say(UpdateKind::Case, 1042, number, stage(static_cast<int>(number), "referral"));
    city.say(UpdateKind::Command, 1042, number,
             order(Command::OutOfService, "reason " + std::to_string(number)), at(9000));
  }
  int cuts = 0;
  bool reached_the_end = false;
  for (int cut = 0; !reached_the_end; ++cut) {
    Kiosk kiosk;
    kiosk.files.random = SeededRandom(static_cast<std::uint64_t>(cut));
    kiosk.files.steps_left = cut;
    int begun = 0;
    int cases = 0;
    auto book = kiosk.open(city);
    for (bool more = true; book && more;) {
      const auto page = city.updates_since(1, book->cursor()).value();
      if (!book->take(page)) break;
      more = page.more;
      while (book->case_at(cases + 1)) ++cases;
      bool cut_here = false;
      while (const auto next = book->next_order(at(0))) {
        CHECK(next->state == Order::State::Fresh);
        cut_here = !book->begin(*next);
        if (cut_here) break;
        ++begun;
        cut_here = !book->finish(*next);
        if (cut_here) break;
      }
      if (cut_here) break;
    }
    reached_the_end = begun == 6 && kiosk.files.steps_left >= 0;
    kiosk.files.power_on();
    auto again = kiosk.open(city);
    REQUIRE(again.has_value());
    for (int sequence = 1; sequence <= cases; ++sequence) CHECK(again->case_at(sequence).has_value());
    // The rest of the week; each order's turn comes once, over both lives.
    for (bool more = true; more;) {
      const auto page = city.updates_since(1, again->cursor()).value();
      REQUIRE(again->take(page).has_value());
      more = page.more;
    }
    while (const auto next = again->next_order(at(0))) {
      if (next->state == Order::State::Fresh) {
        REQUIRE(again->begin(*next).has_value());
        ++begun;
      } else {
        CHECK(next->number <= static_cast<std::uint64_t>(begun) + 1);
        begun = std::max(begun, static_cast<int>(next->number));  // begun, though the call had not returned
      }
      REQUIRE(again->finish(*next).has_value());
    }
    CHECK(begun == 6);
    CHECK(again->closed() == "reason 6");
    CHECK(again->case_at(6).has_value());
    ++cuts;
  }
  CHECK(cuts > 15);
}

TEST_CASE("the older stages of cases are forgotten once the journal is large") {
  City city;
  Kiosk kiosk;
  {
    auto book = kiosk.open(city).value();
    // Signing takes long: the same item is new again if its number is.
    std::uint64_t number = 0;
    for (int page = 0; !std::filesystem::exists(kiosk.folder / "journal.0"); ++page) {
      REQUIRE(page < 200);
      city.said.clear();
      for (int i = 1; i <= 64; ++i)
        city.say(UpdateKind::Case, 1042, ++number, stage(i, "stage-" + std::to_string(page)));
      protocol::UpdatesPage told = city.updates_since(1, "").value();
      told.cursor = std::to_string(number);
      REQUIRE(book.take(told).value().fresh == 64);
      if (page == 0) {
        city.say(UpdateKind::Command, 1042, 1, order(Command::OutOfService, "flooded hall"), at(9000));
        city.say(UpdateKind::Configuration, 0, 1, settings("sync.updates_seconds", 600));
        city.say(UpdateKind::Command, 1042, 2, order(Command::Restart), at(9000));
        REQUIRE(take(book, city).fresh >= 3);
        REQUIRE(book.begin(*book.next_order(at(0))).has_value());
        REQUIRE(book.finish(*book.next_order(at(0))).has_value());
        REQUIRE(book.begin(*book.next_order(at(0))).has_value());
      }
    }
  }
  CHECK(std::filesystem::file_size(kiosk.folder / "journal.0") * 10 <
        std::filesystem::file_size(kiosk.folder / "journal.1"));
  auto book = kiosk.open(city).value();
  CHECK(book.boots() == 2);
  CHECK(book.closed() == "flooded hall");
  CHECK(book.settings(at(0)).values.at("sync.updates_seconds") == 600);
  CHECK(book.next_order(at(0))->state == Order::State::Interrupted);
  CHECK(book.case_at(1)->update.stage == book.case_at(64)->update.stage);
  CHECK(book.take(city.updates_since(1, "").value()).value().fresh == 0);
}

TEST_CASE("of the cases of years the newest are known, and their number is bounded") {
  City city;
  const Kiosk kiosk;
  const auto open = [&] {
    return UpdateBook::open({kiosk.folder, 1042, 1, &city.verifying, nullptr, "1.0", 50}).value();
  };
  const auto check = [](const UpdateBook& book) {
    int known = 0;
    for (int sequence = 1; sequence <= 200; ++sequence) known += book.case_at(sequence) ? 1 : 0;
    CHECK(known == 50);
    CHECK_FALSE(book.case_at(150).has_value());
    CHECK(book.case_at(151)->update.stage == "repair");
    CHECK(book.case_at(200)->update.stage == "paved");
  };
  std::uint64_t number = 0;
  {
    auto book = open();
    for (int sequence = 1; sequence <= 200; ++sequence)
      city.say(UpdateKind::Case, 1042, ++number, stage(sequence, "repair"));
    // What is said of one that was dropped is taken, and dropped again; of the newest it counts.
    city.say(UpdateKind::Case, 1042, ++number, stage(3, "paved"));
    city.say(UpdateKind::Case, 1042, ++number, stage(200, "paved"));
    protocol::UpdatesPage page;
    page.items = city.said;
    page.cursor = "1";
    CHECK(book.take(page).value().fresh == 202);
    check(book);
  }
  auto book = open();
  check(book);
  protocol::UpdatesPage again;
  again.items = city.said;
  CHECK(book.take(again).value().fresh == 0);  // no old word is taken for a new one
}
