// What a printer answers, cut in pieces anyhow, for every way of telling how it is; and its device's own bytes.
#include "drivers/receipt-printer/answers.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;
using namespace pishkhan::printer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const StatusForm status :
       {StatusForm::None, StatusForm::PortStatus, StatusForm::RealTime1To4, StatusForm::FullStatus}) {
    for (const ProofOfPrint proof :
         {ProofOfPrint::None, ProofOfPrint::SensorEcho, ProofOfPrint::ProcessIdEcho}) {
      escpos::AnswerParser parser(status, proof);
      std::size_t answers = 0;
      for (const std::uint8_t byte : ByteView(data, size)) {
        const auto answer = parser.take(byte);
        if (!answer) continue;
        ++answers;
        if (const auto* echo = std::get_if<escpos::Echo>(&*answer)) {
          for (const std::uint8_t character : echo->id)
            ENSURE(escpos::is_id_character(character), "an echo is of characters 32 to 126");
        }
        ENSURE(proof == ProofOfPrint::SensorEcho || !std::holds_alternative<escpos::SensorEcho>(*answer),
               "a model that does not fence with it has no sensor echo");
      }
      ENSURE(answers + parser.noise_bytes() <= size, "every byte is at most one answer or noise");
    }
  }
  for (const std::uint8_t byte : ByteView(data, size)) {
    const auto paper = escpos::parse_paper_status(byte);
    ENSURE(!paper || escpos::is_status(byte), "only a status is read as one");
    static_cast<void>(escpos::parse_port_status(byte));
    static_cast<void>(escpos::parse_ejector_status(byte).has_value());
  }
  return 0;
}
