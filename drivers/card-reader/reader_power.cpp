// Power, and how card and reader come to speak alike (CCID 6.1.1, 6.1.2, 6.1.5 to 6.1.9, 6.1.14).
#include "drivers/card-reader/reader.h"

#include <algorithm>
#include <array>

namespace pishkhan::card {

namespace {

constexpr std::uint8_t class_request_in = 0xA1;  // USB 2.0, 9.3.1: class, interface, to the host
constexpr std::size_t most_buffer_bytes = 254;   // IFSD (ISO 7816-3, 11.4.2)
constexpr std::size_t around_block_bytes = ccid::header_bytes + 3 + 2;

struct Choice {
  std::uint8_t
      bit;  // of bVoltageSupport (5.1), and of TA of T=15 (ISO 7816-3, 8.3): a higher voltage is a lower bit
  ccid::PowerSelect power;
};
// The lowest class first (ISO 7816-3, 6.2.2); a card that cannot live on it stays mute and is unharmed.
constexpr std::array choices{Choice{4, ccid::PowerSelect::Volt1_8}, Choice{2, ccid::PowerSelect::Volt3},
                             Choice{1, ccid::PowerSelect::Volt5}};

/// Nothing that another voltage or another rate could mend.
bool is_final(ReaderFault fault) {
  return fault != ReaderFault::CardMute && fault != ReaderFault::CardFailed;
}

}  // namespace

Result<Atr, ReaderFault> CardReader::power_on_with(ccid::PowerSelect power, SteadyTime deadline) {
  agreement_.reset();
  t1_.reset();
  clock_stopped_ = false;
  const auto reply = demand(ccid::power_on(0, 0, power), ccid::ReplyKind::DataBlock, deadline);
  if (!reply) return fail(reply.error());
  power_ = power;
  Result<Atr, AtrFault> atr = parse_atr(reply->data);
  if (!atr) return fail(ReaderFault::CardFailed);
  return std::move(*atr);
}

Result<Atr, ReaderFault> CardReader::power_on_lowest(SteadyTime deadline) {
  if (descriptor_.automatic_voltage()) return power_on_with(ccid::PowerSelect::Automatic, deadline);
  Result<Atr, ReaderFault> atr = fail(ReaderFault::ReaderFailed);
  std::uint8_t classes = 0;  // what the card told of itself; 0: nothing yet
  for (const Choice& choice : choices) {
    if ((descriptor_.voltages & choice.bit) == 0) continue;
    if (classes != 0 && (classes & choice.bit) == 0) continue;
    atr = power_on_with(choice.power, deadline);
    if (!atr && is_final(atr.error())) return atr;
    if (atr) {
      // A card that answers at a voltage that is not its own says which are (ISO 7816-3, 6.2.4).
      classes = offer_of(*atr).voltage_classes;
      const bool higher = (descriptor_.voltages & classes & (choice.bit - 1)) != 0;
      if (classes == 0 || (classes & choice.bit) != 0 || !higher) return atr;
    }
    const Result<void, ReaderFault> off = power_off();
    if (!off) return fail(off.error());
  }
  return atr;
}

Result<Atr, ReaderFault> CardReader::power_on() {
  const SteadyTime deadline = link_.from_now(limits_.exchange);
  Result<Atr, ReaderFault> atr = power_on_lowest(deadline);
  // At the APDU levels the reader speaks the card's protocol by itself (CCID 3.2.2, 3.2.3).
  if (!atr || descriptor_.level != ccid::Level::Tpdu) return atr;
  const Result<void, ReaderFault> agreed = come_to_terms(*atr, deadline);
  if (!agreed) return fail(agreed.error());
  return atr;
}

Result<void, ReaderFault> CardReader::power_off() {
  agreement_.reset();
  t1_.reset();
  clock_stopped_ = false;
  const auto reply = ask(ccid::power_off(0, 0), ccid::ReplyKind::SlotStatus, link_.from_now(limits_.one_read));
  if (!reply) return fail(reply.error());
  // A slot without a card is without power too.
  if (reply->command == ccid::CommandStatus::Failed && reply->icc == ccid::IccStatus::Active) {
    return fail(ReaderFault::ReaderFailed);
  }
  return {};
}

Result<void, ReaderFault> CardReader::come_to_terms(const Atr& atr, SteadyTime deadline) {
  const Offer offer = offer_of(atr);
  if (descriptor_.has(ccid::feature::automatic_negotiation)) {
    agreement_ = told_by_reader(deadline);
    if (!agreement_) agreement_ = Agreement{.protocol = offer.first};
    return begin_protocol(offer, deadline);
  }
  read_lists(deadline);
  const auto wanted = agree(offer, descriptor_, clocks_, rates_);
  if (!wanted) return fail(ReaderFault::CardFailed);
  Result<void, ReaderFault> agreed = propose(offer, *wanted, deadline);
  if (!agreed && !is_final(agreed.error()) && wanted->rate != default_rate && !offer.specific) {
    // 9.3: a card that did not take the PPS has to be reset.
    const auto again = power_on_with(power_, deadline);
    if (!again) return fail(again.error());
    const auto modest = agree(offer, descriptor_, clocks_, rates_, Haste::DefaultRate);
    if (modest) agreed = propose(offer, *modest, deadline);
  }
  if (!agreed) return agreed;
  return begin_protocol(offer, deadline);
}

Result<void, ReaderFault> CardReader::propose(const Offer& offer, const Agreement& wanted,
                                              SteadyTime deadline) {
  const bool own_pps = descriptor_.has(ccid::feature::automatic_pps);
  if (wanted.pps == Agreement::Pps::Needed && !own_pps) {
    const Result<void, ReaderFault> made = make_pps(wanted, deadline);
    if (!made) return made;
  }
  if (descriptor_.has(ccid::feature::automatic_parameters)) {
    const auto told = told_by_reader(deadline);
    if (told && told->protocol == wanted.protocol && told->rate == wanted.rate) {
      agreement_ = wanted;
      return {};
    }
  }
  const Result<void, ReaderFault> set = set_parameters(offer, wanted, deadline);
  if (!set) return set;
  agreement_ = wanted;
  return {};
}

/// The card's rate is changed by the card's own answer; the reader is told afterwards.
Result<void, ReaderFault> CardReader::make_pps(const Agreement& wanted, SteadyTime deadline) {
  const Bytes request = pps_request(wanted);
  const auto answer = send_whole(request, deadline);
  if (!answer) return fail(answer.error());
  if (judge_pps(request, *answer) != PpsVerdict::Agreed) return fail(ReaderFault::CardFailed);
  return {};
}

Result<void, ReaderFault> CardReader::set_parameters(const Offer& offer, const Agreement& wanted,
                                                     SteadyTime deadline) {
  const auto reply = ask(ccid::set_parameters(0, 0, wanted.protocol, protocol_structure(offer, wanted)),
                         ccid::ReplyKind::Parameters, deadline);
  if (!reply) return fail(reply.error());
  if (reply->icc == ccid::IccStatus::Absent) return fail(ReaderFault::NoCard);
  // What the card cannot, the reader refuses too; the caller tries less.
  if (reply->command == ccid::CommandStatus::Failed) return fail(ReaderFault::CardFailed);
  if (descriptor_.has(ccid::feature::automatic_rate) || wanted.rate == default_rate) return {};
  const auto rate = demand(ccid::set_rate_and_clock(0, 0, wanted.clock, wanted.bits_per_second),
                           ccid::ReplyKind::RateAndClock, deadline);
  if (rate) return {};
  return fail(rate.error() == ReaderFault::ReaderFailed ? ReaderFault::CardFailed : rate.error());
}

/// GetParameters; nothing if the reader does not tell.
std::optional<Agreement> CardReader::told_by_reader(SteadyTime deadline) {
  const auto reply = ask(ccid::get_parameters(0, 0), ccid::ReplyKind::Parameters, deadline);
  if (!reply || reply->command == ccid::CommandStatus::Failed) return std::nullopt;
  if (reply->data.empty() || reply->parameter > 1) return std::nullopt;
  Agreement told{.protocol = static_cast<ccid::Protocol>(reply->parameter), .rate = reply->data[0]};
  told.clock = descriptor_.default_clock;
  told.bits_per_second = bits_per_second(told.rate, told.clock).value_or(0);
  return told;
}

Result<void, ReaderFault> CardReader::begin_protocol(const Offer& offer, SteadyTime deadline) {
  if (agreement_->protocol != ccid::Protocol::T1) return {};
  t1_.emplace(T1::Settings{.check = offer.t1_check, .card_buffer_bytes = offer.t1_buffer_bytes});
  if (descriptor_.has(ccid::feature::automatic_ifsd)) return {};
  const std::size_t said = descriptor_.maximum_ifsd == 0 ? most_buffer_bytes : descriptor_.maximum_ifsd;
  const std::size_t room = descriptor_.maximum_message_bytes - around_block_bytes;
  const auto bytes = static_cast<std::uint8_t>(std::min({said, room, most_buffer_bytes}));
  const auto taken = talk_t1(t1_->begin_buffer_size(bytes), deadline);
  // A card that does not understand it keeps to blocks of 32 bytes.
  if (!taken && is_final(taken.error())) return fail(taken.error());
  return {};
}

void CardReader::read_lists(SteadyTime deadline) {
  if (lists_read_) return;
  lists_read_ = true;
  clocks_ = read_list(ccid::request_clock_frequencies, descriptor_.listed_clocks, deadline);
  rates_ = read_list(ccid::request_data_rates, descriptor_.listed_rates, deadline);
  std::erase_if(rates_, [&](std::uint32_t rate) { return rate > descriptor_.maximum_rate; });
}

/// 5.3.2, 5.3.3: numbers of four bytes. What cannot be read is as if the descriptor listed nothing.
std::vector<std::uint32_t> CardReader::read_list(std::uint8_t request, std::uint8_t count,
                                                 SteadyTime deadline) {
  std::vector<std::uint32_t> list;
  const auto time = std::min(deadline - clock_->steady(), limits_.one_read);
  if (count == 0 || time.count() <= 0) return list;
  const auto bytes = transport_->control_in({class_request_in, request, 0, descriptor_.interface_number},
                                            static_cast<std::uint16_t>(count * 4), time);
  if (!bytes) return list;
  ByteReader reader(*bytes);
  while (reader.remaining() >= 4) list.push_back(reader.le32());
  return list;
}

}  // namespace pishkhan::card
