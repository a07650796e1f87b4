// What enrolment reads of strangers, of ingest and of cases. The first byte chooses.
#include "offline-queue/protocol/enrolment.h"

#include "offline-queue/protocol/certificates.h"
#include "offline-queue/protocol/enrolment_messages.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;
using namespace pishkhan::protocol;

namespace {

void request(ByteView bytes) {
  static_cast<void>(key_in_request(bytes));
}
void certificate(ByteView bytes) {
  const auto text = as_text(bytes);
  if (ClientCertificate::parse(text)) static_cast<void>(issued_by(text, text));
}
void code(ByteView bytes) {
  if (const auto parsed = EnrolmentCode::parse(as_text(bytes)))
    ENSURE(EnrolmentCode::parse(parsed->grouped()).has_value(), "a code is written and read again");
}
void enrolment(ByteView bytes) {
  const auto parsed = Enrolment::parse(as_text(bytes), DemoPolicy::Accept);
  if (parsed)
    ENSURE(Enrolment::parse(parsed->encode(), DemoPolicy::Accept).has_value(), "it can be read again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Try = void (*)(ByteView);
  static constexpr Try tries[] = {
      fuzz::round_trip_text<EnrolRequest>,
      fuzz::round_trip_text<RenewalRequest>,
      fuzz::round_trip_text<EnrolmentAnswer>,
      fuzz::round_trip_text<BookReport>,
      fuzz::round_trip_text<BookTaken>,
      fuzz::round_trip_text<EnrolmentsPage>,
      fuzz::round_trip_text<EnrolmentAnswers>,
      request,
      certificate,
      code,
      enrolment,
  };
  if (size == 0) return 0;
  const std::size_t choice = data[0] - std::size_t{'a'};
  if (choice < std::size(tries)) tries[choice]({data + 1, size - 1});
  return 0;
}
