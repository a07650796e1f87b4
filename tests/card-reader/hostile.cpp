#include "tests/card-reader/hostile.h"

#include "base/core/random.h"
#include "drivers/card-reader/reader.h"
#include "drivers/simulated/echo_card.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/strange_cards.h"
#include "tests/card-reader/spoiling_transport.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace pishkhan::card::test {

namespace {

using simulated::EchoCard;
using simulated::ExchangeLevel;
using simulated::WireFault;
using std::chrono::milliseconds;

constexpr int calls_a_session = 200;
constexpr ReaderLimits limits{.exchange = milliseconds{2000}, .one_read = milliseconds{500}};
// Beyond the deadline: the last draining, and an abort that begins with a millisecond left.
constexpr milliseconds grace{60};
constexpr std::uint64_t transfers_bound = 200'000;

simulated::ReaderModel random_model(SeededRandom& random) {
  constexpr ExchangeLevel levels[] = {ExchangeLevel::Tpdu, ExchangeLevel::Tpdu, ExchangeLevel::ShortApdu,
                                      ExchangeLevel::ExtendedApdu};
  simulated::ReaderModel model;
  model.level = levels[random.below(4)];
  model.notifications =
      random.below(2) == 0 ? simulated::Notifications::Interrupt : simulated::Notifications::Polled;
  model.features = random.below(2) == 0 ? simulated::automatic::usual
                                        : static_cast<std::uint32_t>(random.next()) & 0x000004FEU;
  model.protocols = 1 + static_cast<std::uint32_t>(random.below(3));
  model.answer_part_bytes = random.below(2) == 0 ? 0 : 20 + static_cast<std::uint32_t>(random.below(200));
  model.extension_milliseconds = random.below(2) == 0 ? 0 : 50;
  model.pin_pad = random.below(2) == 0;
  return model;
}

/// One conversation, and what is known about it.
class Session {
 public:
  Session(std::uint64_t seed, HostileTally& tally)
      : random_(seed), tally_(tally), device_(random_model(random_)) {
    device_.run_in(clock_);
    spoiling_ = static_cast<Spoiling>(random_.below(3));
    insert();
    connect();
  }

  std::optional<std::string> run() {
    if (!reader_) return std::nullopt;
    for (int i = 0; i < calls_a_session && !broken_; ++i) one_call();
    if (!broken_) must_work_in_quiet();
    ++tally_.sessions;
    return std::move(broken_);
  }

 private:
  void connect() {
    reader_.reset();
    usb_.reset();
    auto link = device_.connect();
    if (!link) return;
    usb_ = std::make_unique<SpoilingTransport>(std::move(*link), clock_, random_.next());
    usb_->set(spoiling_);
    auto opened = CardReader::open(*usb_, clock_, limits);
    if (opened) reader_.emplace(std::move(*opened));
  }

  void insert() {
    const simulated::WireManners manners{
        .procedure = random_.below(2) == 0 ? simulated::WireManners::Procedure::AllAtOnce
                                           : simulated::WireManners::Procedure::ByteByByte,
        .nulls = static_cast<int>(random_.below(3)),
        .time_requests = static_cast<int>(random_.below(3)),
        .new_buffer_bytes = static_cast<std::uint8_t>(random_.below(2) == 0 ? 0 : 1 + random_.below(254))};
    honest_ = random_.below(4) != 0;
    if (honest_) {
      const Bytes resets[] = {EchoCard::only_t0(), EchoCard::only_t1(), EchoCard::t1_with_crc(),
                              EchoCard::both_protocols(), EchoCard::specific_t1()};
      device_.insert(std::make_unique<EchoCard>(resets[random_.below(5)]), manners);
    } else {
      const auto& all = simulated::all_breakages();
      device_.insert(std::make_unique<simulated::BrokenCard>(all[random_.below(all.size())]), manners);
    }
    has_card_ = true;
  }

