#pragma once

#include "offline-queue/sync/client.h"
#include "offline-queue/updates/updater.h"

namespace pishkhan::updates {

/// The backend itself, over the kiosk's own connection. Thread: the client's.
class ClientSource final : public UpdateSource {
 public:
  explicit ClientSource(sync::Client& client) : client_(client) {}
  Result<protocol::UpdatesPage, sync::SyncFault> updates_since(int epoch, std::string_view cursor) override {
    return client_.updates_since(epoch, cursor);
  }
  Result<protocol::CataloguePart, sync::SyncFault> catalogue_part(const protocol::Hash& hash,
                                                                  std::uint32_t offset) override {
    return client_.catalogue_part(hash, offset);
  }

 private:
  sync::Client& client_;
};

}  // namespace pishkhan::updates
