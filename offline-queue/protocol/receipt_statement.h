#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/chain.h"

#include <optional>
#include <string>
#include <string_view>

namespace pishkhan::protocol {

/// The city's word that a key belongs to a kiosk: small enough for a QR code. Plain value.
struct KioskCertificate {
  int kiosk = 0;
  int epoch = 0;
  PublicPoint public_key{};
  WallTime not_after{};  ///< whole seconds
  Signature city_signature{};
  static constexpr std::size_t encoded_bytes = 105;
  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static std::optional<KioskCertificate> parse(ByteView bytes);
  /// Fills in the signature. Done at enrolment, by the city.
  void sign(const SigningKey& city);
  [[nodiscard]] bool signed_by(const VerifyingKey& city) const;
  friend bool operator==(const KioskCertificate&, const KioskCertificate&) = default;
};

enum class StatementFault {
  Malformed,       ///< no such statement, or of another version
  NotOfThisCity,   ///< the certificate is not signed by the key given
  Expired,         ///< filed after the certificate's end, by the kiosk's own clock
  NotByThisKiosk,  ///< the statement's signature is not by the certified key
};

/// What the QR code on a receipt says.
///
/// It proves: a kiosk that this city certified had this record, with this content (by its hash), at this
/// place of its chain, and after `last_server_time` was known to it; whoever holds the chain can show what
/// came before and after, so the order. It does not prove the kiosk's clock: `filed_at` is the kiosk's word.
/// It does not prove that the backend has the request. It holds nothing about the citizen.
struct ReceiptStatement {
  KioskCertificate certificate;
  int sequence = 0;
  Hash record_hash{};                                   ///< BLAKE2b-256 of the sealed envelope
  Hash chain_head{};                                    ///< the chain's hash with this record as its last
  WallTime filed_at{};                                  ///< whole seconds
  std::optional<WallTime> last_server_time;             ///< whole seconds
  std::array<std::uint8_t, 8> catalogue_fingerprint{};  ///< first 8 bytes of BLAKE2b of its text
  Signature signature{};

  /// From a filed record. Times are cut to whole seconds. TpmFailed: the kiosk's key is in a TPM that refused.
  [[nodiscard]] static Result<ReceiptStatement, KeyFault> make(const KioskCertificate& certificate,
                                                               const Record& record,
                                                               std::optional<WallTime> last_server_time,
                                                               std::string_view catalogue_fingerprint,
                                                               const SigningKey& kiosk);
  /// "PKQ1:" and base45 (RFC 9285): only characters of QR's alphanumeric mode.
  [[nodiscard]] std::string qr_text() const;
  [[nodiscard]] static Result<ReceiptStatement, StatementFault> parse(std::string_view qr_text);
  [[nodiscard]] Result<void, StatementFault> verify(const VerifyingKey& city) const;
  friend bool operator==(const ReceiptStatement&, const ReceiptStatement&) = default;
};

}  // namespace pishkhan::protocol
