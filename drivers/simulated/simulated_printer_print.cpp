#include "drivers/simulated/simulated_printer.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string_view>
#include <utility>

// The moving part of SimulatedPrinter: head, paper feed and cutter, at the speed of the clock.

namespace pishkhan::simulated {

namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

Bytes identity(std::uint8_t kind) {
  // GS I: 1 to 3 are one byte each, 65 to 69 are texts between 5F and NUL.
  if (kind <= 3) return {kind};
  std::string_view text;
  if (kind == 65) text = PISHKHAN_VERSION;
  if (kind == 66) text = "Pishkhan";
  if (kind == 67) text = "Simulated receipt printer";
  if (kind == 68) text = "00000001";
  Bytes answer = {0x5F};
  answer.insert(answer.end(), text.begin(), text.end());
  answer.push_back(0);
  return answer;
}

}  // namespace

void SimulatedPrinter::earn_rows() {
  const SteadyTime now = clock_.steady();
  const SteadyTime passed = std::max(now - last_moved_, SteadyTime::zero());
  last_moved_ = now;
  row_credit_milli_ += passed.count() * setup_.rows_per_second;
  if (setup_.rows_per_second > 0 && strip_begun_ && !moving() && !offline()) starved_ += passed;
  cool(passed);
}

void SimulatedPrinter::warm(ByteView dots) {
  if (setup_.heat_limit_dots == 0) return;
  for (const std::uint8_t byte : dots) heat_milli_ += std::popcount(byte) * std::int64_t{1000};
  if (heat_milli_ <= setup_.heat_limit_dots * 1000 || head_ != Head::Ready) return;
  head_ = Head::Overheated;
  cools_by_itself_ = true;
  state_changed();
}

void SimulatedPrinter::cool(SteadyTime passed) {
  heat_milli_ = std::max<std::int64_t>(0, heat_milli_ - passed.count() * setup_.cooling_dots_per_second);
  if (!cools_by_itself_ || heat_milli_ > setup_.heat_limit_dots * 500) return;
  cools_by_itself_ = false;
  head_ = Head::Ready;
  state_changed();
}

std::int64_t SimulatedPrinter::rows_affordable() const {
  return setup_.rows_per_second == 0 ? std::numeric_limits<std::int64_t>::max() : row_credit_milli_ / 1000;
}

void SimulatedPrinter::spend(std::int64_t rows) {
  if (setup_.rows_per_second > 0) row_credit_milli_ -= rows * 1000;
  if (path_.rows_left() == 0) {
    paper_ = Paper::Out;
    state_changed();
  }
}

void SimulatedPrinter::print() {
  earn_rows();
  while (!offline() && print_step()) {
  }
  // A head that had nothing to do, or was stopped, has earned nothing.
  if (offline() || !moving()) row_credit_milli_ = 0;
}

/// False when the head must wait for time or for data.
bool SimulatedPrinter::print_step() {
  if (feed_rows_ > 0) return feed_step();
  if (pending_row_) return row_step();
  if (pending_cut_) {
    cut_step();
    return true;
  }
  auto command = decoder_.next();
  if (command) carry_out(std::move(*command));
  return command.has_value();
}

bool SimulatedPrinter::feed_step() {
  const std::int64_t rows = std::min(feed_rows_, rows_affordable());
  if (rows <= 0) return false;
  const int moved = path_.feed(static_cast<int>(rows));
  feed_rows_ -= moved;
  spend(moved);
  return true;
}

bool SimulatedPrinter::row_step() {
  if (rows_affordable() <= 0) return false;
  path_.print_row(pending_row_->dots);
  strip_begun_ = true;
  warm(pending_row_->dots);
  if (--pending_row_->times == 0) pending_row_.reset();
  spend(1);
  return true;
}

void SimulatedPrinter::cut_step() {
  if (cutter_ == Cutter::WillJam) {
    // The cut stays to be done: it is done when the blade is free again.
    cutter_ = Cutter::Jammed;
    state_changed();
    return;
  }
  path_.cut(pending_cut_->shape == CutCommand::Shape::Full ? Strip::Ending::FullCut
                                                           : Strip::Ending::PartialCut);
  pending_cut_.reset();
  strip_begun_ = false;
}

void SimulatedPrinter::carry_out(Command command) {
  std::visit(Overloaded{
                 [&](PrintRow& row) { pending_row_ = std::move(row); },
                 [&](const FeedCommand& feed) { feed_rows_ = feed.rows; },
                 [&](const CutCommand& cut) {
                   pending_cut_ = cut;
                   if (cut.feed_past_cutter) feed_rows_ = path_.head_to_cutter_dots() + *cut.feed_past_cutter;
                 },
                 [&](const InitialiseCommand&) { automatic_mask_ = 0; },
                 [&](const AutomaticStatusCommand& automatic) {
                   automatic_mask_ = automatic.mask;
                   last_automatic_ = automatic_status();
                   if (automatic_mask_ != 0) post(last_automatic_);
                 },
                 [&](const AskCommand& ask) { answer_command(ask); },
                 [&](const EjectorCommand& ejector) { move_receipt(ejector); },
                 [&](SymbolCommand& symbol) {
                   if (symbols_.size() < most_symbols) symbols_.push_back(std::move(symbol));
                 },
             },
             command);
}

/// The mouth holds what was cut last; there is room for one.
void SimulatedPrinter::move_receipt(const EjectorCommand& command) {
  switch (command.what) {
    case EjectorCommand::What::Present:
      if (!path_.finished().empty()) mouth_ = Mouth::Held;
      break;
    case EjectorCommand::What::Retract:
      if (mouth_ == Mouth::Held) ++retracted_;
      mouth_ = Mouth::Empty;
      break;
    case EjectorCommand::What::Eject:
      mouth_ = Mouth::Empty;
      break;
  }
}

void SimulatedPrinter::answer_command(const AskCommand& command) {
  switch (command.what) {
    case AskCommand::What::ProcessId: {  // GS ( H fn 48: header 37, identifier 22, the id, NUL.
      Bytes answer = {0x37, 0x22};
      answer.insert(answer.end(), command.parameters.begin(), command.parameters.end());
      answer.push_back(0);
      post(std::move(answer));
      break;
    }
    case AskCommand::What::PaperSensor:  // GS r 1; with the paper out it would not come to this.
      post({static_cast<std::uint8_t>(paper_ == Paper::Full ? 0x00 : 0x03)});
      break;
    case AskCommand::What::Drawer:
      post({0x00});
      break;
    case AskCommand::What::Ejector: {  // GS e 6
      const int bits = (paper_ != Paper::Full ? 0x01 : 0) | (paper_ != Paper::Out ? 0x04 : 0) |
                       (mouth_ == Mouth::Held ? 0x08 : 0) | (cutter_ == Cutter::Jammed ? 0x40 : 0) |
                       (mouth_ == Mouth::Jammed ? 0x80 : 0);
      post({static_cast<std::uint8_t>(bits)});
      break;
    }
    case AskCommand::What::Identity:
      post(identity(command.parameters.front()));
      break;
  }
}

}  // namespace pishkhan::simulated
