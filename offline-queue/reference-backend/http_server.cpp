#include "offline-queue/reference-backend/http_server.h"

#include "offline-queue/protocol/enrolment_messages.h"
#include "offline-queue/protocol/messages.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cctype>
#include <chrono>
#include <deque>
#include <thread>
#include <utility>

namespace pishkhan::backend {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kRequestDeadline = std::chrono::seconds(30);
/// A kept-alive connection may be silent this long; kiosks poll about once a minute.
constexpr auto kIdleDeadline = std::chrono::seconds(150);

/// What one connection may cost.
struct Allowance {
  std::chrono::seconds request_deadline = kRequestDeadline;
  std::chrono::seconds idle_deadline = kIdleDeadline;
  std::uint64_t largest_body = protocol::largest_request_bytes;
  int most_connections = 1 << 20;
};
/// Nobody who is not in the middle of an enrolment has anything to do at that port.
constexpr Allowance kForStrangers{std::chrono::seconds(10), std::chrono::seconds(10),
                                  protocol::largest_enrol_request_bytes, 64};

/// Counts the connections of one port while they live.
class Counted {
 public:
  explicit Counted(std::atomic<int>& count) : count_(count) { ++count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  std::atomic<int>& count_;
};

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

std::string subject_part(const X509* certificate, int nid) {
  std::array<char, 128> text{};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), nid, text.data(),
                                               static_cast<int>(text.size()));
  return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

std::string media_type(beast::string_view field) {
  std::string text(field.substr(0, field.find(';')));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// One connection. Exactly one operation is under way at a time, and its handler owns the session; when a
/// handler ends without starting another, the session is gone. Runs on its own strand.
class Session final : public Reply {
 public:
  Session(tcp::socket socket, asio::ssl::context& tls, const HttpHandler& handler, const Allowance& allowance,
          std::atomic<int>& count)
      : counted_(count), stream_(std::move(socket), tls), handler_(handler), allowance_(allowance) {}

  /// Asks for no certificate in the handshake, so none can be shown.
  void admit_strangers() {
    error_code ignored;
    stream_.set_verify_mode(asio::ssl::verify_none, ignored);
  }

  static void begin(std::unique_ptr<Session> self) {
    Session& session = *self;
    beast::get_lowest_layer(session.stream_).expires_after(session.allowance_.request_deadline);
    session.stream_.async_handshake(asio::ssl::stream_base::server,
                                    [self = std::move(self)](error_code error) mutable {
                                      if (error) return;
                                      self->learn_peer();
                                      read(std::move(self));
                                    });
  }

  void send(std::unique_ptr<Reply> self, std::function<HttpAnswer()> make) override {
    // The reply is this very session; the cast only gives it back its name.
    std::unique_ptr<Session> session(static_cast<Session*>(self.release()));
    asio::post(stream_.get_executor(), [session = std::move(session), make = std::move(make)]() mutable {
      HttpAnswer made = make();
      write(std::move(session), std::move(made));
    });
  }

 private:
  void learn_peer() {
    const std::unique_ptr<X509, FreeCertificate> peer(SSL_get1_peer_certificate(stream_.native_handle()));
    if (!peer) return;
    peer_name_ = subject_part(peer.get(), NID_commonName);
    peer_role_ = subject_part(peer.get(), NID_organizationalUnitName);
    const auto kiosk = protocol::ClientCertificate::of(*peer);
    if (!kiosk) return;
    peer_epoch_ = kiosk->epoch;
    peer_serial_ = kiosk->serial;
    peer_since_ = kiosk->not_before;
  }

  static void read(std::unique_ptr<Session> self) {
    Session& session = *self;
    session.parser_.emplace();
    session.parser_->body_limit(session.allowance_.largest_body);
    beast::get_lowest_layer(session.stream_).expires_after(session.allowance_.idle_deadline);
    http::async_read(session.stream_, session.buffer_, *session.parser_,
                     [self = std::move(self)](error_code error, std::size_t) mutable {
                       if (error == http::error::body_limit) {
                         self->keep_alive_ = false;
                         write(std::move(self), too_large());
                       } else if (!error) {
                         dispatch(std::move(self));
                       }
                     });
  }

  static HttpAnswer too_large() {
    return {
        413, "application/problem+json", protocol::Problem::of(protocol::ProblemType::TooLarge).encode(), {}};
  }

  static void dispatch(std::unique_ptr<Session> self) {
    http::request<http::string_body> message = self->parser_->release();
    self->keep_alive_ = message.keep_alive();
    const std::string target(message.target());
    const std::size_t question = target.find('?');
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.path = target.substr(0, question);
    request.query = question == std::string::npos ? "" : target.substr(question + 1);
    request.content_type = media_type(message[http::field::content_type]);
    request.body = std::move(message.body());
    request.peer_name = self->peer_name_;
    request.peer_role = self->peer_role_;
    request.peer_epoch = self->peer_epoch_;
    request.peer_serial = self->peer_serial_;
    request.peer_since = self->peer_since_;
    const HttpHandler& handler = self->handler_;
    handler(std::move(request), std::move(self));
  }

  static void write(std::unique_ptr<Session> self, HttpAnswer made) {
    Session& session = *self;
    session.response_ = {};
    session.response_.result(static_cast<unsigned>(made.status));
    session.response_.set(http::field::content_type, made.content_type);
    session.response_.set(http::field::cache_control, "no-store");
    if (made.retry_after_s)
      session.response_.set(http::field::retry_after, std::to_string(*made.retry_after_s));
    session.response_.keep_alive(session.keep_alive_);
    session.response_.body() = std::move(made.body);
    session.response_.prepare_payload();
    beast::get_lowest_layer(session.stream_).expires_after(session.allowance_.request_deadline);
    http::async_write(session.stream_, session.response_,
                      [self = std::move(self)](error_code error, std::size_t) mutable {
                        if (error) return;
                        if (self->keep_alive_) return read(std::move(self));
                        close(std::move(self));
                      });
  }

  static void close(std::unique_ptr<Session> self) {
    Session& session = *self;
    session.stream_.async_shutdown([self = std::move(self)](error_code) {});
  }

  Counted counted_;
  beast::ssl_stream<beast::tcp_stream> stream_;
  const HttpHandler& handler_;
  const Allowance allowance_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::string peer_name_;
  std::string peer_role_;
  int peer_epoch_ = 0;
  std::string peer_serial_;
  WallTime peer_since_{};
  bool keep_alive_ = false;
};

class Server final : public HttpServer {
 public:
  Server() : tls_(asio::ssl::context::tls_server) {}
  ~Server() override { stop(); }

  bool load(const ServerTls& tls) {
    error_code error;
    tls_.set_options(
        asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1,
        error);
    if (!error) tls_.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert, error);
    if (!error) tls_.load_verify_file(tls.authority_file.string(), error);
    if (!error) tls_.use_certificate_chain_file(tls.certificate_file.string(), error);
    if (!error) tls_.use_private_key_file(tls.key_file.string(), asio::ssl::context::pem, error);
    // No sessions to resume: a resumed one carries the certificate of long ago, and each connection is to be judged
    // by what is valid now. (Half off is worse: OpenSSL hands out tickets and then refuses them, since a server
    // that demands certificates must name itself in them: SSL_CTX_set_session_id_context(3).)
    SSL_CTX_set_session_cache_mode(tls_.native_handle(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(tls_.native_handle(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(tls_.native_handle(), 0);
    return !error;
  }

  bool listen(Listener listener) {
    error_code error;
    const auto address = asio::ip::make_address(listener.address, error);
    if (error) return false;
    const bool strangers = listener.admits == Admits::Strangers;
    counts_.emplace_back(0);
    auto door = std::make_unique<Door>(Door{tcp::acceptor(context_), std::move(listener.handler),
                                            strangers ? kForStrangers : Allowance{}, strangers, counts_.back(),
                                            asio::steady_timer(context_)});
    const tcp::endpoint endpoint(address, listener.port);
    door->acceptor.open(endpoint.protocol(), error);
    if (!error) door->acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) door->acceptor.bind(endpoint, error);
    if (!error) door->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return false;
    doors_.push_back(std::move(door));
    accept(*doors_.back());
    return true;
  }

  void run(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { context_.run(); });
  }

  [[nodiscard]] std::uint16_t port(std::size_t listener) const override {
    error_code error;
    return doors_.at(listener)->acceptor.local_endpoint(error).port();
  }

  void stop() override {
    context_.stop();
    threads_.clear();
  }

 private:
  struct Door {
    tcp::acceptor acceptor;
    HttpHandler handler;
    Allowance allowance;
    bool strangers = false;
    std::atomic<int>& count;
    asio::steady_timer pause;
  };

  void admit(Door& door, tcp::socket socket) {
    if (door.count >= door.allowance.most_connections) return;  // closes it
    auto session = std::make_unique<Session>(std::move(socket), tls_, door.handler, door.allowance, door.count);
    if (door.strangers) session->admit_strangers();
    Session::begin(std::move(session));
  }

  void accept(Door& door) {
    door.acceptor.async_accept(asio::make_strand(context_),
                               [this, &door](error_code error, tcp::socket socket) {
                                 if (error == asio::error::operation_aborted) return;
                                 if (error) {
                                   accept_later(door);
                                   return;
                                 }
                                 error_code ignored;
                                 socket.set_option(tcp::no_delay(true), ignored);
                                 admit(door, std::move(socket));
                                 accept(door);
                               });
  }

  /// No descriptor is left, say: whoever waits is still there when one is.
  void accept_later(Door& door) {
    door.pause.expires_after(std::chrono::milliseconds(100));
    door.pause.async_wait([this, &door](error_code error) {
      if (!error) accept(door);
    });
  }

  // Destroyed from the last to the first: threads, doors, then the context with the sessions it still holds
  // (their handlers are not called any more), then what the sessions stand on.
  asio::ssl::context tls_;
  std::deque<std::atomic<int>> counts_;
  asio::io_context context_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::vector<std::jthread> threads_;
};

}  // namespace

void answer(std::unique_ptr<Reply> reply, std::function<HttpAnswer()> make) {
  Reply& target = *reply;
  target.send(std::move(reply), std::move(make));
}

Result<std::unique_ptr<HttpServer>, ServerFault> HttpServer::start(const ServerTls& tls,
                                                                   std::vector<Listener> listeners,
                                                                   int threads) {
  auto server = std::make_unique<Server>();
  if (!server->load(tls)) return fail(ServerFault::BadCertificate);
  for (Listener& listener : listeners) {
    if (!server->listen(std::move(listener))) return fail(ServerFault::CannotListen);
  }
  server->run(threads);
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace pishkhan::backend
