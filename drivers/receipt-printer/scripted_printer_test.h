#pragma once

#include "base/core/bitmap.h"
#include "base/core/clock.h"
#include "base/core/random.h"
#include "drivers/usb/transport.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>

namespace pishkhan::printer::test {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return WallTime{}; }
  [[nodiscard]] SteadyTime steady() const override { return now; }
  SteadyTime now{1000};
};

/// What is done to the transfer whose turn it is.
enum class Trouble {
  None,
  TimeoutTakingNothing,
  TimeoutTakingHalf,
  TimeoutTakingAll,
  ShortCount,       ///< takes half and says so
  LyingShortCount,  ///< takes all and says half
  LyingLongCount,
  HiddenLoss,  ///< takes half and says that it took all
  ZeroCount,
  Stall,
  Failed,
  Unplug,
  MuteFromHere,
  Noise,        ///< the next reading is noise of a text-like kind
  StatusNoise,  ///< an unasked status comes first
  StaleEcho,
  PaperOut,
  CoverOpen,
  CutterJam,
  Overheated,
  Contradiction,  ///< one paper status with half a pair set
};
inline constexpr Trouble first_trouble = Trouble::TimeoutTakingNothing;
inline constexpr Trouble last_trouble = Trouble::Contradiction;

/// Just enough of a printer to be lied to by a transport: it knows the commands that the driver sends and
/// counts everything else as letters on the paper. Not the simulated printer; only for these tests.
class ScriptedPrinter final : public usb::Transport {
 public:
  using Fault = usb::TransferFault;
  ScriptedPrinter(FakeClock& clock, int dots) : clock_(clock), dots_(dots) {}

  // What a test may set.
  int trouble_at = -1;
  Trouble trouble = Trouble::None;
  std::size_t buffer_bytes = 4096;
  bool paper_out = false, cover_open = false, cutter_jam = false, overheated = false, near_end = false;
  bool unplugged = false, mute = false, echoes = true, knows_clear = true;
  int true_echoes = -1;  ///< after so many echoes each has one character wrong; -1: never
  std::size_t bytes_per_read = 4096;
  bool clear_keeps_place = false;  ///< clearing leaves a half-received raster expecting its rest
  // What a test may look at.
  std::vector<Bitmap> papers;
  int letters = 0;
  int transfers = 0;

  [[nodiscard]] bool offline() const { return paper_out || cover_open || cutter_jam || overheated; }
  void leave_behind(ByteView bytes) { held_.insert(held_.end(), bytes.begin(), bytes.end()); }
  /// The printer was mended: it goes on with what it holds.
  void mend() {
    paper_out = cover_open = cutter_jam = overheated = mute = false;
    trouble_at = -1;
    work();
  }

  Result<std::size_t, Fault> bulk_out(ByteView data, Timeout timeout) override {
    const Trouble now = next();
    if (unplugged) return fail(Fault::Unplugged);
    const std::size_t half = data.size() / 2;
    switch (now) {
      case Trouble::TimeoutTakingNothing:
        return late(timeout);
      case Trouble::TimeoutTakingHalf:
        static_cast<void>(take(data.first(half)));
        return late(timeout);
      case Trouble::TimeoutTakingAll:
        static_cast<void>(take(data));
        return late(timeout);
      case Trouble::ShortCount:
        return take(data.first(half));
      case Trouble::LyingShortCount:
        static_cast<void>(take(data));
        return half;
      case Trouble::LyingLongCount:
        static_cast<void>(take(data.first(half)));
        return data.size() + 1;
      case Trouble::HiddenLoss:
        static_cast<void>(take(data.first(half)));
        return data.size();
      case Trouble::ZeroCount:
        return std::size_t{0};
      case Trouble::Stall:
        static_cast<void>(take(data.first(half)));
        return fail(Fault::Stalled);
      case Trouble::Failed:
        static_cast<void>(take(data.first(half)));
        return fail(Fault::Failed);
      default:
        break;
    }
    if (mute) return late(timeout);
    const std::size_t taken = take(data);
    if (taken < data.size()) return late(timeout);
    return taken;
  }

