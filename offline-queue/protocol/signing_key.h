#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace pishkhan::protocol {

enum class KeyFault {
  Missing,       ///< there is no such file
  Unreadable,    ///< it cannot be read, or is no PEM
  WrongKind,     ///< a key, but not an ECDSA P-256 one
  AlreadyThere,  ///< a key is never overwritten
  CannotWrite,
};

/// ECDSA P-256 with SHA-256: r and s, 32 bytes each, big-endian (IEEE P1363 form).
using Signature = std::array<std::uint8_t, 64>;
/// Named wherever a signature is kept, so that others can follow.
enum class SignatureAlgorithm : std::uint8_t { EcdsaP256Sha256 = 1 };

/// A P-256 point in its compressed form (SEC 1, section 2.3.3).
using PublicPoint = std::array<std::uint8_t, 33>;

struct KeyDeleter {
  void operator()(evp_pkey_st* key) const;
};
using KeyHandle = std::unique_ptr<evp_pkey_st, KeyDeleter>;

/// The public half: of a kiosk, of the city, of ingest, of cases. Thread: used by one thread at a time.
class VerifyingKey {
 public:
  [[nodiscard]] static Result<VerifyingKey, KeyFault> from_pem(std::string_view pem);
  [[nodiscard]] static Result<VerifyingKey, KeyFault> from_point(const PublicPoint& point);
  [[nodiscard]] static Result<VerifyingKey, KeyFault> load(const std::filesystem::path& file);
  [[nodiscard]] bool verify(ByteView message, const Signature& signature) const;
  [[nodiscard]] PublicPoint point() const;
  [[nodiscard]] std::string pem() const;  ///< SubjectPublicKeyInfo

 private:
  explicit VerifyingKey(KeyHandle key) : key_(std::move(key)) {}
  KeyHandle key_;
};

/// The seam behind which the private key lies: a file now; a TPM is another way to come by the same OpenSSL
/// handle (its provider), so nothing but load() differs. Thread: used by one thread at a time.
class SigningKey {
 public:
  [[nodiscard]] static SigningKey generate();
  /// PEM, PKCS#8 or SEC 1, unencrypted.
  [[nodiscard]] static Result<SigningKey, KeyFault> load(const std::filesystem::path& file);
  /// PKCS#8 PEM, mode 0600, synced; never overwrites.
  [[nodiscard]] Result<void, KeyFault> save(const std::filesystem::path& file) const;
  [[nodiscard]] Signature sign(ByteView message) const;
  [[nodiscard]] VerifyingKey verifying_key() const;

 private:
  explicit SigningKey(KeyHandle key) : key_(std::move(key)) {}
  KeyHandle key_;
};

}  // namespace pishkhan::protocol
