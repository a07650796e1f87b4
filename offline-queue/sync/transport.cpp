#include "offline-queue/sync/transport.h"

#include "offline-queue/sync/demo_authority.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace pishkhan::sync {
namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, FreeList>;

void start_curl_once() {
  // libcurl wants one call before any thread uses it; a local static is initialised by exactly one.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(started);
}

Headers headers_of(const Exchange& exchange) {
  Headers headers;
  const auto add = [&headers](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) return;
    static_cast<void>(headers.release());
    headers.reset(longer);
  };
  add("Accept: application/json, application/problem+json");
  // Without this libcurl would wait a second for "100 Continue" before a large batch.
  add("Expect:");
  if (exchange.method == Method::Post) add("Content-Type: " + exchange.content_type);
  if (!exchange.idempotency_key.empty()) add("Idempotency-Key: \"" + exchange.idempotency_key + "\"");
  return headers;
}

struct Body {
  std::string text;
  std::size_t limit = 0;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& body = *static_cast<Body*>(user);
  if (body.text.size() + size * count > body.limit) return 0;
  body.text.append(data, size * count);
  return size * count;
}

/// When an exchange is to end before its time.
struct Ending {
  const std::stop_token& stop;
  const std::function<bool()>* somebody_waits;  ///< null: it gives way to nobody
};

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& ending = *static_cast<const Ending*>(user);
  const bool gives_way = ending.somebody_waits != nullptr && (*ending.somebody_waits)();
  return ending.stop.stop_requested() || gives_way ? 1 : 0;
}

std::string media_type(const char* header) {
  std::string text = header == nullptr ? "" : header;
  text.resize(std::min(text.find(';'), text.size()));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A key of TLS that a TPM holds: libcurl can only be told of files, so it is given to each new SSL_CTX.
struct ChipKey {
  protocol::SigningKey key;
  protocol::KeyHandle handle;
  std::filesystem::path certificate_file;
};

bool use_chip_key(SSL_CTX* tls, const ChipKey& chip) {
  return SSL_CTX_use_certificate_chain_file(tls, chip.certificate_file.c_str()) == 1 &&
         SSL_CTX_use_PrivateKey(tls, chip.handle.get()) == 1;
}

/// The machine's clock may have forgotten the date; what the backend once told is a lower bound.
void judge_no_earlier_than(SSL_CTX* tls, std::optional<WallTime> bound) {
  if (!bound) return;
  const std::time_t told = std::chrono::system_clock::to_time_t(*bound);
  if (told > std::time(nullptr)) X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(tls), told);
}

/// Where an SSL_CTX keeps what was wrong with the other side's chain (an int of ours, X509_V_...).
int verdict_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// OpenSSL asks for each certificate of the chain. libcurl forgets the answer if the signature does not fit.
int on_verified(int good, X509_STORE_CTX* chain) {
  const auto* tls = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* verdict = static_cast<int*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(tls), verdict_index()));
  if (good != 1 && *verdict == X509_V_OK) *verdict = X509_STORE_CTX_get_error(chain);
  return good;
}

SyncDetail detail_of_peer(int verdict) {
  switch (verdict) {
    case X509_V_OK:  // the chain is good, so it is the name that libcurl refused
      return SyncDetail::WrongName;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return SyncDetail::CertificateExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return SyncDetail::CertificateNotYetValid;
    default:
      return SyncDetail::ForeignAuthority;
  }
}

