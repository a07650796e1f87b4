#include "tests/print/faulty_link.h"

#include <algorithm>

namespace pishkhan::print_rig {

using usb::TransferFault;

const char* name(LinkFault fault) {
  static constexpr std::array names{"none",      "stall",       "nak",        "late half",  "late all",
                                    "short",     "lying short", "lying long", "bus error",  "mute",
                                    "hung",      "noise",       "babble",     "stale",      "contradiction",
                                    "paper out", "paper ends",  "cover open", "cutter jam", "overheated",
                                    "broken",    "paper jam",   "unplug",     "power cycle"};
  static_assert(names.size() == static_cast<std::size_t>(last_fault) + 1);
  return names.at(static_cast<std::size_t>(fault));
}

LinkFault FaultyLink::next() {
  clock_.advance(plan_.cost);
  if (transfers_++ != plan_.at) return LinkFault::None;
  switch (plan_.fault) {
    case LinkFault::Mute:
      printer_.set_speech(simulated::Speech::Mute);
      break;
    case LinkFault::Hung:
      printer_.set_speech(simulated::Speech::Hung);
      break;
    case LinkFault::Babble:
      babbling_ = true;
      break;
    case LinkFault::Stall:
      halted_ = true;
      break;
    case LinkFault::Contradiction:
      printer_.contradict_once();
      break;
    case LinkFault::PaperOut:
      printer_.set_paper(simulated::Paper::Out);
      break;
    case LinkFault::PaperEnds:
      printer_.paper_out_after(40);
      break;
    case LinkFault::CoverOpen:
      printer_.set_cover(simulated::Cover::Open);
      break;
    case LinkFault::CutterJam:
      printer_.set_cutter(simulated::Cutter::WillJam);
      break;
    case LinkFault::Overheated:
      printer_.set_head(simulated::Head::Overheated);
      break;
    case LinkFault::Broken:
      printer_.set_head(simulated::Head::Broken);
      break;
    case LinkFault::PaperJam:
      if (printer_.has_mouth()) printer_.jam_mouth();
      break;
    case LinkFault::Unplug:
      printer_.unplug();
      break;
    case LinkFault::PowerCycle:
      printer_.power_cycle();
      break;
    default:
      break;
  }
  return plan_.fault;
}

tl::unexpected<TransferFault> FaultyLink::late(Timeout timeout) {
  clock_.advance(timeout);
  return fail(TransferFault::Timeout);
}

Bytes FaultyLink::noise(std::size_t most) {
  // Half of it are bytes that answers are made of.
  constexpr std::array<std::uint8_t, 10> likely{0x12, 0x12, 0x1A, 0x37, 0x22, 0x25, 0x00, 0x10, 0x0F, 0x72};
  Bytes bytes(1 + random_.below(std::min<std::size_t>(most, 40)));
  for (std::uint8_t& byte : bytes) {
    byte = random_.below(2) == 0 ? likely[random_.below(likely.size())]
                                 : static_cast<std::uint8_t>(random_.next());
  }
  return bytes;
}

Result<std::size_t, TransferFault> FaultyLink::pass(ByteView data, Timeout timeout) {
  const SteadyTime deadline = clock_.steady() + timeout;
  std::size_t sent = 0;
  while (sent < data.size()) {
    ByteView rest = data.subspan(sent);
    if (plan_.power_cut) {
      if (bytes_sent_ >= plan_.power_cut->after_bytes) {
        if (plan_.power_cut->whose == PowerOf::Printer) printer_.power_cycle();
        dead_ = true;
        return fail(TransferFault::Unplugged);
      }
      rest = rest.first(std::min(rest.size(), plan_.power_cut->after_bytes - bytes_sent_));
    }
    const auto taken = inner_->bulk_out(rest, std::max(deadline - clock_.steady(), Timeout{0}));
    if (!taken) return taken;
    sent += *taken;
    bytes_sent_ += *taken;
  }
  return sent;
}

Result<std::size_t, TransferFault> FaultyLink::bulk_out(ByteView data, Timeout timeout) {
  if (dead_) return fail(TransferFault::Unplugged);
  const ByteView half = data.first(data.size() / 2);
  const LinkFault fault = next();
  const bool dots =
      data.size() > 8 && data[0] == 0x1D && (data[1] == 'v' || (data[1] == '(' && data[2] == 'L'));
  if (dots && !first_band_) first_band_ = clock_.steady();
  if (halted_) {
    if (fault == LinkFault::Stall) static_cast<void>(pass(half, timeout));
    return fail(TransferFault::Stalled);
  }
  switch (fault) {
    case LinkFault::Nak:
    case LinkFault::Stale:
      return late(timeout);
    case LinkFault::LateHalf:
      static_cast<void>(pass(half, timeout));
      return late(timeout);
    case LinkFault::LateAll:
      static_cast<void>(pass(data, timeout));
      return late(timeout);
    case LinkFault::Short:
      return pass(half, timeout);
    case LinkFault::LyingShort:
      static_cast<void>(pass(data, timeout));
      return half.size();
    case LinkFault::LyingLong:
      static_cast<void>(pass(half, timeout));
      return data.size();
    case LinkFault::BusError:
    case LinkFault::Noise:
      return fail(TransferFault::Failed);
    default:
      return pass(data, timeout);
  }
}

Result<Bytes, TransferFault> FaultyLink::bulk_in(std::size_t maximum, Timeout timeout) {
  if (dead_) return fail(TransferFault::Unplugged);
  const LinkFault fault = next();
  if (halted_) return fail(TransferFault::Stalled);
  if (babbling_ || fault == LinkFault::Noise) return noise(maximum);
  const bool nothing = fault == LinkFault::Nak || fault == LinkFault::LateHalf || fault == LinkFault::LateAll;
  if (nothing) return late(timeout);
  if (fault == LinkFault::BusError) return fail(TransferFault::Failed);
  if (fault == LinkFault::Stale) return last_answer_;
  auto answer = inner_->bulk_in(maximum, timeout);
  if (!answer) return answer;
  if (fault == LinkFault::LyingLong) return fail(TransferFault::Overflow);
  if (fault == LinkFault::Short || fault == LinkFault::LyingShort) answer->resize(answer->size() / 2);
  last_answer_ = *answer;
  return answer;
}

Result<Bytes, TransferFault> FaultyLink::interrupt_in(std::size_t maximum, Timeout timeout) {
  return dead_ ? Result<Bytes, TransferFault>(fail(TransferFault::Unplugged))
               : inner_->interrupt_in(maximum, timeout);
}

Result<Bytes, TransferFault> FaultyLink::control_in(usb::ControlSetup setup, std::uint16_t length,
                                                    Timeout timeout) {
  if (dead_) return fail(TransferFault::Unplugged);
  const LinkFault fault = next();
  // A halted control endpoint recovers with the next request (USB 2.0, 8.5.3.4).
  if (fault == LinkFault::Stall) halted_ = false;
  if (fault == LinkFault::Stall) return fail(TransferFault::Stalled);
  if (fault == LinkFault::Nak || fault == LinkFault::LateHalf || fault == LinkFault::LateAll)
    return late(timeout);
  if (fault == LinkFault::BusError) return fail(TransferFault::Failed);
  if (babbling_ || fault == LinkFault::Noise) return noise(length);
  if (fault == LinkFault::Short) return Bytes{};
  return inner_->control_in(setup, length, timeout);
}

Result<void, TransferFault> FaultyLink::control_out(usb::ControlSetup setup, ByteView data, Timeout timeout) {
  if (dead_) return fail(TransferFault::Unplugged);
  const LinkFault fault = next();
  if (fault == LinkFault::Stall) halted_ = false;
  if (fault == LinkFault::Stall) return fail(TransferFault::Stalled);
  if (fault == LinkFault::Nak) return late(timeout);
  if (fault == LinkFault::BusError) return fail(TransferFault::Failed);
  const auto done = inner_->control_out(setup, data, timeout);
  if (fault == LinkFault::LateAll) return late(timeout);
  return done;
}

Result<void, TransferFault> FaultyLink::clear_halts() {
  if (dead_) return fail(TransferFault::Unplugged);
  halted_ = false;
  return inner_->clear_halts();
}

Result<void, TransferFault> FaultyLink::reset() {
  if (dead_) return fail(TransferFault::Unplugged);
  halted_ = babbling_ = false;
  return inner_->reset();
}

}  // namespace pishkhan::print_rig
