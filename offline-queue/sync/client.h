#pragma once

#include "offline-queue/protocol/enrolment_messages.h"
#include "offline-queue/protocol/messages.h"
#include "offline-queue/protocol/updates.h"
#include "offline-queue/sync/transport.h"

#include <stop_token>
#include <string_view>

namespace pishkhan::sync {

/// What the pump asks of the backend. Another implementation is a test's. Thread: the sync thread; calls block.
class Backend {
 public:
  virtual ~Backend() = default;
  /// The answer's word reaches at least to the batch's end; its signature is checked by who keeps it
  /// (Store::mark_stored).
  virtual Result<protocol::BatchAnswer, SyncFault> send(const protocol::Batch& batch) = 0;
  /// This kiosk's *opened* words of one epoch after `cursor` ("" at first).
  virtual Result<protocol::Opened, SyncFault> opened_since(int epoch, std::string_view cursor) = 0;
};

/// What came to a request for a certificate.
struct EnrolmentReply {
  std::optional<protocol::EnrolmentAnswer> answer;  ///< nothing: it is being made; ask the same again
  std::chrono::milliseconds wait{1'000};            ///< until then
};
/// One exchange of enrolment; what the answer is worth is checked by its reader (enrolment_check.h).
[[nodiscard]] Result<EnrolmentReply, SyncFault> ask_enrolment(Transport& transport, const Exchange& exchange,
                                                              const std::stop_token& stop);

/// The kiosk's side of the sync protocol over one connection. Thread: one owner; calls block, at most for the
/// endpoint's request deadline, and end soon after `stop` is requested.
class Client final : public Backend {
 public:
  /// See Transport::open.
  static Result<Client, SyncFault> open(Endpoint endpoint, std::stop_token stop = {});
  explicit Client(Transport transport, std::stop_token stop = {})
      : transport_(std::move(transport)), stop_(std::move(stop)) {}

  Result<protocol::BatchAnswer, SyncFault> send(const protocol::Batch& batch) override;
  Result<protocol::Opened, SyncFault> opened_since(int epoch, std::string_view cursor) override;
  Result<protocol::CaseView, SyncFault> look_up(const protocol::LookUp& question);
  Result<protocol::ServerTime, SyncFault> time();
  /// What the city says to this kiosk and to all after `cursor` ("" at first). Nothing is verified here.
  Result<protocol::UpdatesPage, SyncFault> updates_since(int epoch, std::string_view cursor);
  Result<protocol::CataloguePart, SyncFault> catalogue_part(const protocol::Hash& hash, std::uint32_t offset);
  Result<protocol::ServerTime, SyncFault> send_health(const protocol::Health& health);
  /// Under the present certificate, for the next one. See ask_enrolment().
  Result<EnrolmentReply, SyncFault> renew(const protocol::RenewalRequest& request);

 private:
  Transport transport_;
  std::stop_token stop_;
};

/// What an answer that is no success means. `answer.status` is not 2xx.
[[nodiscard]] SyncFault fault_of(const Answer& answer);

}  // namespace pishkhan::sync
