#pragma once

#include "offline-queue/reference-backend/ingest.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace pishkhan::backend {

struct IngestOptions {
  ServerTls tls;
  std::filesystem::path database;
  std::filesystem::path kiosks_file;  ///< see KioskRegister
  std::filesystem::path signing_key;  ///< signs Stored
  std::filesystem::path cases_key;    ///< verifies what cases says; public
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;           ///< for kiosks
  std::uint16_t internal_port = 0;  ///< for cases
  /// For kiosks that have no certificate yet; nothing: nobody can enrol here.
  std::optional<std::uint16_t> enrolment_port;
  int threads = 2;
  int poll_after_s = 0;  ///< see Ingest::hint_polls
};

enum class IngestFault { BadKey, BadRegister, BadDatabase, BadCertificate, CannotListen };

/// Ingest behind its two ports: the half of the backend that faces the network. Threads: N for I/O and one that
/// owns the database.
class IngestServer {
 public:
  /// `clock` outlives it and is read by all of its threads.
  static Result<std::unique_ptr<IngestServer>, IngestFault> start(const IngestOptions& options,
                                                                  const Clock& clock);
  ~IngestServer();
  [[nodiscard]] std::uint16_t port() const { return server_->port(0); }
  [[nodiscard]] std::uint16_t internal_port() const { return server_->port(1); }
  /// Only if the options have one.
  [[nodiscard]] std::uint16_t enrolment_port() const { return server_->port(2); }

 private:
  IngestServer(const KioskRegister& kiosks, protocol::SigningKey key, protocol::VerifyingKey cases_key,
               const Clock& clock);
  void go_on(Handling handling, std::unique_ptr<Reply> reply);

  Ingest ingest_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace pishkhan::backend
