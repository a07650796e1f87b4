#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "base/core/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY
struct x509_st;      // OpenSSL's X509

namespace pishkhan::card {

enum class TrustFault : std::uint8_t {
  Malformed,    ///< not what it should be: no certificate, no key, none of the kinds below
  Untrusted,    ///< no trusted authority issued it
  NotYetValid,  ///< or the kiosk's clock is behind
  Expired,
  WrongUse,  ///< not for signing
};

using Digest = std::array<std::uint8_t, 32>;
[[nodiscard]] Digest sha256(ByteView bytes);

struct KeyFree {
  void operator()(evp_pkey_st* key) const;
};
struct CertificateFree {
  void operator()(x509_st* certificate) const;
};

/// Who may say which cards are read here: the municipality. ECDSA P-256 with SHA-256. Thread: one owner.
class ProfileKey {
 public:
  /// SubjectPublicKeyInfo.
  [[nodiscard]] static Result<ProfileKey, TrustFault> from_pem(std::string_view pem);
  /// The signature is over signed_form(profile): r and s, 32 bytes each, big-endian (IEEE P1363), or in DER
  /// (RFC 3279, 2.2.3), as `openssl dgst` makes it.
  [[nodiscard]] bool verify(ByteView profile, ByteView signature) const;
  /// What is signed: a line that no other signed thing begins with, then the file as it lies there.
  [[nodiscard]] static Bytes signed_form(ByteView profile);

 private:
  explicit ProfileKey(std::unique_ptr<evp_pkey_st, KeyFree> key) : key_(std::move(key)) {}
  std::unique_ptr<evp_pkey_st, KeyFree> key_;
};

/// The certificate of a card (X.509, RFC 5280), with an EC P-256 or an RSA key of 2048 bits or more. Thread:
/// one owner.
class Certificate {
 public:
  enum class KeyKind : std::uint8_t { EcP256, Rsa };
  /// DER; bytes 00 and FF behind it are padding of its file.
  [[nodiscard]] static Result<Certificate, TrustFault> parse(ByteView der);

  /// Issued by one of the authorities (certificates, DER), both valid at that time, and meant for signatures.
  [[nodiscard]] Result<void, TrustFault> check(std::span<const Bytes> authorities, WallTime at) const;
  [[nodiscard]] KeyKind key_kind() const { return key_kind_; }
  /// Of an RSA key's modulus, which is what the card works on; 32 for P-256.
  [[nodiscard]] std::size_t key_bytes() const;
  /// A signature over the digest: ECDSA in DER (RFC 3279, 2.2.3), RSA by PKCS #1 v1.5 (RFC 8017, 8.2).
  [[nodiscard]] bool verifies(const Digest& digest, ByteView signature) const;
  enum class Part : std::uint8_t { CommonName, SerialNumber };
  /// Of the subject, UTF-8; empty if there is none, or more than one.
  [[nodiscard]] std::string subject(Part part) const;

 private:
  Certificate(std::unique_ptr<x509_st, CertificateFree> certificate, KeyKind kind)
      : certificate_(std::move(certificate)), key_kind_(kind) {}
  std::unique_ptr<x509_st, CertificateFree> certificate_;
  KeyKind key_kind_;
};

}  // namespace pishkhan::card
