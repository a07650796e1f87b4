#pragma once

#include "base/core/clock.h"
#include "offline-queue/reference-backend/attempts.h"
#include "offline-queue/reference-backend/http_server.h"
#include "offline-queue/reference-backend/ingest_down.h"
#include "offline-queue/reference-backend/kiosk_book.h"
#include "offline-queue/reference-backend/writer.h"

namespace pishkhan::backend {

/// What ingest answers, without threads and sockets: checks chains and signatures, keeps sealed records, gives
/// what cases said about them. It can open nothing. IngestServer runs it behind a network, tests/fleet in
/// virtual time. Thread: take_public() and take_internal() from any; a Work on the one thread that owns the
/// store.
class Ingest {
 public:
  /// `clock` outlives it and is read by all threads.
  Ingest(const KioskRegister& kiosks, protocol::SigningKey key, protocol::VerifyingKey cases_key,
         const Clock& clock);
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;
  /// Asks kiosks to poll for updates that often, so that a busy backend can slow them down; 0: as they like.
  /// Call it before the first request.
  void hint_polls(int seconds) { poll_after_s_ = seconds; }
  /// Call it before the first request, with the register that it was made with: what the database knows of
  /// kiosks joins the book, and the other way round. False: the database failed.
  [[nodiscard]] bool load_book(IngestStore& store, const KioskRegister& kiosks);
  /// From a kiosk. What it returns must not outlive this object.
  [[nodiscard]] Handling take_public(const HttpRequest& request);
  /// From whoever can reach the port for enrolment.
  [[nodiscard]] Handling take_enrolment(const HttpRequest& request);
  /// From cases.
  [[nodiscard]] Handling take_internal(const HttpRequest& request);

 private:
  Handling take_batch(const HttpRequest& request);
  Handling give_opened(const HttpRequest& request);
  Handling look_up(const HttpRequest& request);

  KioskBook kiosks_;
  const Clock& clock_;
  int poll_after_s_ = 0;
  // The keys and the counters of attempts are used inside a Work only.
  protocol::SigningKey key_;
  protocol::VerifyingKey cases_key_;
  Attempts attempts_by_code_;
  Attempts attempts_by_kiosk_;
};

}  // namespace pishkhan::backend
