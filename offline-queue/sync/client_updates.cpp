// The client's part in the way down and in health; client.cpp has the way up.
#include "offline-queue/sync/client.h"
#include "offline-queue/sync/message_in.h"

#include <string>
#include <utility>

namespace pishkhan::sync {

Result<protocol::UpdatesPage, SyncFault> Client::updates_since(int epoch, std::string_view cursor) {
  std::string target = "/v1/updates?epoch=" + std::to_string(epoch) + "&after=" + std::string(cursor);
  return message_in<protocol::UpdatesPage>(transport_.perform({Method::Get, std::move(target), {}, {}}, stop_));
}

Result<protocol::CataloguePart, SyncFault> Client::catalogue_part(const protocol::Hash& hash,
                                                                  std::uint32_t offset) {
  std::string target = "/v1/catalogues?hash=" + to_hex(hash) + "&offset=" + std::to_string(offset);
  Exchange exchange{Method::Get, std::move(target), {}, {}};
  exchange.gives_way = true;
  return message_in<protocol::CataloguePart>(transport_.perform(exchange, stop_));
}

Result<protocol::ServerTime, SyncFault> Client::send_health(const protocol::Health& health) {
  return message_in<protocol::ServerTime>(
      transport_.perform({Method::Post, "/v1/health", health.encode(), {}}, stop_));
}

}  // namespace pishkhan::sync
