#pragma once

#include "base/core/clock.h"
#include "base/core/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::backend {

struct HttpRequest {
  std::string method;
  std::string path;
  std::string query;
  std::string content_type;  ///< without parameters, lower case
  std::string body;
  std::string peer_name;    ///< common name of the client's certificate, "kiosk-1042"
  std::string peer_role;    ///< its organisational unit: "kiosk" or "cases"
  int peer_epoch = 0;       ///< of a kiosk's certificate; 0: it names none
  std::string peer_serial;  ///< of a kiosk's certificate
  WallTime peer_since{};    ///< when that begins
};

struct HttpAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::optional<int> retry_after_s;
};

/// A request's connection, waiting for its answer. Dropping it closes the connection unanswered.
class Reply {
 public:
  virtual ~Reply() = default;
  /// `make` runs on an I/O thread. Call through answer().
  virtual void send(std::unique_ptr<Reply> self, std::function<HttpAnswer()> make) = 0;
};
void answer(std::unique_ptr<Reply> reply, std::function<HttpAnswer()> make);

/// Takes a request on some I/O thread; must be safe from several at once and must not block.
using HttpHandler = std::function<void(HttpRequest, std::unique_ptr<Reply>)>;

/// Whether a client must show a certificate. Where strangers come in, bodies are small, and so are patience and
/// the number of connections.
enum class Admits { Certified, Strangers };

struct Listener {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: the system chooses
  HttpHandler handler;
  Admits admits = Admits::Certified;
};

struct ServerTls {
  std::filesystem::path authority_file;  ///< clients must have a certificate from it
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
};

enum class ServerFault { BadCertificate, CannotListen };

/// HTTP/1.1 over mutual TLS (1.2 or newer) on Boost.Beast, with N I/O threads. A request larger than the
/// protocol's limit gets 413, a slow one is cut off. Ends its threads when destroyed.
class HttpServer {
 public:
  static Result<std::unique_ptr<HttpServer>, ServerFault> start(const ServerTls& tls,
                                                                std::vector<Listener> listeners, int threads);
  virtual ~HttpServer() = default;
  [[nodiscard]] virtual std::uint16_t port(std::size_t listener) const = 0;
  /// No handler runs after it returns.
  virtual void stop() = 0;
};

}  // namespace pishkhan::backend
