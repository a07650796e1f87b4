#pragma once

#include "base/core/bytes.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace pishkhan::simulated {

/// A private key that never leaves the chip, and what a chip does with it. Made anew each time: there are no
/// keys of simulated cards in the repository. Thread: one owner.
class CardKey {
 public:
  enum class Kind : std::uint8_t { EcP256, Rsa2048 };
  static CardKey generate(Kind kind);
  CardKey(CardKey&&) noexcept;
  CardKey& operator=(CardKey&&) noexcept;
  ~CardKey();

  [[nodiscard]] Kind kind() const { return kind_; }
  /// ECDSA over 32 bytes taken as they are: SEQUENCE of r and s in DER (RFC 3279, 2.2.3). Empty if the key is
  /// no EC key or the digest has another length.
  [[nodiscard]] Bytes sign_digest(ByteView digest) const;
  /// RSA: the data (a DigestInfo) padded by PKCS #1 v1.5, block type 1 (RFC 8017, 9.2). Empty if it cannot be.
  [[nodiscard]] Bytes sign_padded(ByteView data) const;
  /// RSA: a block as long as the modulus, padded by the caller. Empty if it cannot be.
  [[nodiscard]] Bytes sign_block(ByteView block) const;

 private:
  friend class CardAuthority;
  struct Inside;
  explicit CardKey(Kind kind);
  [[nodiscard]] Bytes rsa(ByteView data, int padding) const;

  Kind kind_;
  std::unique_ptr<Inside> inside_;
};

/// The public half of a kiosk's key, as it is written into a card that shows nothing to strangers (EC P-256).
/// Thread: one owner.
class KioskKey {
 public:
  /// SubjectPublicKeyInfo. A text that is no such key verifies nothing.
  explicit KioskKey(std::string pem) : pem_(std::move(pem)) {}
  /// ECDSA with SHA-256 over "pishkhan-kiosk-to-card-1", a line feed and the challenge; r and s, 32 bytes each.
  [[nodiscard]] bool verifies(ByteView challenge, ByteView signature) const;

 private:
  std::string pem_;
};

/// Who issues certificates to cards: a municipality, an agency. Thread: one owner.
class CardAuthority {
 public:
  explicit CardAuthority(const std::string& name = "Simulated Municipality");
  ~CardAuthority();
  CardAuthority(const CardAuthority&) = delete;
  CardAuthority& operator=(const CardAuthority&) = delete;

  /// Self-signed, X.509 v3, DER: what a kiosk is told to trust.
  [[nodiscard]] const Bytes& certificate() const { return certificate_; }
  struct Subject {
    std::string common_name;
    std::string serial_number;  ///< X.520 serialNumber; none if empty
    int valid_days = 3650;      ///< from yesterday; negative = expired
  };
  [[nodiscard]] Bytes issue(const CardKey& key, const Subject& subject) const;

 private:
  std::string name_;
  CardKey key_;
  Bytes certificate_;
};

}  // namespace pishkhan::simulated
