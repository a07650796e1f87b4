#pragma once

#include "drivers/simulated/card_command.h"
#include "drivers/simulated/simulated_card.h"

#include <utility>

namespace pishkhan::simulated {

/// What all chips with a file system or with data objects have in common: command chaining, an answer that is
/// longer than asked for (61 xx and GET RESPONSE), unknown classes. Thread: guarded by the reader that holds
/// it.
class CardProgram : public SimulatedCard {
 public:
  ~CardProgram() override;
  Bytes reset() final;
  Bytes apdu(ByteView command) final;

 protected:
  struct Answer {
    std::uint16_t status = status::done;
    Bytes data;
    /// Offered: what is not asked for with Le waits for GET RESPONSE. AsIs: the program has looked at Le.
    enum class Delivery : std::uint8_t { Offered, AsIs } delivery = Delivery::Offered;
  };

  explicit CardProgram(Bytes answer_to_reset) : answer_to_reset_(std::move(answer_to_reset)) {}
  virtual Answer run(const CardCommand& command) = 0;
  /// A reset: nothing is selected and nobody is verified any more.
  virtual void forget() {}

 private:
  Bytes deliver(const CardCommand& command, Answer answer);
  Bytes get_response(const CardCommand& command);
  void drop();

  Bytes answer_to_reset_;
  Bytes offered_;            // waits for GET RESPONSE
  std::uint16_t after_ = 0;  // the status word after the last offered byte
  Bytes chain_;              // ISO 7816-4, 5.3.3
  std::uint8_t chained_instruction_ = 0;
};

}  // namespace pishkhan::simulated