  Result<Bytes, Fault> bulk_in(std::size_t maximum, Timeout timeout) override {
    const Trouble now = next();
    if (unplugged) return fail(Fault::Unplugged);
    if (now == Trouble::Stall) return fail(Fault::Stalled);
    if (now == Trouble::Failed) return fail(Fault::Failed);
    if (now == Trouble::ZeroCount) return Bytes{};
    if (now == Trouble::LyingLongCount) return fail(Fault::Overflow);
    const bool late_read = now >= Trouble::TimeoutTakingNothing && now <= Trouble::TimeoutTakingAll;
    if (mute || late_read || answers_.empty()) {
      clock_.now += timeout;
      return fail(Fault::Timeout);
    }
    Bytes out;
    const std::size_t limit = now == Trouble::ShortCount ? 1 : std::min(maximum, bytes_per_read);
    while (!answers_.empty() && out.size() < limit) {
      out.push_back(answers_.front());
      answers_.pop_front();
    }
    return out;
  }

  Result<Bytes, Fault> interrupt_in(std::size_t, Timeout timeout) override {
    clock_.now += timeout;
    return fail(Fault::Timeout);
  }
  Result<Bytes, Fault> control_in(usb::ControlSetup, std::uint16_t, Timeout) override {
    return fail(Fault::Stalled);
  }
  Result<void, Fault> control_out(usb::ControlSetup setup, ByteView, Timeout) override {
    if (unplugged) return fail(Fault::Unplugged);
    if (setup.request_type != 0x21 || setup.request != 2) return fail(Fault::Stalled);
    held_.clear();
    return {};
  }
  Result<void, Fault> clear_halts() override {
    if (unplugged) return fail(Fault::Unplugged);
    return {};
  }
  Result<void, Fault> reset() override { return clear_halts(); }
  void cancel() override {}
  [[nodiscard]] usb::Identity identity() const override { return {}; }
  [[nodiscard]] ByteView descriptors() const override { return {}; }

 private:
  Trouble next() {
    if (transfers++ != trouble_at) return Trouble::None;
    switch (trouble) {
      case Trouble::Unplug:
        unplugged = true;
        break;
      case Trouble::MuteFromHere:
        mute = true;
        break;
      case Trouble::Noise:
        for (const char c : {'7', '"', 'a', '\n', '7', '%', '7'})
          answers_.push_back(static_cast<std::uint8_t>(c));
        break;
      case Trouble::StatusNoise:
        answers_.push_back(0x12);
        break;
      case Trouble::StaleEcho:
        answer(Bytes{0x37, 0x22, 'o', 'l', 'd', '!', 0});
        break;
      case Trouble::PaperOut:
        paper_out = true;
        break;
      case Trouble::CoverOpen:
        cover_open = true;
        break;
      case Trouble::CutterJam:
        cutter_jam = true;
        break;
      case Trouble::Overheated:
        overheated = true;
        break;
      case Trouble::Contradiction:
        contradict_once_ = true;
        break;
      default:
        break;
    }
    return trouble;
  }

  tl::unexpected<Fault> late(Timeout timeout) {
    clock_.now += timeout;
    return fail(Fault::Timeout);
  }

  void answer(ByteView bytes) { answers_.insert(answers_.end(), bytes.begin(), bytes.end()); }

  std::size_t take(ByteView data) {
    if (data.size() == 3 && data[0] == 0x10 && data[1] == 0x04) {
      answer_status(data[2]);
      return data.size();
    }
    if (data.size() == 10 && data[0] == 0x10 && data[1] == 0x14 && knows_clear) {
      if (!clear_keeps_place || offline()) held_.clear();
      answer(std::array<std::uint8_t, 3>{0x37, 0x25, 0x00});
      return data.size();
    }
    const std::size_t room = buffer_bytes - std::min(buffer_bytes, offline() ? held_.size() : 0);
    const std::size_t taken = std::min(data.size(), room);
    held_.insert(held_.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(taken));
    work();
    return taken;
  }