SyncFaultKind kind_of(CURLcode code, std::string_view detail) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return SyncFaultKind::Timeout;
    case CURLE_COULDNT_RESOLVE_PROXY:
      return SyncFaultKind::Proxy;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return SyncFaultKind::WrongCertificate;
    case CURLE_ABORTED_BY_CALLBACK:
      return SyncFaultKind::Stopped;
    case CURLE_WRITE_ERROR:
    case CURLE_BAD_CONTENT_ENCODING:
      return SyncFaultKind::BadAnswer;
    // These say that something on the port speaks, but not HTTPS.
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return SyncFaultKind::CaptivePortal;
    default:
      break;
  }
  // A plain-text login page on port 443 is heard by OpenSSL as a record of an impossible version.
  if (has(detail, "wrong version number") || has(detail, "http request")) return SyncFaultKind::CaptivePortal;
  // In TLS 1.3 the refusal of our own certificate arrives as an alert on the first read.
  // A signature that does not fit, be it the CA's under our certificate, is "decrypt error" (RFC 8446, 6.2).
  if (has(detail, "alert") &&
      (has(detail, "certificate") || has(detail, "unknown ca") || has(detail, "decrypt error"))) {
    return SyncFaultKind::WrongCertificate;
  }
  return SyncFaultKind::Unreachable;
}

Result<Answer, SyncFault> judged(Answer answer) {
  const bool json =
      answer.content_type == "application/json" || answer.content_type == "application/problem+json";
  const bool redirect = answer.status >= 300 && answer.status < 400;
  // RFC 6585 section 6: 511 is what a portal should say, and seldom does.
  if (redirect || answer.status == 511) return fail(SyncFault{SyncFaultKind::CaptivePortal, {}, {}});
  // What stands before a backend (a load balancer) refuses a large body in words of its own.
  if (!json && answer.status == 413)
    return fail(SyncFault{SyncFaultKind::Refused, protocol::Problem::of(protocol::ProblemType::TooLarge), {}});
  if (!json && answer.status < 500) return fail(SyncFault{SyncFaultKind::CaptivePortal, {}, {}});
  if (!json) return fail(SyncFault{SyncFaultKind::Busy, {}, answer.retry_after});
  return answer;
}

std::string file_text(const std::filesystem::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class TlsCarrier final : public Carrier {
 public:
  TlsCarrier(Endpoint endpoint, std::unique_ptr<ChipKey> chip_key, std::unique_ptr<CURL, CloseHandle> handle)
      : endpoint_(std::move(endpoint)), chip_key_(std::move(chip_key)), handle_(std::move(handle)) {
    configure();
  }
  Result<Answer, SyncFault> carry(const Exchange& exchange, const std::stop_token& stop) override;

 private:
  void configure();
  /// Before each handshake; `user` is the carrier.
  static CURLcode on_tls_context(CURL*, void* context, void* user);
  [[nodiscard]] SyncFault fault_of(CURLcode code) const;

  Endpoint endpoint_;
  std::unique_ptr<ChipKey> chip_key_;  ///< nothing: the key lies in a file; outlives the handle's connections
  std::unique_ptr<CURL, CloseHandle> handle_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  int verdict_ = X509_V_OK;  ///< about the other side's chain, in this exchange
};

void TlsCarrier::configure() {
  CURL* handle = handle_.get();
  const Endpoint& to = endpoint_;
  curl_easy_setopt(handle, CURLOPT_CAINFO, to.authority_file.c_str());
  curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  if (!chip_key_ && !to.certificate_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_SSLCERT, to.certificate_file.c_str());
    curl_easy_setopt(handle, CURLOPT_SSLKEY, to.key_file.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  // The environment's proxy variables are nobody's decision on a kiosk: an empty one means none.
  curl_easy_setopt(handle, CURLOPT_PROXY, to.proxy.c_str());
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "");
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, this);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(to.connect_deadline.count()));
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail_.data());
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
}

CURLcode TlsCarrier::on_tls_context(CURL*, void* context, void* user) {
  auto& carrier = *static_cast<TlsCarrier*>(user);
  auto* tls = static_cast<SSL_CTX*>(context);
  if (carrier.endpoint_.certainly_passed) judge_no_earlier_than(tls, carrier.endpoint_.certainly_passed());
  SSL_CTX_set_ex_data(tls, verdict_index(), &carrier.verdict_);
  SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, on_verified);
  const bool ready = !carrier.chip_key_ || use_chip_key(tls, *carrier.chip_key_);
  return ready ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

