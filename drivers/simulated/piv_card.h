#pragma once

#include "drivers/simulated/card_key.h"
#include "drivers/simulated/card_program.h"

#include <map>
#include <string>

namespace pishkhan::simulated {

/// A Personal Identity Verification card (NIST SP 800-73-4, part 2): the discovery, capability, CHUID and
/// certificate objects, and keys 9A (PIV authentication, after the PIN) and 9E (card authentication, free),
/// both of one kind. The PIN is 123456. Thread: guarded by the reader that holds it.
class PivCard final : public CardProgram {
 public:
  explicit PivCard(const CardAuthority& authority, CardKey::Kind keys = CardKey::Kind::EcP256,
                   const std::string& common_name = "Simulated PIV Holder");
  /// Every data object of another card, but keys of its own.
  static std::unique_ptr<PivCard> forged(const PivCard& original);
  /// The value of a data object (SP 800-73-4, part 1, table 3), with its tag 53; empty if there is none.
  [[nodiscard]] Bytes object(std::uint32_t tag) const;

 private:
  struct Copied {};
  PivCard(Copied, const PivCard& original);
  Answer run(const CardCommand& command) override;
  void forget() override;
  [[nodiscard]] Answer select(const CardCommand& command);
  [[nodiscard]] Answer get_data(const CardCommand& command) const;
  [[nodiscard]] Answer verify(const CardCommand& command);
  [[nodiscard]] Answer authenticate(const CardCommand& command) const;

  std::map<std::uint32_t, Bytes> objects_;
  CardKey holder_key_;
  CardKey card_key_;
  bool selected_ = false;
  bool verified_ = false;
  int tries_ = 3;
};

}  // namespace pishkhan::simulated
