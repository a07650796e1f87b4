// The binary parts of the chain and of the updates. The first byte chooses.
#include "base/core/base64.h"
#include "offline-queue/protocol/base45.h"
#include "offline-queue/protocol/batch.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/protocol/receipt_statement.h"
#include "offline-queue/protocol/remote_settings.h"
#include "offline-queue/protocol/request_body.h"
#include "offline-queue/protocol/update_item.h"
#include "offline-queue/reference-backend/kiosk_register.h"
#include "tests/fuzz/target.h"

#include <sodium.h>

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

/// What lies inside a sealed box, as a kiosk that was broken into may have sealed it.
void sealed(ByteView inside) {
  static const OpeningKey key = OpeningKey::generate(3);
  Bytes bytes{1, 1, 0, 0, 0, 3};
  bytes.resize(6 + inside.size() + crypto_box_SEALBYTES);
  crypto_box_seal(bytes.data() + 6, inside.data(), inside.size(), key.public_part().public_key.data());
  const auto opened = open(bytes, {&key, 1});
  if (opened) ENSURE(opened->view().size() + 10 <= inside.size(), "a body is no larger than what it lay in");
}
void enrolment(ByteView bytes) {
  const auto text = as_text(bytes);
  for (const auto policy : {DemoPolicy::Accept, DemoPolicy::Refuse}) {
    const auto parsed = Enrolment::parse(text, policy);
    if (!parsed) continue;
    const auto again = Enrolment::parse(parsed->encode(), policy);
    ENSURE(again && again->encode() == parsed->encode(), "an enrolment survives encoding");
  }
}
void kiosks(ByteView bytes) {
  const auto parsed = backend::KioskRegister::parse(as_text(bytes));
  if (parsed) ENSURE(parsed->size() <= bytes.size(), "each epoch takes some bytes");
}
void public_key(ByteView bytes) {
  const auto key = VerifyingKey::from_pem(as_text(bytes));
  if (key)
    ENSURE(VerifyingKey::from_point(key->point()).has_value(), "what is a key as text is one as a point");
  if (bytes.size() != std::tuple_size_v<PublicPoint>) return;
  PublicPoint point{};
  std::copy(bytes.begin(), bytes.end(), point.begin());
  const auto same = VerifyingKey::from_point(point);
  if (same) ENSURE(same->point() == point, "a point has one spelling");
}
void texts(ByteView bytes) {
  const auto text = as_text(bytes);
  if (const auto decoded = from_base45(text)) ENSURE(to_base45(*decoded) == text, "base45 has one spelling");
  if (const auto decoded = from_base64(text)) ENSURE(to_base64(*decoded) == text, "base64 has one spelling");
  if (const auto decoded = from_hex(text)) ENSURE(decoded->size() * 2 == text.size(), "two digits a byte");
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
      fuzz::round_trip<AuditEntry>,
      sealed,
      enrolment,
      kiosks,
      public_key,
      texts,
  };
  if (size == 0) return 0;
  const std::size_t choice = data[0] - std::size_t{'a'};
  if (choice < std::size(tries)) tries[choice]({data + 1, size - 1});
  return 0;
}