  void answer_status(std::uint8_t kind) {
    std::uint8_t byte = 0x12;
    if (kind == 1 && offline()) byte |= 0x08;
    if (kind == 2) byte = static_cast<std::uint8_t>(byte | (cover_open ? 4 : 0) | (paper_out ? 0x20 : 0));
    if (kind == 3) byte = static_cast<std::uint8_t>(byte | (cutter_jam ? 8 : 0) | (overheated ? 0x40 : 0));
    if (kind == 4) byte = static_cast<std::uint8_t>(byte | (near_end ? 0x0C : 0) | (paper_out ? 0x60 : 0));
    if (kind == 4 && contradict_once_) {
      byte |= 0x04;
      contradict_once_ = false;
    }
    answer(std::array<std::uint8_t, 1>{byte});
  }

  void work() {
    while (!offline() && !held_.empty() && one_command()) {
    }
  }

  void consume(std::size_t count) {
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  /// False if the command is not whole yet.
  bool one_command() {
    const auto starts = [&](std::initializer_list<int> bytes) {
      return std::ranges::equal(bytes, std::span(held_).first(std::min(bytes.size(), held_.size())));
    };
    const auto whole = [&](std::size_t count) { return held_.size() >= count; };
    if (held_[0] == 0x00) {
      consume(1);
    } else if (starts({0x1B, '@'}) && whole(2)) {
      consume(2);
    } else if (starts({0x1D, 'a'}) && whole(3)) {
      consume(3);
    } else if (starts({0x1D, 'P'}) && whole(4)) {
      consume(4);
    } else if (starts({0x1B, 'J'}) && whole(3)) {
      for (int i = 0; i < held_[2]; ++i) rows_.emplace_back(static_cast<std::size_t>((dots_ + 7) / 8));
      consume(3);
    } else if (starts({0x1D, 'v', '0', 0}) && whole(8)) {
      const auto wide = static_cast<std::size_t>(held_[4] | held_[5] << 8);
      const auto high = static_cast<std::size_t>(held_[6] | held_[7] << 8);
      if (!whole(8 + wide * high)) return false;
      for (std::size_t y = 0; y < high; ++y) {
        const auto begin = held_.begin() + static_cast<std::ptrdiff_t>(8 + y * wide);
        rows_.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(wide));
      }
      consume(8 + wide * high);
    } else if (starts({0x1D, 'V'}) && whole(4)) {
      cut();
      consume(4);
    } else if (starts({0x1D, '('}) && whole(5)) {
      const std::size_t size = 5 + static_cast<std::size_t>(held_[3] | held_[4] << 8);
      if (!whole(size)) return false;
      if (echoes && size == 11 && held_[7] >= 32) {
        const std::uint8_t last = true_echoes == 0 ? static_cast<std::uint8_t>(held_[10] ^ 1) : held_[10];
        if (true_echoes > 0) --true_echoes;
        answer(Bytes{0x37, 0x22, held_[7], held_[8], held_[9], last == 127 ? std::uint8_t{126} : last, 0});
      }
      consume(size);
    } else if (held_.size() < 11 && (held_[0] == 0x1B || held_[0] == 0x1D) &&
               (held_.size() < 2 || held_[1] != 0)) {
      return false;  // the beginning of one of the above
    } else {
      if (held_[0] >= 0x20) ++letters;
      consume(1);
    }
    return true;
  }

  void cut() {
    Bitmap paper(dots_, static_cast<int>(rows_.size()));
    for (int y = 0; y < paper.height(); ++y) {
      const Bytes& row = rows_[static_cast<std::size_t>(y)];
      std::copy_n(row.begin(), std::min(row.size(), paper.row(y).size()), paper.row(y).begin());
    }
    papers.push_back(std::move(paper));
    rows_.clear();
  }

  FakeClock& clock_;
  int dots_;
  Bytes held_;
  std::vector<Bytes> rows_;
  std::deque<std::uint8_t> answers_;
  bool contradict_once_ = false;
};

}  // namespace pishkhan::printer::test