  void one_call() {
    strike();
    const SteadyTime start = clock_.steady();
    const std::uint64_t transfers = usb_->transfers();
    milliseconds bound = limits.exchange;
    ReaderFault fault = ReaderFault::NoCard;
    // What has no power mostly gets some, so that there is something to talk with.
    switch (wants_power_ && random_.below(4) != 0 ? 3 : random_.below(16)) {
      case 0: {
        const milliseconds wait(random_.below(2) * 20);
        if (reader_->poll(wait).chip == ChipState::NoDevice) fault = ReaderFault::Unplugged;
        bound += wait;
        break;
      }
      case 1: {
        const auto off = reader_->power_off();
        if (!off) fault = off.error();
        break;
      }
      case 2: {
        if (!has_card_) {
          insert();
        } else if (random_.below(8) == 0) {
          device_.remove();
          has_card_ = false;
        } else if (random_.below(8) == 0) {
          insert();
        }
        break;
      }
      case 3:
      case 4: {
        const auto on = reader_->power_on();
        if (!on) fault = on.error();
        if (on) chain_in_doubt_ = false;
        wants_power_ = !on && random_.below(4) != 0;
        bound += limits.one_read * 3;  // and a power-off for each voltage that did not do
        break;
      }
      case 5: {
        // Nobody is at the pad: it gives up after its time, if it is asked at all.
        const std::chrono::seconds time(1 + random_.below(3));
        const auto said = reader_->verify_on_pad({.time = time});
        if (!said) fault = said.error();
        bound += time;
        break;
      }
      default:
        fault = transmit();
        break;
    }
    check_bounds(start, transfers, bound);
    if (fault == ReaderFault::Unplugged) reopen();
  }

  void reopen() {
    ++tally_.reopened;
    connect();
    if (!reader_) broken_ = "the reader could not be opened again";
  }

  void strike() {
    if (spoiling_ == Spoiling::Nothing || random_.below(30) != 0) return;
    if (random_.below(2) == 0) {
      const auto& all = simulated::all_reader_faults();
      device_.strike(device_.commands() + random_.below(4), all[random_.below(all.size())]);
    } else {
      // A number that lies under a right check byte is beyond anybody's knowledge.
      constexpr WireFault faults[] = {WireFault::Mute,          WireFault::Lost,    WireFault::BadCheck,
                                      WireFault::CutShort,      WireFault::TooLong, WireFault::WrongAddress,
                                      WireFault::UnknownControl};
      device_.strike_card(device_.card_utterances() + random_.below(8), faults[random_.below(7)]);
    }
  }

  struct Question {
    Command command;
    Bytes right;
  };
  Question question() {
    const bool chained = random_.below(8) == 0;
    const std::size_t size = 1 + random_.below(chained || random_.below(8) == 0 ? 600 : 255);
    Question asked;
    asked.command.long_form = chained ? LongForm::Chained : LongForm::Extended;
    switch (random_.below(3)) {
      case 0:
        asked.command.ins = 0xCA;
        asked.command.p1 = static_cast<std::uint8_t>(size >> 8);
        asked.command.p2 = static_cast<std::uint8_t>(size);
        asked.command.wanted = size;
        asked.right = EchoCard::counted(size);
        break;
      case 1:
        asked.command.ins = 0xDA;
        asked.command.data = EchoCard::counted(size);
        break;
      default:
        asked.command.ins = 0x88;
        asked.command.data = EchoCard::counted(size);
        asked.command.wanted = size;
        asked.right = EchoCard::echoed(asked.command.data);
        break;
    }
    return asked;
  }

