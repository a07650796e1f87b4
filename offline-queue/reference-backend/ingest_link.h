#pragma once

#include "offline-queue/protocol/enrolment_messages.h"
#include "offline-queue/protocol/messages.h"
#include "offline-queue/protocol/updates.h"
#include "offline-queue/sync/transport.h"

#include <stop_token>
#include <string>

namespace pishkhan::backend {

/// Cases' connection to ingest's inner port, under cases' own certificate. Thread: one owner; calls block.
class IngestLink {
 public:
  static Result<IngestLink, sync::SyncFault> open(sync::Endpoint endpoint);
  explicit IngestLink(sync::Transport transport) : transport_(std::move(transport)) {}
  Result<protocol::SealedPage, sync::SyncFault> sealed_since(const std::string& cursor,
                                                             const std::stop_token& stop);
  Result<protocol::OpenedTaken, sync::SyncFault> report(const protocol::OpenedReport& report,
                                                        const std::stop_token& stop);
  Result<protocol::OpenedTaken, sync::SyncFault> give(const protocol::UpdatesReport& report,
                                                      const std::stop_token& stop);
  Result<protocol::OpenedTaken, sync::SyncFault> give(const protocol::CataloguePart& part,
                                                      const std::stop_token& stop);
  Result<protocol::HealthPage, sync::SyncFault> health_since(const std::string& cursor,
                                                             const std::stop_token& stop);
  Result<protocol::EnrolmentsPage, sync::SyncFault> enrolments(const std::stop_token& stop);
  Result<protocol::OpenedTaken, sync::SyncFault> give(const protocol::EnrolmentAnswers& answers,
                                                      const std::stop_token& stop);
  Result<protocol::BookTaken, sync::SyncFault> give(const protocol::BookReport& book,
                                                    const std::stop_token& stop);

 private:
  sync::Transport transport_;
};

}  // namespace pishkhan::backend
