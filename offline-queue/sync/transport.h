#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "offline-queue/protocol/signing_key.h"
#include "offline-queue/sync/fault.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

namespace pishkhan::sync {

enum class Method { Get, Post };

struct Exchange {
  Method method = Method::Get;
  std::string target;                             ///< path and query, "/v1/batches"
  std::string body;                               ///< for Post
  std::string idempotency_key;                    ///< sent if not empty; servers may use it, none needs it
  std::string content_type = "application/json";  ///< of the body
  std::chrono::milliseconds deadline{0};          ///< of the whole exchange; 0: the endpoint's
  bool gives_way = false;                         ///< see Endpoint::somebody_waits
};

struct Answer {
  int status = 0;
  std::string content_type;  ///< without parameters, lower case
  std::string body;
  std::optional<std::chrono::milliseconds> retry_after;
};

/// Where the other side is and how both prove who they are. All files are PEM.
struct Endpoint {
  std::string base_url;                    ///< "https://host:port", nothing after it
  std::filesystem::path authority_file;    ///< the only CA that is believed; the system's are not
  std::filesystem::path certificate_file;  ///< empty: we show none, which only the enrolment port takes
  std::filesystem::path key_file;
  protocol::KeyPlace key_place = protocol::KeyPlace::File;  ///< where the key of `key_file` lies
  std::chrono::milliseconds connect_deadline{5'000};
  std::chrono::milliseconds request_deadline{20'000};  ///< the whole exchange, connecting included
  std::size_t largest_answer_bytes = std::size_t{16} << 20U;
  /// "http://host:port": all goes through its CONNECT. Empty: straight. The environment is never asked.
  std::string proxy;
  /// A time that has certainly passed, if one is known (store::TrustedTime): certificates are judged at it
  /// where the machine's own clock is behind it. Called on the thread of the exchange.
  std::function<std::optional<WallTime>()> certainly_passed;
  /// Asked about once a second, on the thread of the exchange, during one that gives way: if somebody waits for
  /// this thread, the exchange ends as Stopped and can be begun anew behind them.
  std::function<bool()> somebody_waits;
  /// Tests record here what went over the wire, for the check against the protocol's document.
  std::function<void(const Exchange&, const Answer&)> observer;
};

/// What carries an exchange to the other side and its answer back. The real one is a TLS connection; the
/// simulation's is a network in memory. It gives any answer as it came; Transport judges it. Thread: one owner;
/// a call may block.
class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual Result<Answer, SyncFault> carry(const Exchange& exchange, const std::stop_token& stop) = 0;
};

/// One kept-alive HTTP/1.1 connection over mutual TLS (1.2 or newer), through libcurl. Every call has a finite
/// deadline; redirects are never followed (a portal's are reported as such). Thread: one owner; a call blocks.
class Transport {
 public:
  /// Fails with WrongCertificate if a file cannot be read, or if the authority is the demo's and this build
  /// does not carry the demo (see demo_authority.h).
  static Result<Transport, SyncFault> open(Endpoint endpoint);
  /// Over another carrier than TLS.
  explicit Transport(std::unique_ptr<Carrier> carrier) : carrier_(std::move(carrier)) {}

  /// An answer with a JSON body of either kind (application/json, application/problem+json), whatever its
  /// status; a status of 2xx or 4xx, 5xx only. Everything else is a fault.
  Result<Answer, SyncFault> perform(const Exchange& exchange, const std::stop_token& stop);

 private:
  std::unique_ptr<Carrier> carrier_;
};

}  // namespace pishkhan::sync
