// The JSON bodies of the sync protocol. The first byte chooses the message.
#include "offline-queue/protocol/messages.h"

#include "offline-queue/protocol/problem.h"
#include "offline-queue/protocol/updates.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;
using namespace pishkhan::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Try = void (*)(ByteView);
  static constexpr Try tries[] = {
      fuzz::round_trip_text<BatchAnswer>,   fuzz::round_trip_text<Opened>,
      fuzz::round_trip_text<LookUp>,        fuzz::round_trip_text<CaseView>,
      fuzz::round_trip_text<ServerTime>,    fuzz::round_trip_text<SealedPage>,
      fuzz::round_trip_text<OpenedReport>,  fuzz::round_trip_text<OpenedTaken>,
      fuzz::round_trip_text<UpdatesPage>,   fuzz::round_trip_text<CataloguePart>,
      fuzz::round_trip_text<UpdatesReport>, fuzz::round_trip_text<Health>,
      fuzz::round_trip_text<HealthPage>,
  };
  if (size == 0) return 0;
  const ByteView rest(data + 1, size - 1);
  if (const std::size_t choice = data[0] - std::size_t{'a'}; choice < std::size(tries))
    tries[choice](rest);
  else if (const auto problem = Problem::parse(as_text(rest)))
    ENSURE(Problem::parse(problem->encode()).has_value(), "a problem is written and read again");
  return 0;
}
