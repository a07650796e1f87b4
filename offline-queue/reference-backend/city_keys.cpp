#include "offline-queue/reference-backend/city_keys.h"

#include "base/core/ensure.h"
#include "offline-queue/protocol/private_file.h"
#include "offline-queue/sync/demo_authority.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace pishkhan::backend {
namespace {

using namespace protocol;

/// A kiosk's clock may be behind.
constexpr std::chrono::hours kBefore{24};
/// A receipt that was printed long after the last renewal still verifies.
constexpr std::chrono::hours kReceiptsLonger{24 * 365};

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

int no_passphrase(char*, int, int, void*) {
  return -1;
}

Bio reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_in(const std::filesystem::path& file) {
  const auto content = read_private_file(file, 65'536);
  return content ? std::string(as_text(content->view())) : std::string();
}

void set_time(ASN1_TIME* target, WallTime time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  ENSURE(ASN1_TIME_set(target, static_cast<std::time_t>(seconds)) != nullptr, "a time fits a certificate");
}

}  // namespace

Result<CityKeys, CityKeysFault> CityKeys::load(const std::filesystem::path& folder) {
  const std::string authority_pem = text_in(folder / "authority.pem");
  const Bio certificate_text = reader(authority_pem);
  CertificateHandle authority(PEM_read_bio_X509(certificate_text.get(), nullptr, no_passphrase, nullptr));
  PrivateKeyHandle key;
  {
    const auto secret = read_private_file(folder / "authority.key", 65'536);
    if (secret) {
      const Bio text(BIO_new_mem_buf(secret->view().data(), static_cast<int>(secret->size())));
      key.reset(PEM_read_bio_PrivateKey(text.get(), nullptr, no_passphrase, nullptr));
    }
  }
  const bool belong = authority && key && X509_check_private_key(authority.get(), key.get()) == 1;
  ERR_clear_error();
  if (!belong) return fail(CityKeysFault::BadAuthority);
  auto city = SigningKey::load(folder / "signing.pem");
  const auto ingest = VerifyingKey::load(folder / "ingest-public.pem");
  if (!city || !ingest) return fail(CityKeysFault::BadKey);
  CityKeys keys(std::move(authority), std::move(key), std::move(*city));
  keys.ingest_key_pem_ = ingest->pem();
  keys.authority_pem_ = authority_pem;
  return keys;
}

std::string CityKeys::certificate_for(int kiosk, int epoch, const PublicPoint& key, WallTime from,
                                      WallTime to) const {
  const auto point = VerifyingKey::from_point(key);
  ENSURE(point.has_value(), "a point that was read out of a request makes a key");
  const std::string key_pem = point->pem();
  const Bio key_text = reader(key_pem);
  const PrivateKeyHandle subject_key(PEM_read_bio_PUBKEY(key_text.get(), nullptr, no_passphrase, nullptr));
  const CertificateHandle made(X509_new());
  ENSURE(subject_key && made, "memory for a certificate");
  X509* certificate = made.get();
  X509_set_version(certificate, X509_VERSION_3);
  set_serial(certificate);
  set_time(X509_getm_notBefore(certificate), from);
  set_time(X509_getm_notAfter(certificate), to);
  X509_NAME* subject = X509_get_subject_name(certificate);
  add_name(subject, "OU", "kiosk");
  add_name(subject, "CN", "kiosk-" + std::to_string(kiosk));
  add_name(subject, "serialNumber", "epoch-" + std::to_string(epoch));
  X509_set_issuer_name(certificate, X509_get_subject_name(authority_.get()));
  X509_set_pubkey(certificate, subject_key.get());
  add_extension(certificate, authority_.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate, authority_.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate, authority_.get(), NID_subject_key_identifier, "hash");
  add_extension(certificate, authority_.get(), NID_ext_key_usage, "clientAuth");
  ENSURE(X509_sign(certificate, authority_key_.get(), EVP_sha256()) > 0, "a certificate cannot be signed");
  return pem_of(certificate);
}

EnrolmentAnswer CityKeys::certify(int kiosk, int epoch, const PublicPoint& key, const Terms& terms,
                                  WallTime now) const {
  const WallTime until = std::chrono::floor<std::chrono::seconds>(now) + terms.certificate_life;
  Enrolment enrolment;
  enrolment.kiosk = kiosk;
  enrolment.epoch = epoch;
  enrolment.demo = sync::mentions_demo_authority(authority_pem_);
  enrolment.backend_url = terms.backend_url;
  enrolment.opening_key = terms.opening_key;
  enrolment.city_key_pem = city_.verifying_key().pem();
  enrolment.ingest_key_pem = ingest_key_pem_;
  enrolment.cases_key_pem = terms.cases_key_pem;
  enrolment.update_key_pem = terms.update_key_pem;
  enrolment.certificate.kiosk = kiosk;
  enrolment.certificate.epoch = epoch;
  enrolment.certificate.public_key = key;
  enrolment.certificate.not_after = until + kReceiptsLonger;
  enrolment.certificate.sign(city_);
  EnrolmentAnswer answer;
  answer.certificate = certificate_for(kiosk, epoch, key, now - kBefore, until);
  answer.enrolment = enrolment.encode();
  answer.city_signature = city_.sign(answer.statement());
  return answer;
}

}  // namespace pishkhan::backend
