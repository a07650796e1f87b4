#include "tests/fleet/city.h"
#include "tests/fleet/rules.h"
#include "tests/fleet/timeline.h"
#include "tests/fleet/trace.h"

#include <doctest/doctest.h>

#include <string>

namespace pishkhan::fleet {
namespace {

/// Small, so that each takes a second or two.
Rules small(std::uint64_t seed, Mutation mutation = Mutation::None) {
  Rules rules;
  rules.seed = seed;
  rules.kiosks = 12;
  rules.days = 2;
  rules.visits_a_day = 6;
  rules.mutation = mutation;
  return rules;
}

TEST_CASE("one seed is one run, bit for bit, and another seed is another") {
  const Outcome first = run(small(21));
  const Outcome again = run(small(21));
  CHECK(first.breach == "");
  CHECK(first.events > 500);
  CHECK(first.events == again.events);
  CHECK(first.digest == again.digest);
  CHECK(first.exchanges == again.exchanges);
  CHECK(run(small(22)).digest != first.digest);
}

TEST_CASE("each mutation is found within a few seeds") {
  struct {
    Mutation mutation;
    const char* sees;
  } const expected[] = {
      {Mutation::NormalDurability, ""},
      {Mutation::ForgetsAfterSent, ""},
      // A record that is lost so is sent again; a word of cases that is lost so is not said again.
      {Mutation::StoredBeforeCommit, "does not know it"},
      {Mutation::ReceiptBeforeCommit, "not on the disk"},
      {Mutation::NewKeyForEachTry, "never told"},
      {Mutation::LogsTheMobile, "log line"},
      {Mutation::ForkUnreported, "nobody was told"},
      {Mutation::SpoilsTheReceipt, "does not verify"},
      {Mutation::SpoilsAnAnswer, "another content"},
      {Mutation::SendsTheMobile, "message holds"},
      {Mutation::WritesTheMobile, "disk holds"}};
  for (const auto& one : expected) {
    CAPTURE(name(one.mutation));
    Outcome outcome;
    for (std::uint64_t seed = 1; seed <= 8 && outcome.held(); ++seed) outcome = run(small(seed, one.mutation));
    CHECK_FALSE(outcome.held());
    CHECK(outcome.breach.find(one.sees) != std::string::npos);
    CHECK_FALSE(outcome.last_lines.empty());
  }
}

TEST_CASE("a canary is found as it was typed, and not in other digits") {
  SeededRandom random(3);
  for (int serial = 1; serial < 50; ++serial) {
    const Matter matter = some_matter(random, serial);
    for (const std::string& word : {matter.address, matter.mobile, matter.national_id, matter.name}) {
      CHECK(holds_canary("before " + word + " after"));
      CHECK_FALSE(holds_canary(word.substr(1)));
    }
  }
  CHECK_FALSE(holds_canary("09190000ab"));
  CHECK_FALSE(holds_canary(""));
}

TEST_CASE("virtual time runs what is due in order, and what was said first, first") {
  Timeline timeline;
  std::string order;
  timeline.after(SteadyTime{20}, [&] { order += 'c'; });
  timeline.after(SteadyTime{10}, [&] {
    order += 'a';
    timeline.after(SteadyTime{5}, [&] { order += 'b'; });
  });
  timeline.after(SteadyTime{20}, [&] { order += 'd'; });
  timeline.after(SteadyTime{31}, [&] { order += 'e'; });
  timeline.run_until(SteadyTime{30}, [] { return false; });
  CHECK(order == "abcd");
  CHECK(timeline.now() == SteadyTime{30});
}

TEST_CASE("the digest sees every part of a line") {
  const auto digest = [](SteadyTime when, int who, const char* what, std::int64_t one, std::int64_t two) {
    Trace trace;
    trace.note(when, who, what, one, two);
    return trace.digest();
  };
  const std::uint64_t base = digest(SteadyTime{1}, 2, "x", 3, 4);
  CHECK(base == digest(SteadyTime{1}, 2, "x", 3, 4));
  CHECK(base != digest(SteadyTime{2}, 2, "x", 3, 4));
  CHECK(base != digest(SteadyTime{1}, 3, "x", 3, 4));
  CHECK(base != digest(SteadyTime{1}, 2, "y", 3, 4));
  CHECK(base != digest(SteadyTime{1}, 2, "x", 4, 4));
  CHECK(base != digest(SteadyTime{1}, 2, "x", 3, 5));
}

}  // namespace
}  // namespace pishkhan::fleet
