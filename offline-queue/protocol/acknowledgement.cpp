#include "offline-queue/protocol/acknowledgement.h"

#include "base/core/ensure.h"
#include "offline-queue/protocol/tracking_code.h"

namespace pishkhan::protocol {

Bytes StoredWord::signed_bytes() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes("PKS"));
  out.u8(1);
  out.be16(static_cast<std::uint16_t>(kiosk));
  out.u8(static_cast<std::uint8_t>(epoch));
  out.be32(static_cast<std::uint32_t>(sequence));
  out.bytes(hash);
  out.be64(static_cast<std::uint64_t>(at.time_since_epoch().count()));
  return bytes;
}

void StoredWord::sign(const SigningKey& ingest) {
  signature = ingest.sign(signed_bytes());
}

bool StoredWord::verify(const VerifyingKey& ingest) const {
  // Numbers that the signed bytes cannot hold would be cut to others there.
  return TrackingCode{kiosk, epoch, sequence}.in_range() && ingest.verify(signed_bytes(), signature);
}

Bytes Acknowledgement::signed_bytes() const {
  ENSURE(case_number.size() <= 64, "a case number has at most 64 characters");
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes("PKA"));
  out.u8(1);
  out.u8(static_cast<std::uint8_t>(verdict));
  out.be16(static_cast<std::uint16_t>(kiosk));
  out.u8(static_cast<std::uint8_t>(epoch));
  out.be32(static_cast<std::uint32_t>(sequence));
  out.bytes(request_id);
  out.bytes(hash);
  out.be64(static_cast<std::uint64_t>(at.time_since_epoch().count()));
  out.u8(static_cast<std::uint8_t>(case_number.size()));
  out.bytes(as_bytes(case_number));
  return bytes;
}

void Acknowledgement::sign(const SigningKey& cases) {
  signature = cases.sign(signed_bytes());
}

bool Acknowledgement::verify(const VerifyingKey& cases) const {
  const bool in_range = TrackingCode{kiosk, epoch, sequence}.in_range() && case_number.size() <= 64;
  return in_range && cases.verify(signed_bytes(), signature);
}

}  // namespace pishkhan::protocol
