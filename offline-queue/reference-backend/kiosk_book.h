#pragma once

#include "offline-queue/protocol/enrolment_messages.h"
#include "offline-queue/reference-backend/kiosk_register.h"

#include <map>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace pishkhan::backend {

/// Adds what `more` says to what is known of one epoch: a revocation is never taken back, a known key never
/// changed. True: something changed.
bool merge(EnrolledEpoch& known, const EnrolledEpoch& more);

/// Which kiosks and epochs ingest serves, and for which codes it would take an enrolment: a copy in memory of
/// what its database holds (ingest_enrolments.h), so that whoever asks for nothing that is there costs no work
/// of the database. Thread: any.
class KioskBook {
 public:
  explicit KioskBook(const KioskRegister& kiosks);
  [[nodiscard]] std::optional<EnrolledEpoch> find(int kiosk, int epoch) const;
  /// The one code that is open, or was used, for this kiosk's number.
  [[nodiscard]] std::optional<protocol::BookCode> code(int kiosk) const;

  void merge_entries(const std::vector<EnrolledEpoch>& entries);
  void replace_codes(const std::vector<protocol::BookCode>& codes);
  void count_try(const protocol::BookCode& code);

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::pair<int, int>, EnrolledEpoch> epochs_;
  std::map<int, protocol::BookCode> codes_;
};

}  // namespace pishkhan::backend
