// From any reachable state, any events (late, foreign and repeated ones among them): never a crash, always
// a way out, and nothing of a visit is left when it has ended.
#include "base/core/random.h"
#include "kiosk/visit/present.h"
#include "kiosk/visit/test_counter.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <type_traits>

using namespace pishkhan;
using namespace pishkhan::visit;
namespace action = screens::action;

namespace {

std::string some_text(SeededRandom& random) {
  static const char* const texts[] = {"",  "کوچه",          "09123456789", "0499370899", "خیابان آزادی",
                                      "x", "10420100000797"};
  return texts[random.below(std::size(texts))];
}

std::string some_field(SeededRandom& random) {
  static const char* const fields[] = {"address", "mobile", "national_id", "code",
                                       "secret",  "name",   "nonsense"};
  return fields[random.below(std::size(fields))];
}

screens::Action some_action(SeededRandom& random) {
  static const char* const service_ids[] = {"plain", "typed", "card", "tracking", "none"};
  switch (random.below(19)) {
    case 0:
      return action::ChooseLanguage{random.below(2) == 0 ? Language::Persian : Language::English};
    case 1:
      return action::ToggleLargeText{};
    case 2:
      return action::ToggleHighContrast{};
    case 3:
      return action::Start{};
    case 4:
      return action::OpenTracking{};
    case 5:
      return action::OpenRecovery{};
    case 6:
      return action::ChooseArea{random.below(4) == 0 ? "permits" : "complaints"};
    case 7:
      return action::ChooseService{service_ids[random.below(std::size(service_ids))]};
    case 8:
      return action::FocusField{some_field(random)};
    case 9:
      return action::Back{};
    case 10:
      return action::GoToStep{static_cast<int>(random.below(4)) - 1};
    case 11:
      return action::TypeInstead{};
    case 12:
      return action::PrintAgain{};
    case 13:
      return random.below(4) == 0 ? screens::Action(action::End{}) : screens::Action(action::Next{});
    case 14:
      return random.below(4) == 0 ? screens::Action(action::ConfirmEnd{}) : screens::Action(action::Next{});
    case 15:
      return action::KeepGoing{};
    case 16:
      return action::EditField{some_field(random), PersonalText(some_text(random))};
    case 17:
      return action::EditField{"mobile", PersonalText("09123456789")};
    default:
      return action::Next{};
  }
}

/// What a citizen who wants to get somewhere does next; random touches alone rarely fill in a form.
screens::Action sensible_action(SeededRandom& random, const Counter& counter) {
  if (counter.visit() == nullptr) return action::Start{};
  if (counter.page<page::Services>() != nullptr) return action::ChooseArea{"complaints"};
  if (counter.page<page::Area>() != nullptr)
    return action::ChooseService{random.below(2) == 0 ? "plain" : "typed"};
  if (random.below(2) == 0) return action::Next{};
  if (counter.page<page::Identify>() != nullptr)
    return action::EditField{"national_id", PersonalText("0499370899")};
  if (const auto* form = counter.page<page::Form>()) {
    if (form->step == 0) return action::EditField{"address", PersonalText("خیابان آزادی")};
    return action::EditField{"mobile", PersonalText("09123456789")};
  }
  return action::Next{};
}

/// An id that is the present visit's, an old one's, or nobody's.
VisitId some_id(SeededRandom& random, const Counter& counter) {
  if (counter.visit() != nullptr && random.below(3) != 0) return counter.visit()->id;
  return random.below(2) == 0 ? 0 : counter.next_id - random.below(5);
}

Event some_event(SeededRandom& random, const Counter& counter) {
  const VisitId id = some_id(random, counter);
  switch (random.below(30)) {
    case 0:
      return event::PrinterChanged{random.below(2) == 0};
    case 1:
      return event::ReaderChanged{random.below(4) != 0};
    case 2:
      return event::CardInserted{.found = random.below(2) == 0};
    case 3:
      return event::CardRemoved{};
    case 4:
      return event::CardReading{id};
    case 5:
      return event::CardRead{id, PersonalText("0499370899"), PersonalText("سارا")};
    case 6:
      return event::CardFailed{id, static_cast<event::CardFault>(random.below(10))};
    case 7:
      return event::ReceiptLaidOut{id, Bitmap(8, 8)};
    case 8:
      return event::PrintEnded{id, random.below(9), static_cast<PrintOutcome>(random.below(12))};
    case 9:
    case 10:
      return event::Filed{id, filed_request("plain"), random.below(3) == 0};
    case 11:
      return event::FilingFailed{id, FilingFault::DiskFull};
    case 12: {
      const auto* search = counter.page<page::Recover>();
      return event::Recovered{id, search != nullptr ? search->since : SteadyTime{0},
                              random.below(2) == 0 ? std::optional(filed_request("plain")) : std::nullopt};
    }
    case 13:
      return event::QueueChanged{random.below(5) == 0 ? std::optional(FilingFault::DiskFull) : std::nullopt,
                                 true};
    case 14:
      return event::NetworkChanged{random.below(2) == 0};
    case 15:
      return event::Sent{random.below(9)};
    case 16:
      return event::LookedUp{id, {}};
    case 17:
      return event::LookUpFailed{id, some_text(random), LookUpFault::TooOften};
    case 18:
      return random.below(20) == 0 ? Event(event::OutOfOrder{"TEST"}) : Event(event::BackInOrder{});
    case 19:
      if (random.below(8) == 0) return event::RestartOrdered{};
      return event::ClosedByCity{random.below(20) == 0 ? std::optional<std::string>("flood") : std::nullopt};
    case 20:
      return event::Tick{};
    case 21:
      if (random.below(2) == 0) return event::CardPinWanted{id};
      return event::CardNamed{id, PersonalText("سارا")};
    default:
      return event::Acted{random.below(3) == 0 ? some_action(random) : sensible_action(random, counter)};
  }
}

/// What a citizen who wants to leave can do from here: touch End, say yes, or just walk away.
bool can_leave(Counter counter) {
  if (counter.visit() == nullptr) return true;
  Counter walking = counter;
  counter.act(action::End{});
  if (counter.visit() != nullptr) counter.act(action::ConfirmEnd{});
  for (int i = 0; i < 400 && counter.visit() != nullptr; ++i) counter.pass(SteadyTime{1000});
  for (int i = 0; i < 400 && walking.visit() != nullptr; ++i) walking.pass(SteadyTime{1000});
  return counter.visit() == nullptr && walking.visit() == nullptr;
}

void check_effects(const Counter& counter, VisitId before, VisitId after) {
  for (const Effect& effect : counter.last) {
    if (std::holds_alternative<effect::RecordPrint>(effect)) continue;
    if (std::holds_alternative<effect::Restart>(effect)) {
      CHECK(counter.visit() == nullptr);  // never under a citizen's hands
      continue;
    }
    const VisitId id = std::visit(
        [](const auto& one) {
          if constexpr (requires { one.visit; })
            return one.visit;
          else
            return VisitId{0};
        },
        effect);
    CHECK((id == before || id == after));
    CHECK(id != 0);
  }
}

/// Attract has no member, so nothing of a visit can hide in it; what is left is the surroundings.
static_assert(std::is_empty_v<Attract>);

/// The next citizen finds nothing of the one before: every member is as it is at a first visit.
void check_fresh(const Counter& counter, const Event& beginning) {
  const Visit& visit = *counter.visit();
  CHECK(visit.values.empty());
  CHECK(visit.problems.empty());
  CHECK((visit.focused.empty() || visit.focused == "code" || visit.focused == "mobile"));  // tracking, recovery
  CHECK(visit.service == nullptr);
  // The two switches work on the welcome screen, too, and begin a visit there.
  const auto* acted = std::get_if<event::Acted>(&beginning);
  const bool switched = acted != nullptr && (std::holds_alternative<action::ToggleLargeText>(acted->action) ||
                                             std::holds_alternative<action::ToggleHighContrast>(acted->action));
  CHECK((switched || (!visit.large_text && !visit.high_contrast)));
  CHECK(!visit.filing_unanswered);
  CHECK(!visit.card_holder);
  CHECK(visit.bound_to.empty());
  CHECK((visit.question == Question::None));
}

}  // namespace

