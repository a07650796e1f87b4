#pragma once

#include "base/core/personal.h"
#include "drivers/simulated/simulated_card.h"

#include <cstdint>
#include <memory>

namespace pishkhan::simulated {

/// What is written on a citizen card of the fictional municipality. The default person does not exist; the
/// national id satisfies the check rule.
struct CardHolder {
  PersonalText national_id{"0499370899"};
  PersonalText name{"مریم احمدی"};
  PersonalText card_number{"6000000000000001"};
};

/// The municipal citizen card of drivers/card-reader/README.md, as a T=0 chip answers: SELECT, READ BINARY,
/// GET RESPONSE, with the status words of ISO 7816-4, tables 5 and 6. Its memory is wiped at the end.
/// Thread: guarded by the reader that holds it.
class CitizenCard final : public SimulatedCard {
 public:
  /// What a chip does when more bytes are asked for than the file still has.
  enum class EndOfFile {
    WrongLength,  ///< 6C xx: ask again with xx
    Warning,      ///< the bytes there are, and 62 82
  };
  explicit CitizenCard(const CardHolder& holder = {}, EndOfFile end_of_file = EndOfFile::WrongLength);
  /// The same chip with other bytes in its EF 0101 (at most 32,768), to try what a reader makes of them.
  static std::unique_ptr<CitizenCard> with_file(Bytes holder_file,
                                                EndOfFile end_of_file = EndOfFile::WrongLength);
  ~CitizenCard() override;

  Bytes reset() override;
  Bytes apdu(ByteView command) override;

  /// The content of EF 0101 for a holder: one template E1 (the table in drivers/card-reader/README.md).
  [[nodiscard]] static Bytes holder_file(const CardHolder& holder);

 private:
  struct Apdu;
  enum class Selected { MasterFile, Application, HolderFile };

  CitizenCard(Bytes holder_file, EndOfFile end_of_file);
  static bool parse(ByteView command, Apdu& apdu);
  Bytes select(const Apdu& command);
  Bytes read_binary(const Apdu& command);
  Bytes get_response(const Apdu& command);
  Bytes answer_or_offer(const Apdu& command, const Bytes& data);

  Bytes holder_file_;
  EndOfFile end_of_file_;
  Bytes offered_;  // Waits for GET RESPONSE after 61 xx.
  Selected selected_ = Selected::MasterFile;
};

}  // namespace pishkhan::simulated
