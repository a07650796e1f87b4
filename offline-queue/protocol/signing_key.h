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
  NoTpm,      ///< OpenSSL's provider "tpm2" is not installed, or no TPM answers it
  TpmFailed,  ///< the TPM is there and refused: another TPM's key, a full one, a broken one
};

/// Where a private key lies. In a file it can be copied by whoever reads the disk; what a TPM made never leaves
/// the chip, and its file is of no use to any other.
enum class KeyPlace { File, Tpm };

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

/// The seam behind which the private key lies. Behind KeyPlace::Tpm is a TPM 2.0 through OpenSSL's provider
/// "tpm2" (Debian: tpm2-openssl); which TPM is the TSS's choice (/dev/tpmrm0) or TPM2OPENSSL_TCTI's. The key
/// file then is a "TSS2 PRIVATE KEY" (draft-bottomley-tpm2-keys): the key, encrypted by the chip for itself.
/// Every key has a connection to the TPM of its own, so two threads can each have one. Thread: used by one at a
/// time.
class SigningKey {
 public:
  /// In memory, until it is saved.
  [[nodiscard]] static SigningKey generate();
  /// Made by the TPM, under its owner's primary key.
  [[nodiscard]] static Result<SigningKey, KeyFault> generate_in_tpm();
  /// File: PEM, PKCS#8 or SEC 1, unencrypted. Tpm: PEM, TSS2. A key of the other place is WrongKind.
  [[nodiscard]] static Result<SigningKey, KeyFault> load(const std::filesystem::path& file,
                                                         KeyPlace place = KeyPlace::File);
  /// PEM of its place, mode 0600, synced; never overwrites.
  [[nodiscard]] Result<void, KeyFault> save(const std::filesystem::path& file) const;
  /// With a TPM this takes as long as the TPM takes, and can fail with TpmFailed; otherwise it cannot.
  [[nodiscard]] Result<Signature, KeyFault> try_sign(ByteView message) const;
  /// For keys that cannot fail; with a TPM's, a failure ends the process.
  [[nodiscard]] Signature sign(ByteView message) const;
  [[nodiscard]] VerifyingKey verifying_key() const;
  [[nodiscard]] KeyPlace place() const;
  /// The key as OpenSSL's own TLS and certificate code wants it. It must not outlive this SigningKey, and what
  /// uses it belongs to the same thread.
  [[nodiscard]] KeyHandle for_openssl() const;

  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();
  struct Private;  ///< the handles; named here because for_openssl() hands it to OpenSSL's callback

 private:
  explicit SigningKey(std::unique_ptr<Private> parts);
  std::unique_ptr<Private> private_;
};

}  // namespace pishkhan::protocol
