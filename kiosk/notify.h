#pragma once

#include <string_view>

namespace pishkhan {

/// Tells the service manager (sd_notify(3), the protocol of $NOTIFY_SOCKET): "READY=1" once the first screen
/// can be touched, "WATCHDOG=1" while the loop turns. Does nothing if nobody listens. Thread: any.
void notify_service_manager(std::string_view message);

}  // namespace pishkhan
