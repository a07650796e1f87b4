#include "kiosk/workers/most_overdue.h"

#include <doctest/doctest.h>

#include <map>

using namespace pishkhan;
using namespace pishkhan::workers;

TEST_CASE("nothing is done before it is due, and of two that are due alike the first") {
  std::vector<Duty<char>> duties{{SteadyTime{30}, 'a'}, {SteadyTime{20}, 'b'}, {SteadyTime{20}, 'c'}};
  CHECK_FALSE(most_overdue(duties, SteadyTime{19}).has_value());
  CHECK(most_overdue(duties, SteadyTime{20}) == 'b');
  duties.clear();
  CHECK_FALSE(most_overdue(duties, SteadyTime{20}).has_value());
}

TEST_CASE("a queue that takes hours to empty keeps back neither staff's orders nor health") {
  // Each step takes 2 s; the queue is due again at once, the others in their periods.
  constexpr SteadyTime step{2'000};
  std::map<char, SteadyTime> due{{'q', SteadyTime{0}}, {'c', SteadyTime{0}}, {'h', SteadyTime{0}}};
  const std::map<char, SteadyTime> period{{'q', SteadyTime{0}}, {'c', SteadyTime{60'000}}, {'h', SteadyTime{300'000}}};
  std::map<char, int> done;
  std::map<char, SteadyTime> latest;
  SteadyTime now{0};
  while (now < SteadyTime{3'600'000}) {
    const std::vector<Duty<char>> duties{{due['q'], 'q'}, {due['c'], 'c'}, {due['h'], 'h'}};
    const auto next = most_overdue(duties, now);
    REQUIRE(next.has_value());
    latest[*next] = std::max(latest[*next], now - due[*next]);
    now += step;
    ++done[*next];
    due[*next] = now + period.at(*next);
  }
  CHECK(latest['c'] <= 2 * step);
  CHECK(latest['h'] <= 2 * step);
  CHECK(done['c'] >= 55);
  CHECK(done['h'] >= 11);
  CHECK(done['q'] > 1'700);
}
