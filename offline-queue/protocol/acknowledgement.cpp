#include "offline-queue/protocol/acknowledgement.h"

#include "base/core/ensure.h"

namespace pishkhan::protocol {

Bytes Acknowledgement::signed_bytes() const {
  ENSURE(case_number.size() <= 64, "a case number has at most 64 characters");
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes("PKA"));
  out.u8(1);
  out.u8(static_cast<std::uint8_t>(kind));
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

void Acknowledgement::sign(const SigningKey& backend) {
  signature = backend.sign(signed_bytes());
}

bool Acknowledgement::verify(const VerifyingKey& backend) const {
  // Numbers that the signed bytes cannot hold would be cut to others there.
  const bool in_range = TrackingCode{kiosk, epoch, sequence}.in_range() && case_number.size() <= 64;
  const bool fits_kind = (kind == AcknowledgementKind::Stored) == (verdict == Verdict::None);
  return in_range && fits_kind && backend.verify(signed_bytes(), signature);
}

}  // namespace pishkhan::protocol
