#pragma once

#include "base/core/personal.h"
#include "drivers/simulated/simulated_card.h"

#include <cstddef>

namespace pishkhan::simulated {

/// What is written on a citizen card of the fictional municipality. The default person does not exist; the
/// national id satisfies the check rule.
struct CardHolder {
  PersonalText national_id{"0499370899"};
  PersonalText given_name{"نمونه"};
  PersonalText family_name{"شهروندی"};
};

/// The municipal citizen card of drivers/card-reader/README.md, as a chip answers: SELECT, READ BINARY, GET
/// RESPONSE, with the status words of ISO 7816-4, table 6. Its memory is wiped at the end.
class CitizenCard final : public SimulatedCard {
 public:
  explicit CitizenCard(const CardHolder& holder = {});
  ~CitizenCard() override;

  Bytes reset() override;
  Bytes apdu(ByteView command) override;

 private:
  struct Apdu;
  enum class Selected { MasterFile, Application, HolderFile };

  Bytes select(const Apdu& command);
  Bytes read_binary(const Apdu& command);
  Bytes get_response(const Apdu& command);
  Bytes answer_or_offer(const Apdu& command, Bytes data);

  Bytes holder_file_;
  Bytes offered_;  // Waits for GET RESPONSE after 61 xx.
  Selected selected_ = Selected::MasterFile;
};

}  // namespace pishkhan::simulated
