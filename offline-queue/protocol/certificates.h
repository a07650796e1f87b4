#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "offline-queue/protocol/signing_key.h"

#include <optional>
#include <string>
#include <string_view>

struct x509_st;  // OpenSSL's X509

/// X.509 as enrolment needs it: a kiosk's request for a certificate, and what is in the one it gets. Pure
/// functions and plain values.
namespace pishkhan::protocol {

constexpr std::size_t largest_certificate_request = 2048;
constexpr std::size_t largest_certificate_text = 16'384;

/// PKCS#10 (RFC 2986) in DER: the key's public half under the name "kiosk-<number>", signed with the key
/// itself, wherever that lies. TpmFailed: the chip did not sign.
[[nodiscard]] Result<Bytes, KeyFault> make_certificate_request(const SigningKey& key, int kiosk);
/// The key that a request is for, which has signed it; nothing: it is no such request of a P-256 key, or bytes
/// are left over. The name in it is not looked at: who issues the certificate decides it.
[[nodiscard]] std::optional<PublicPoint> key_in_request(ByteView certificate_request);

/// A kiosk's certificate: the subject's organisational unit is "kiosk", its common name "kiosk-<number>", and
/// its serialNumber attribute "epoch-<epoch>" (none in certificates that name no epoch, as the demo's).
struct ClientCertificate {
  int kiosk = 0;
  int epoch = 0;  ///< 0: it names none
  PublicPoint key{};
  WallTime not_before{};
  WallTime not_after{};
  std::string serial;  ///< hexadecimal, of the certificate itself
  [[nodiscard]] static std::optional<ClientCertificate> of(const x509_st& certificate);
  /// From the first certificate of a PEM text.
  [[nodiscard]] static std::optional<ClientCertificate> parse(std::string_view pem);
  friend bool operator==(const ClientCertificate&, const ClientCertificate&) = default;
};

/// "kiosk-1042" -> 1042, "epoch-2" -> 2; 0 if it is none, or out of range.
[[nodiscard]] int kiosk_in_name(std::string_view common_name);
[[nodiscard]] int epoch_in_name(std::string_view serial_attribute);

/// Whether the first certificate of a PEM text is a TLS client's from one of these authorities. Its time is not
/// looked at: whoever asks knows better what time it certainly is.
[[nodiscard]] bool issued_by(std::string_view certificate_pem, std::string_view authority_pem);

}  // namespace pishkhan::protocol
