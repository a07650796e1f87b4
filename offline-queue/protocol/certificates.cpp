#include "offline-queue/protocol/certificates.h"

#include "base/core/ensure.h"
#include "offline-queue/protocol/openssl_handles.h"
#include "offline-queue/protocol/tracking_code.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <charconv>
#include <ctime>
#include <string>

namespace pishkhan::protocol {
namespace {

using Request = std::unique_ptr<X509_REQ, Releases<X509_REQ_free>>;
using Certificate = std::unique_ptr<X509, Releases<X509_free>>;
using Number = std::unique_ptr<BIGNUM, Releases<BN_free>>;
using Trust = std::unique_ptr<X509_STORE, Releases<X509_STORE_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, Releases<X509_STORE_CTX_free>>;

std::optional<PublicPoint> point_of(EVP_PKEY* key) {
  if (key == nullptr || !is_p256(key)) return std::nullopt;
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PUBKEY(bio.get(), key) != 1) return std::nullopt;
  const auto read = VerifyingKey::from_pem(text_of(bio.get()));
  return read ? std::optional(read->point()) : std::nullopt;
}

Bio reader_of(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate next_certificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, no_passphrase, nullptr));
}

std::string subject_part(const X509* certificate, int nid) {
  std::array<char, 128> text{};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), nid, text.data(),
                                               static_cast<int>(text.size()));
  return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

std::optional<WallTime> time_in(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

int number_behind(std::string_view text, std::string_view prefix, int lowest, int highest) {
  if (!text.starts_with(prefix)) return 0;
  text.remove_prefix(prefix.size());
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  // One spelling only: no sign, no leading zero.
  const bool plain = !text.empty() && text.front() != '0' && text.front() != '-';
  return whole && plain && number >= lowest && number <= highest ? number : 0;
}

}  // namespace

Result<Bytes, KeyFault> make_certificate_request(const SigningKey& key, int kiosk) {
  const Request request(X509_REQ_new());
  const KeyHandle handle = key.for_openssl();
  const std::string name = "kiosk-" + std::to_string(kiosk);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  ENSURE(request && X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
             X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_ASC, text, -1,
                                        -1, 0) == 1 &&
             X509_REQ_set_pubkey(request.get(), handle.get()) == 1,
         "a request can be put together");
  if (X509_REQ_sign(request.get(), handle.get(), EVP_sha256()) <= 0) {
    ERR_clear_error();
    return fail(KeyFault::TpmFailed);
  }
  const int size = i2d_X509_REQ(request.get(), nullptr);
  ENSURE(size > 0, "a request can be written");
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* out = der.data();
  ENSURE(i2d_X509_REQ(request.get(), &out) == size, "a request has one size");
  return der;
}

std::optional<PublicPoint> key_in_request(ByteView der) {
  if (der.size() > largest_certificate_request) return std::nullopt;
  const unsigned char* start = der.data();
  const Request request(d2i_X509_REQ(nullptr, &start, static_cast<long>(der.size())));
  const bool whole = request && start == der.data() + der.size();
  EVP_PKEY* key = whole ? X509_REQ_get0_pubkey(request.get()) : nullptr;
  const auto point = point_of(key);
  const bool signed_by_it = point && X509_REQ_verify(request.get(), key) == 1;
  ERR_clear_error();
  return signed_by_it ? point : std::nullopt;
}

int kiosk_in_name(std::string_view common_name) {
  return number_behind(common_name, "kiosk-", TrackingCode::lowest_kiosk, TrackingCode::highest_kiosk);
}

int epoch_in_name(std::string_view serial_attribute) {
  return number_behind(serial_attribute, "epoch-", 1, TrackingCode::highest_epoch);
}

std::optional<ClientCertificate> ClientCertificate::of(const x509_st& certificate) {
  ClientCertificate parsed;
  parsed.kiosk = kiosk_in_name(subject_part(&certificate, NID_commonName));
  parsed.epoch = epoch_in_name(subject_part(&certificate, NID_serialNumber));
  const auto point = point_of(X509_get0_pubkey(&certificate));
  const auto from = time_in(X509_get0_notBefore(&certificate));
  const auto to = time_in(X509_get0_notAfter(&certificate));
  const Number serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  ERR_clear_error();
  const bool of_a_kiosk =
      parsed.kiosk != 0 && subject_part(&certificate, NID_organizationalUnitName) == "kiosk";
  if (!of_a_kiosk || !point || !from || !to || !serial) return std::nullopt;
  parsed.key = *point;
  parsed.not_before = *from;
  parsed.not_after = *to;
  Bytes digits(static_cast<std::size_t>(BN_num_bytes(serial.get())));
  BN_bn2bin(serial.get(), digits.data());
  parsed.serial = to_hex(digits);
  return parsed;
}

std::optional<ClientCertificate> ClientCertificate::parse(std::string_view pem) {
  if (pem.size() > largest_certificate_text) return std::nullopt;
  const Bio bio = reader_of(pem);
  const Certificate certificate = next_certificate(bio.get());
  ERR_clear_error();
  return certificate ? of(*certificate) : std::nullopt;
}

bool issued_by(std::string_view certificate_pem, std::string_view authority_pem) {
  const Bio own = reader_of(certificate_pem);
  const Certificate certificate = next_certificate(own.get());
  const Trust trust(X509_STORE_new());
  ENSURE(trust, "memory for a store of certificates");
  const Bio authorities = reader_of(authority_pem);
  while (const Certificate authority = next_certificate(authorities.get())) {
    X509_STORE_add_cert(trust.get(), authority.get());
  }
  const Verification verification(X509_STORE_CTX_new());
  ENSURE(verification, "memory for a verification");
  bool good =
      certificate && X509_STORE_CTX_init(verification.get(), trust.get(), certificate.get(), nullptr) == 1;
  if (good) {
    X509_STORE_CTX_set_flags(verification.get(), X509_V_FLAG_NO_CHECK_TIME);
    good = X509_STORE_CTX_set_purpose(verification.get(), X509_PURPOSE_SSL_CLIENT) == 1 &&
           X509_verify_cert(verification.get()) == 1;
  }
  ERR_clear_error();
  return good;
}

}  // namespace pishkhan::protocol
