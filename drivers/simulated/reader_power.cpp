// IccPowerOn, and how card and reader come to speak alike (CCID 6.1.1, 6.1.5 to 6.1.7).
#include "drivers/simulated/ccid_wire.h"

#include <utility>

namespace pishkhan::simulated {

SimulatedCardReader::Reply SimulatedCardReader::power_on(const Message& message) {
  // 6.1.1: 0 automatic, 1 5 V, 2 3 V, 3 1.8 V
  const std::uint8_t select = message.specific[0];
  const bool offered = select == 0 ? (model_.features & automatic::voltage) != 0
                                   : select <= 3 && (model_.voltages >> (select - 1) & 1) != 0;
  if (!offered) return wrong(ReaderReport::WrongPower, data_block, error_specific);
  command_.clear();
  answer_.clear();
  powered_ = false;
  if (!card_) return fail(data_block, error_mute);
  Bytes answer_to_reset = wire_->reset();
  protocol_ = 0;
  protocol_data_ = {0x11, 0x00, 0x00, 0x0A, 0x00};
  spend(answer_to_reset.size());
  powered_ = !answer_to_reset.empty();
  if (!powered_) return fail(data_block, error_mute);
  take_parameters_of_card();
  return {data_block, icc_active, 0, 0, std::move(answer_to_reset)};
}

/// What dwFeatures says that the reader does after a reset without being told.
void SimulatedCardReader::take_parameters_of_card() {
  const bool speaks_by_itself =
      model_.level == ExchangeLevel::ShortApdu || model_.level == ExchangeLevel::ExtendedApdu;
  const std::uint32_t whole = automatic::parameters | automatic::pps;
  const bool negotiates =
      speaks_by_itself || (model_.features & automatic::negotiation) != 0 || (model_.features & whole) == whole;
  if ((model_.features & automatic::parameters) != 0 || negotiates) {
    protocol_ = wire_->protocol();
    protocol_data_ =
        protocol_ == 1 ? Bytes{0x11, 0x10, 0x00, 0x4D, 0x00, 0x20, 0x00} : Bytes{0x11, 0x00, 0x00, 0x0A, 0x00};
    protocol_data_[0] = wire_->rate();
    if (protocol_ == 1 && wire_->ends_with_crc()) protocol_data_[1] |= 1;  // bmTCCKST1
  }
  if (negotiates) {
    protocol_data_[0] = wire_->offered_rate();
    wire_->agree(protocol_, wire_->offered_rate());
  }
  if ((model_.features & automatic::ifsd) != 0) wire_->agree_on_buffer(254);
}

SimulatedCardReader::Reply SimulatedCardReader::set_parameters(const Message& message) {
  if (!card_ || !powered_) return fail(parameters_block, error_mute);
  const std::uint8_t wanted = message.specific[0];
  const std::size_t size = wanted == 0 ? 5 : 7;  // 6.1.7: abProtocolDataStructure
  const bool possible = wanted <= 1 && (model_.protocols >> wanted & 1) != 0 && wire_->offers(wanted);
  if (!possible) return wrong(ReaderReport::WrongParameters, parameters_block, error_specific);
  if (message.data.size() != size) return wrong(ReaderReport::WrongParameters, parameters_block, error_length);
  protocol_ = wanted;
  protocol_data_.assign(message.data.begin(), message.data.end());
  const std::uint8_t rate = protocol_data_[0];
  if ((model_.features & (automatic::pps | automatic::negotiation)) != 0) wire_->agree(wanted, rate);
  return parameters();
}

SimulatedCardReader::Reply SimulatedCardReader::parameters() const {
  if (!card_ || !powered_) return fail(parameters_block, error_mute);
  return {parameters_block, icc_active, 0, protocol_, protocol_data_};
}

}  // namespace pishkhan::simulated
