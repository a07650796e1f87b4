// The binary parts of the chain and of the updates. The first byte chooses.
#include "offline-queue/protocol/batch.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/protocol/receipt_statement.h"
#include "offline-queue/protocol/remote_settings.h"
#include "offline-queue/protocol/request_body.h"
#include "offline-queue/protocol/update_item.h"
#include "tests/fuzz/target.h"

#include <algorithm>

using namespace pishkhan;
using namespace pishkhan::protocol;

namespace {

/// These have one spelling only.
void statement(ByteView bytes) {
  const auto text = as_text(bytes);
  if (const auto parsed = ReceiptStatement::parse(text))
    ENSURE(parsed->qr_text() == text, "a statement has one spelling");
}
void request(ByteView bytes) {
  const auto parsed = parse_request(bytes);
  if (!parsed) return;
  const auto again = encode_request(*parsed);
  ENSURE(again && std::ranges::equal(again->view(), bytes), "a request has one spelling");
}
void envelope(ByteView bytes) {
  const auto id = opening_key_id(bytes);
  ENSURE(id || !open(bytes, {}), "what has no head does not open");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Try = void (*)(ByteView);
  static constexpr Try tries[] = {
      fuzz::round_trip<RecordHeader>,
      fuzz::round_trip<PrintReport>,
      fuzz::round_trip<KioskCertificate>,
      fuzz::round_trip<UpdateItem>,
      fuzz::round_trip<CaseUpdate>,
      fuzz::round_trip<CatalogueUpdate>,
      fuzz::round_trip<CommandUpdate>,
      fuzz::round_trip<RemoteSettings>,
      statement,
      request,
      envelope,
      fuzz::round_trip<Batch>,
  };
  if (size == 0) return 0;
  const std::size_t choice = data[0] - std::size_t{'a'};
  if (choice < std::size(tries)) tries[choice]({data + 1, size - 1});
  return 0;
}