TEST_CASE("random days at the counter") {
  const char* given = std::getenv("PISHKHAN_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : static_cast<std::uint64_t>(std::time(nullptr));
  MESSAGE("PISHKHAN_SEED=" << seed);
  const auto city = small_city();
  SeededRandom random(seed);
  int filings = 0;
  int receipts = 0;
  for (int day = 0; day < 300; ++day) {
    Counter counter(city);
    for (int i = 0; i < 400; ++i) {
      const VisitId before = counter.visit() != nullptr ? counter.visit()->id : 0;
      counter.now += SteadyTime{static_cast<std::int64_t>(random.below(random.below(50) == 0 ? 90'000 : 900))};
      const Event happened = some_event(random, counter);
      counter.happen(happened);
      const VisitId after = counter.visit() != nullptr ? counter.visit()->id : 0;
      check_effects(counter, before, after);
      if (counter.effect<effect::File>() != nullptr) ++filings;
      if (counter.page<page::Receipt>() != nullptr) ++receipts;
      if (before != 0 && after != before)  // the words of the ended visit are erased everywhere, too
        CHECK((counter.effect<effect::Forget>() != nullptr));
      if (after != 0 && after != before) check_fresh(counter, happened);
      CHECK((counter.state.around.staff_code.empty() || counter.state.around.staff_code == "TEST"));
      if (counter.page<page::Goodbye>() != nullptr) CHECK(counter.visit()->values.empty());
      const auto shown = present(counter.state, WallTime{}, counter.now);
      CHECK(shown.view.index() != std::variant_npos);
      if (i % 16 == 0) REQUIRE(can_leave(counter));
    }
  }
  CHECK(filings > 20);  // the walk really reaches the far rooms
  CHECK(receipts > 20);
}