  ReaderFault transmit() {
    const Question asked = question();
    ++tally_.exchanges;
    const auto response = reader_->transmit(asked.command);
    const bool chained = !asked.command.fits_short() && asked.command.long_form == LongForm::Chained;
    if (!response) {
      chain_in_doubt_ = chain_in_doubt_ || chained;
      ++tally_.faults[static_cast<std::size_t>(response.error())];
      wants_power_ = true;
      return response.error();
    }
    ++tally_.answered;
    if (response->data.size() > 65'536) broken_ = "an answer longer than any can be";
    const int kind = response->status >> 12;
    if (kind != 6 && kind != 9) broken_ = "a status word that is none";
    // Parts of a chain that broke may lie in the card, and the next command would be taken for its end.
    const bool doubtful = chain_in_doubt_;
    chain_in_doubt_ = chained && response->status != 0x9000;
    const bool known =
        !doubtful && honest_ && has_card_ && spoiling_ != Spoiling::Everything && response->status == 0x9000;
    if (!known) return ReaderFault::NoCard;
    ++tally_.known_right;
    if (response->data != asked.right) {
      broken_ = "a wrong answer was taken for the right one: instruction " + std::to_string(asked.command.ins) +
                ", level " + std::to_string(static_cast<int>(reader_->descriptor().level)) + ", right " +
                to_hex(asked.right) + ", taken " + to_hex(response->data);
    }
    return ReaderFault::NoCard;
  }

  void check_bounds(SteadyTime start, std::uint64_t transfers, milliseconds bound) {
    const auto took = clock_.steady() - start;
    const std::uint64_t made = usb_->transfers() - transfers;
    tally_.longest_ms = std::max<std::int64_t>(tally_.longest_ms, took.count());
    tally_.most_transfers = std::max(tally_.most_transfers, made);
    if (took > bound + grace)
      broken_ = "a call outlived its deadline by " + std::to_string((took - bound).count());
    if (made > transfers_bound) broken_ = "a call made " + std::to_string(made) + " transfers";
  }

  /// Whatever happened: a sound card in a sound reader on a sound bus is read again.
  void must_work_in_quiet() {
    usb_->set(spoiling_ = Spoiling::Nothing);
    const bool t0 = random_.below(2) == 0;
    device_.insert(std::make_unique<EchoCard>(t0 ? EchoCard::only_t0() : EchoCard::only_t1()));
    // A reader that knows only the other protocol may refuse it. A strike may still lie before any one attempt.
    const std::uint32_t spoken = t0 ? 1U : 2U;  // dwProtocols (CCID 5.1)
    for (int attempt = 0; attempt < 9 && reader_; ++attempt) {
      const auto on = reader_->power_on();
      if (!on && on.error() == ReaderFault::Unplugged) reopen();
      const bool knows = reader_ && (reader_->descriptor().protocols & spoken) != 0;
      if (!on && on.error() == ReaderFault::CardFailed && !knows) return;
      if (!on) continue;
      const auto answer = reader_->transmit({.ins = 0xCA, .p2 = 40, .data = {}, .wanted = 40});
      if (answer && answer->data == EchoCard::counted(40)) return;
    }
    broken_ = "a sound card is not read after all is quiet";
  }

  SeededRandom random_;
  HostileTally& tally_;
  simulated::VirtualClock clock_;
  simulated::SimulatedCardReader device_;
  Spoiling spoiling_ = Spoiling::Nothing;
  bool honest_ = true;
  bool has_card_ = false;
  bool chain_in_doubt_ = false;
  bool wants_power_ = true;
  std::unique_ptr<SpoilingTransport> usb_;
  std::optional<CardReader> reader_;
  std::optional<std::string> broken_;
};

}  // namespace

void HostileTally::add(const HostileTally& other) {
  exchanges += other.exchanges;
  answered += other.answered;
  known_right += other.known_right;
  for (std::size_t i = 0; i < faults.size(); ++i) faults[i] += other.faults[i];
  reopened += other.reopened;
  sessions += other.sessions;
  most_transfers = std::max(most_transfers, other.most_transfers);
  longest_ms = std::max(longest_ms, other.longest_ms);
}

std::optional<std::string> hostile_session(std::uint64_t seed, HostileTally& tally) {
  return Session(seed, tally).run();
}

}  // namespace pishkhan::card::test
