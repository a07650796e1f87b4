// What the simulated printer is sent: the first byte chooses the dialect and how text is taken.
#include "base/core/clock.h"
#include "drivers/simulated/simulated_printer.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;
using namespace pishkhan::simulated;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Dialect dialect = (data[0] & 1) == 0 ? Dialect::Epson : Dialect::Custom;
  const TextMode text = (data[0] & 2) == 0 ? TextMode::Reported : TextMode::Taken;
  const ByteView stream(data + 1, size - 1);
  RealTimeScanner scanner(dialect);
  EscposDecoder decoder({.dialect = dialect, .text = text});
  for (const std::uint8_t byte : stream) {
    static_cast<void>(scanner.receive(byte).has_value());
    decoder.receive(byte);
    while (decoder.next()) continue;
  }
  decoder.cut_off();
  ENSURE(decoder.idle(), "nothing is left after switching off");
  ENSURE(decoder.reports().size() <= EscposDecoder::most_reports, "reports do not pile up");

  // And the whole printer: whatever it was sent, it can be cleared, and prints what comes then.
  VirtualClock clock;
  SimulatedPrinter printer(clock, {.dialect = dialect, .text = text});
  printer.run_in(clock);
  const auto usb = printer.connect().value();
  ByteView rest = stream;
  while (!rest.empty()) {
    const auto taken = usb->bulk_out(rest, std::chrono::milliseconds(1));
    if (!taken) break;
    rest = rest.subspan(*taken);
  }
  ENSURE(usb->control_out({.request_type = 0x21, .request = 2, .value = 0, .index = 0}, {},
                          std::chrono::milliseconds(1))
             .has_value(),
         "SOFT_RESET is always obeyed");
  const auto before = printer.view();
  ENSURE(before.waiting_bytes == 0, "and throws away what waits");
  ENSURE(usb->bulk_out(Bytes{0x1B, '@', 0x1D, 'P', 0, 203, 0x1B, 'J', 9}, std::chrono::milliseconds(1))
             .has_value(),
         "it takes more");
  ENSURE(!before.online || printer.view().rows_moved == before.rows_moved + 9, "and feeds as it is told");
  return 0;
}
