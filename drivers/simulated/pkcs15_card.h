#pragma once

#include "drivers/simulated/file_card.h"

#include <string>

namespace pishkhan::simulated {

/// A card with cryptographic information after ISO 7816-15 (PKCS #15 v1.1): EF.DIR, and in the application
/// EF.ODF, EF.CIAInfo, the directories of keys, certificates and PINs. Key 45 signs after the PIN (RSA 2048,
/// COMPUTE DIGITAL SIGNATURE); key 46 authenticates freely (EC P-256, INTERNAL AUTHENTICATE). The PIN is
/// 123456. Thread: guarded by the reader that holds it.
class Pkcs15Card final : public FileCard {
 public:
  explicit Pkcs15Card(const CardAuthority& authority, const std::string& common_name = "Simulated Card Holder");
  /// Every file of another card, but keys of its own.
  static std::unique_ptr<Pkcs15Card> forged(const Pkcs15Card& original);

  static constexpr std::uint16_t signing_certificate_file_id = 0x4331;
  static constexpr std::uint16_t authentication_certificate_file_id = 0x4332;

 private:
  explicit Pkcs15Card(Chip chip) : FileCard(std::move(chip)) {}
};

}  // namespace pishkhan::simulated
