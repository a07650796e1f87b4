#pragma once

#include "base/core/personal.h"
#include "drivers/simulated/file_card.h"

#include <memory>

namespace pishkhan::simulated {

/// What is written on a citizen card of the fictional municipality. The default person does not exist; the
/// national id satisfies the check rule.
struct CardHolder {
  PersonalText national_id{"0499370899"};
  PersonalText name{"مریم احمدی"};
  PersonalText card_number{"6000000000000001"};
};

/// What somebody who copies a card has instead of its key.
enum class Forgery : std::uint8_t {
  NoKey,     ///< INTERNAL AUTHENTICATE finds none
  OtherKey,  ///< signs with a key of its own
};

/// The municipal citizen card of drivers/card-reader/README.md, as a T=0 chip answers. One that an authority
/// has issued also has a certificate and its key. Thread: guarded by the reader that holds it.
class CitizenCard final : public FileCard {
 public:
  explicit CitizenCard(const CardHolder& holder = {}, EndOfFile end_of_file = EndOfFile::WrongLength);
  /// Issued by an authority, which is needed for this call only.
  CitizenCard(const CardHolder& holder, const CardAuthority& authority);
  /// The same chip with other bytes in its EF 0101 (at most 32,768), to try what a reader makes of them.
  static std::unique_ptr<CitizenCard> with_file(Bytes holder_file,
                                                EndOfFile end_of_file = EndOfFile::WrongLength);
  /// Every file of the original, certificate included, but not its key.
  static std::unique_ptr<CitizenCard> forged(const CitizenCard& original, Forgery forgery);

  /// The content of EF 0101 for a holder: one template E1 (the table in drivers/card-reader/README.md).
  [[nodiscard]] static Bytes holder_file(const CardHolder& holder);

  static constexpr std::uint16_t holder_file_id = 0x0101;
  static constexpr std::uint16_t certificate_file_id = 0x0102;

 private:
  explicit CitizenCard(Chip chip) : FileCard(std::move(chip)) {}
};

/// What is written on the card of the municipality's own people.
struct StaffMember {
  PersonalText number{"20417"};
  PersonalText name{"رضا کریمی"};
};

/// The municipal staff card: the same chip with another application, number and name in EF 0101, certificate in
/// EF 0102. Thread: guarded by the reader that holds it.
class StaffCard final : public FileCard {
 public:
  StaffCard(const StaffMember& member, const CardAuthority& authority);
  static std::unique_ptr<StaffCard> forged(const StaffCard& original, Forgery forgery);

 private:
  explicit StaffCard(Chip chip) : FileCard(std::move(chip)) {}
};

}  // namespace pishkhan::simulated
