#pragma once

#include "kiosk/workers/queue_worker.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

namespace pishkhan::ext4_cut {

/// A kiosk's identity and what its store is opened with.
struct StoreSetup {
  SystemClock clock;
  std::unique_ptr<workers::Identity> identity;

  static std::optional<std::unique_ptr<StoreSetup>> load(const std::filesystem::path& kiosk_keys) {
    auto setup = std::make_unique<StoreSetup>();
    auto identity = workers::load_identity(kiosk_keys, protocol::KeyPlace::File);
    if (!identity) return std::nullopt;
    setup->identity = std::move(*identity);
    return setup;
  }

  [[nodiscard]] store::Options options(const std::filesystem::path& folder,
                                       store::Durability durability) const {
    store::Options options;
    options.folder = folder;
    options.kiosk = identity->enrolment.kiosk;
    options.epoch = identity->enrolment.epoch;
    options.kiosk_key = &identity->kiosk_key;
    options.ingest_key = &identity->ingest_key;
    options.cases_key = &identity->cases_key;
    options.clock = &clock;
    options.low_room_bytes = 2U << 20;
    options.least_room_bytes = 1U << 20;
    options.durability = durability;
    return options;
  }
};

/// What the backend would sign with, so that the store can be made to erase.
struct BackendKeys {
  protocol::SigningKey ingest;
  protocol::SigningKey cases;
  static std::optional<BackendKeys> load(const std::filesystem::path& keys) {
    auto ingest_key = protocol::SigningKey::load(keys / "ingest/signing.pem");
    auto cases_key = protocol::SigningKey::load(keys / "cases/signing.pem");
    if (!ingest_key || !cases_key) return std::nullopt;
    return BackendKeys{std::move(*ingest_key), std::move(*cases_key)};
  }
};

}  // namespace pishkhan::ext4_cut
