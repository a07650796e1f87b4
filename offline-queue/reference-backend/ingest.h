#pragma once

#include "base/core/clock.h"
#include "offline-queue/reference-backend/attempts.h"
#include "offline-queue/reference-backend/http_server.h"
#include "offline-queue/reference-backend/kiosk_register.h"
#include "offline-queue/reference-backend/writer.h"

#include <filesystem>
#include <memory>
#include <string>

namespace pishkhan::backend {

struct IngestOptions {
  ServerTls tls;
  std::filesystem::path database;
  std::filesystem::path kiosks_file;  ///< see KioskRegister
  std::filesystem::path signing_key;  ///< signs Stored
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;           ///< for kiosks
  std::uint16_t internal_port = 0;  ///< for cases
  int threads = 2;
};

enum class IngestFault { BadKey, BadRegister, BadDatabase, BadCertificate, CannotListen };

/// The half of the backend that faces the network: checks chains and signatures, keeps sealed records, answers
/// what cases said about them. It can open nothing. Threads: N for I/O and one that owns the database.
class Ingest {
 public:
  /// `clock` outlives it and is read by all of its threads.
  static Result<std::unique_ptr<Ingest>, IngestFault> start(const IngestOptions& options, const Clock& clock);
  ~Ingest();
  [[nodiscard]] std::uint16_t port() const { return server_->port(0); }
  [[nodiscard]] std::uint16_t internal_port() const { return server_->port(1); }

 private:
  Ingest(KioskRegister kiosks, protocol::SigningKey key, IngestStore store, const Clock& clock);
  void take_public(HttpRequest request, std::unique_ptr<Reply> reply);
  void take_internal(HttpRequest request, std::unique_ptr<Reply> reply);
  void take_batch(const HttpRequest& request, std::unique_ptr<Reply> reply);
  void give_opened(const HttpRequest& request, std::unique_ptr<Reply> reply);
  void look_up(const HttpRequest& request, std::unique_ptr<Reply> reply);
  void queue(Writer::Work work, std::unique_ptr<Reply> reply);

  KioskRegister kiosks_;
  const Clock& clock_;
  // The key and the counters of attempts are used by the writer's thread only.
  protocol::SigningKey key_;
  Attempts attempts_by_code_;
  Attempts attempts_by_kiosk_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace pishkhan::backend