SyncFault TlsCarrier::fault_of(CURLcode code) const {
  const std::string_view words = detail_.data();
  SyncFault fault{kind_of(code, words), {}, {}};
  long connect_status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_HTTP_CONNECTCODE, &connect_status);
  const bool proxy_says_no = connect_status != 0 && connect_status / 100 != 2;
  if (!endpoint_.proxy.empty() && (proxy_says_no || code == CURLE_COULDNT_CONNECT)) {
    fault.kind = SyncFaultKind::Proxy;
  } else if (code == CURLE_PEER_FAILED_VERIFICATION || verdict_ != X509_V_OK) {
    fault.kind = SyncFaultKind::WrongCertificate;
    fault.detail = detail_of_peer(verdict_);
  } else if (code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE) {
    fault.detail = SyncDetail::OwnFilesUnreadable;
  } else if (fault.kind == SyncFaultKind::WrongCertificate) {
    fault.detail =
        has(words, "expired") ? SyncDetail::OwnCertificateExpired : SyncDetail::OwnCertificateRefused;
  }
  return fault;
}

Result<Answer, SyncFault> TlsCarrier::carry(const Exchange& exchange, const std::stop_token& stop) {
  CURL* handle = handle_.get();
  const std::string url = endpoint_.base_url + exchange.target;
  const Headers headers = headers_of(exchange);
  Body body{{}, endpoint_.largest_answer_bytes};
  const bool gives_way = exchange.gives_way && endpoint_.somebody_waits;
  Ending ending{stop, gives_way ? &endpoint_.somebody_waits : nullptr};
  detail_[0] = '\0';
  verdict_ = X509_V_OK;
  const auto deadline = exchange.deadline.count() > 0 ? exchange.deadline : endpoint_.request_deadline;
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(deadline.count()));
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &ending);
  if (exchange.method == Method::Post) {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, exchange.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.body.size()));
  } else {
    curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
  }
  const CURLcode code = curl_easy_perform(handle);
  // The list and the buffers end with this call; the handle must not remember them.
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, nullptr);
  if (code != CURLE_OK) return fail(fault_of(code));
  Answer answer;
  long status = 0;
  const char* type = nullptr;
  curl_off_t retry_after_s = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after_s);
  answer.status = static_cast<int>(status);
  answer.content_type = media_type(type);
  answer.body = std::move(body.text);
  if (retry_after_s > 0) {
    answer.retry_after = std::chrono::seconds(std::min<curl_off_t>(retry_after_s, 7 * 24 * 3600));
  }
  if (endpoint_.observer) endpoint_.observer(exchange, answer);
  return answer;
}

}  // namespace

Result<Transport, SyncFault> Transport::open(Endpoint endpoint) {
  const std::string authority = file_text(endpoint.authority_file);
  if (authority.empty() || !acceptable_authority(authority, protocol::built_demo_policy())) {
    return fail(SyncFault{SyncFaultKind::WrongCertificate, {}, {}, SyncDetail::OwnFilesUnreadable});
  }
  std::unique_ptr<ChipKey> chip_key;
  if (endpoint.key_place == protocol::KeyPlace::Tpm && !endpoint.certificate_file.empty()) {
    auto key = protocol::SigningKey::load(endpoint.key_file, endpoint.key_place);
    if (!key) return fail(SyncFault{SyncFaultKind::WrongCertificate, {}, {}, SyncDetail::OwnFilesUnreadable});
    protocol::KeyHandle handle_of_key = key->for_openssl();
    chip_key.reset(new ChipKey{std::move(*key), std::move(handle_of_key), endpoint.certificate_file});
  }
  start_curl_once();
  std::unique_ptr<CURL, CloseHandle> handle(curl_easy_init());
  if (!handle) return fail(SyncFault{SyncFaultKind::Unreachable, {}, {}});
  return Transport(std::make_unique<TlsCarrier>(std::move(endpoint), std::move(chip_key), std::move(handle)));
}

Result<Answer, SyncFault> Transport::perform(const Exchange& exchange, const std::stop_token& stop) {
  Result<Answer, SyncFault> answer = carrier_->carry(exchange, stop);
  if (!answer) return answer;
  return judged(std::move(*answer));
}

}  // namespace pishkhan::sync
