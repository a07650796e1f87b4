#include "offline-queue/reference-backend/kiosk_book.h"

#include <algorithm>
#include <mutex>

namespace pishkhan::backend {

bool merge(EnrolledEpoch& known, const EnrolledEpoch& more) {
  bool changed = false;
  if (known.key == protocol::PublicPoint{} && more.key != protocol::PublicPoint{}) {
    known.key = more.key;
    changed = true;
  }
  if (known.state == EpochState::Active && more.state == EpochState::Revoked) {
    known.state = EpochState::Revoked;
    changed = true;
  }
  return changed;
}

KioskBook::KioskBook(const KioskRegister& kiosks) {
  merge_entries(kiosks.all());
}

std::optional<EnrolledEpoch> KioskBook::find(int kiosk, int epoch) const {
  const std::shared_lock lock(mutex_);
  const auto found = epochs_.find({kiosk, epoch});
  return found == epochs_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<protocol::BookCode> KioskBook::code(int kiosk) const {
  const std::shared_lock lock(mutex_);
  const auto found = codes_.find(kiosk);
  return found == codes_.end() ? std::nullopt : std::optional(found->second);
}

void KioskBook::merge_entries(const std::vector<EnrolledEpoch>& entries) {
  const std::unique_lock lock(mutex_);
  for (const EnrolledEpoch& entry : entries) {
    const auto [place, fresh] = epochs_.try_emplace({entry.kiosk, entry.epoch}, entry);
    if (!fresh) merge(place->second, entry);
  }
}

void KioskBook::replace_codes(const std::vector<protocol::BookCode>& codes) {
  const std::unique_lock lock(mutex_);
  codes_.clear();
  for (const protocol::BookCode& code : codes) codes_[code.kiosk] = code;
}

void KioskBook::count_try(const protocol::BookCode& code) {
  const std::unique_lock lock(mutex_);
  const auto found = codes_.find(code.kiosk);
  if (found == codes_.end() || found->second.verifier != code.verifier) return;
  found->second.tries = std::min(found->second.tries + 1, protocol::largest_code_tries);
}

}  // namespace pishkhan::backend
