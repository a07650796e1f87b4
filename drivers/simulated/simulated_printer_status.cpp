#include "drivers/simulated/simulated_printer.h"

// What SimulatedPrinter says of its state: DLE EOT, GS a, FULL STATUS.

namespace pishkhan::simulated {

namespace {

// Status bits: Epson ESC/POS Command Reference, DLE EOT and GS a. The fixed bits come first.
constexpr std::uint8_t status_fixed = 0x12;  // bits 1 and 4 set, 0 and 7 clear
constexpr std::uint8_t status1_offline = 0x08;
constexpr std::uint8_t status2_cover_open = 0x04;
constexpr std::uint8_t status2_paper_end_stop = 0x20;
constexpr std::uint8_t status2_error = 0x40;
constexpr std::uint8_t status3_cutter = 0x08;
constexpr std::uint8_t status3_unrecoverable = 0x20;
constexpr std::uint8_t status3_auto_recoverable = 0x40;
constexpr std::uint8_t status4_near_end = 0x0C;
constexpr std::uint8_t status4_end = 0x60;
constexpr std::uint8_t dle_byte = 0x10;
constexpr std::uint8_t automatic1_fixed = 0x10;
constexpr std::uint8_t automatic1_offline = 0x08;
constexpr std::uint8_t automatic1_cover_open = 0x20;
constexpr std::uint8_t automatic2_cutter = 0x08;
constexpr std::uint8_t automatic2_unrecoverable = 0x20;
constexpr std::uint8_t automatic2_auto_recoverable = 0x40;
constexpr std::uint8_t automatic3_near_end = 0x03;
constexpr std::uint8_t automatic3_end = 0x0C;
constexpr std::uint8_t mask_online = 0x02;
constexpr std::uint8_t mask_error = 0x04;
constexpr std::uint8_t mask_paper = 0x08;

}  // namespace

std::uint8_t SimulatedPrinter::real_time_status(std::uint8_t kind) const {
  const bool jammed = cutter_ == Cutter::Jammed;
  const bool hot = head_ == Head::Overheated;
  const bool broken = head_ == Head::Broken;
  const bool out = paper_ == Paper::Out;
  int bits = status_fixed;
  if (kind == 1) bits |= offline() ? status1_offline : 0;
  if (kind == 2) {
    bits |= (cover_ == Cover::Open ? status2_cover_open : 0) | (out ? status2_paper_end_stop : 0) |
            (jammed || hot || broken ? status2_error : 0);
  }
  if (kind == 3) {
    bits |= (jammed ? status3_cutter : 0) | (broken ? status3_unrecoverable : 0) |
            (hot ? status3_auto_recoverable : 0);
  }
  if (kind == 4) bits |= (paper_ != Paper::Full ? status4_near_end : 0) | (out ? status4_end : 0);
  return static_cast<std::uint8_t>(bits);
}

Bytes SimulatedPrinter::automatic_status() const {
  const bool out = paper_ == Paper::Out;
  const int first = automatic1_fixed | (offline() ? automatic1_offline : 0) |
                    (cover_ == Cover::Open ? automatic1_cover_open : 0);
  const int second = (cutter_ == Cutter::Jammed ? automatic2_cutter : 0) |
                     (head_ == Head::Broken ? automatic2_unrecoverable : 0) |
                     (head_ == Head::Overheated ? automatic2_auto_recoverable : 0);
  const int third = (paper_ != Paper::Full ? automatic3_near_end : 0) | (out ? automatic3_end : 0);
  return {static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second), static_cast<std::uint8_t>(third),
          0};
}

/// Custom, KPM210 manual, DLE EOT 20: DLE, 0F, then paper, user, recoverable and unrecoverable errors.
Bytes SimulatedPrinter::full_status() const {
  const int paper = (paper_ == Paper::Out ? 0x01 : 0) | (paper_ != Paper::Full ? 0x04 : 0) |
                    (mouth_ == Mouth::Held ? 0x20 : 0);
  const int user = (cover_ == Cover::Open ? 0x02 : 0) | (moving() ? 0x08 : 0);
  const int recoverable = (head_ == Head::Overheated ? 0x01 : 0) | (mouth_ == Mouth::Jammed ? 0x40 : 0);
  const int unrecoverable = (cutter_ == Cutter::Jammed ? 0x01 : 0) | (head_ == Head::Broken ? 0x04 : 0);
  return {dle_byte,
          0x0F,
          static_cast<std::uint8_t>(paper),
          static_cast<std::uint8_t>(user),
          static_cast<std::uint8_t>(recoverable),
          static_cast<std::uint8_t>(unrecoverable)};
}

void SimulatedPrinter::state_changed() {
  const Bytes now = automatic_status();
  if (automatic_mask_ != 0 && last_automatic_.size() == now.size()) {
    const bool wanted = ((automatic_mask_ & mask_online) != 0 && now[0] != last_automatic_[0]) ||
                        ((automatic_mask_ & mask_error) != 0 && now[1] != last_automatic_[1]) ||
                        ((automatic_mask_ & mask_paper) != 0 && now[2] != last_automatic_[2]);
    if (wanted) post(now);
  }
  last_automatic_ = now;
  wake();
}

}  // namespace pishkhan::simulated
