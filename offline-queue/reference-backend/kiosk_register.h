#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/enrolment_messages.h"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace pishkhan::backend {

using EpochState = protocol::BookEntry::State;
using EnrolledEpoch = protocol::BookEntry;

enum class RegisterFault { Unreadable, Malformed };

/// The kiosks and epochs that a city had before its ingest had a book (KioskBook), from kiosks.json: [{"kiosk",
/// "epoch", "key" (hex), "state"}]. Immutable: read by any thread.
class KioskRegister {
 public:
  static Result<KioskRegister, RegisterFault> load(const std::filesystem::path& file);
  static Result<KioskRegister, RegisterFault> parse(std::string_view json);
  [[nodiscard]] static std::string encode(const std::vector<EnrolledEpoch>& epochs);
  [[nodiscard]] std::optional<EnrolledEpoch> find(int kiosk, int epoch) const;
  [[nodiscard]] const std::vector<EnrolledEpoch>& all() const { return epochs_; }
  [[nodiscard]] std::size_t size() const { return epochs_.size(); }

 private:
  std::vector<EnrolledEpoch> epochs_;
};

}  // namespace pishkhan::backend
