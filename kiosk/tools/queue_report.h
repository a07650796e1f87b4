#pragma once

#include "kiosk/tools/queue_export.h"
#include "offline-queue/store/chain_check.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::tools {

/// What is in a queue, counted. Nothing personal: it is all sealed, and nothing here opens it.
struct QueueSummary {
  std::array<int, 5> by_type{};  ///< by the number of protocol::RecordType
  int unsent = 0;                ///< not yet told to be stored at the backend
  int unopened = 0;              ///< stored there, not yet opened
  int accepted = 0;
  int joined = 0;
  int invalid = 0;
  int missing = 0;                  ///< only the link came to the backend, because the content is damaged here
  std::uint64_t payload_bytes = 0;  ///< still here
  std::vector<protocol::TrackingCode> invalid_codes;  ///< of what cases could not use; staff look into each
  std::optional<WallTime> first_at;
  std::optional<WallTime> last_at;
};

[[nodiscard]] QueueSummary summarise(store::RecoveredQueue& queue);

enum class Form { Text, Json };
/// What `inspect` prints. `links`: the chain as far as it can be checked without a key.
[[nodiscard]] std::string inspection(const store::RecoveredQueue& queue, const QueueSummary& summary,
                                     const store::ChainReport& links, Form form);
/// What `verify` prints.
[[nodiscard]] std::string verification(const store::RecoveredQueue& queue, const store::ChainReport& report,
                                       Form form);
/// What `export` prints.
[[nodiscard]] std::string export_report(const Exported& exported, Form form);
/// A sentence for the technician.
[[nodiscard]] std::string sentence(store::RecoverFault fault, const std::string& folder);

}  // namespace pishkhan::tools
