#pragma once

#include "offline-queue/protocol/updates.h"
#include "offline-queue/reference-backend/ingest_store.h"

#include <optional>

namespace pishkhan::backend {

/// Ingest's tables of the way down and of health: the city's signed items and the pieces of packs, which it
/// only carries, and how each kiosk last said it is. It holds no key that could make an item. Thread: the
/// writer's, as its store; lives for one request.
class IngestUpdates {
 public:
  /// Makes the tables if they are not there.
  static bool prepare(Database& database);
  explicit IngestUpdates(IngestStore& store) : store_(store) {}

  /// How many were new. A case's new stage is shown in answers to look-ups from then on.
  int insert(const protocol::UpdatesReport& report);
  /// Those for all kiosks and for this one, in order of arrival.
  protocol::UpdatesPage since(int kiosk, std::string_view cursor, int limit);

  void insert(const protocol::CataloguePart& part);
  std::optional<protocol::CataloguePart> part(const protocol::Hash& hash, std::int64_t offset);

  /// A report that says the same as the one before takes its place; another one stands beside it.
  void insert(int kiosk, const protocol::Health& health, WallTime at);
  protocol::HealthPage health_since(std::int64_t after, int limit);

 private:
  Statement prepare(const char* sql) { return store_.database().prepare(sql); }
  void step(Statement& statement);
  void show_stage(const protocol::UpdateItem& item);
  IngestStore& store_;
};

}  // namespace pishkhan::backend
