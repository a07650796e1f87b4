// What a printer answers, and what the simulated one is sent.
#include "drivers/receipt-printer/answers.h"
#include "drivers/simulated/escpos_decoder.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  printer::escpos::AnswerParser answers(printer::StatusForm::RealTime1To4, printer::ProofOfPrint::SensorEcho);
  simulated::RealTimeScanner scanner;
  simulated::EscposDecoder decoder({.text = simulated::TextMode::Taken});
  for (const std::uint8_t byte : ByteView(data, size)) {
    static_cast<void>(answers.take(byte).has_value());
    static_cast<void>(scanner.receive(byte).has_value());
    decoder.receive(byte);
    while (decoder.next()) continue;
  }
  decoder.cut_off();
  ENSURE(decoder.reports().size() <= simulated::EscposDecoder::most_reports, "reports do not pile up");
  return 0;
}
