#include "offline-queue/reference-backend/certificates.h"

#include "base/core/ensure.h"
#include "offline-queue/reference-backend/certificate_parts.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <utility>

namespace pishkhan::backend {
namespace {

constexpr long kTenYears = 3650L * 24 * 3600;
/// A kiosk's clock may be behind.
constexpr long kADay = 24L * 3600;

}  // namespace

void DemoAuthority::Free::operator()(x509_st* certificate) const {
  X509_free(certificate);
}
void DemoAuthority::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

DemoAuthority::Certificate DemoAuthority::certify(evp_pkey_st* subject_key, const std::string& name,
                                                  const std::string& role, Use use, x509_st* issuer,
                                                  evp_pkey_st* issuer_key) {
  Certificate certificate(X509_new());
  ENSURE(certificate, "no memory for a certificate");
  X509* x509 = certificate.get();
  X509* by = issuer == nullptr ? x509 : issuer;
  X509_set_version(x509, X509_VERSION_3);
  set_serial(x509);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kADay);
  X509_gmtime_adj(X509_getm_notAfter(x509), kTenYears);
  X509_NAME* subject = X509_get_subject_name(x509);
  add_name(subject, "O", "Pishkhan demo");
  add_name(subject, "OU", role);
  add_name(subject, "CN", name);
  X509_set_issuer_name(x509, X509_get_subject_name(by));
  X509_set_pubkey(x509, subject_key);
  const bool authority = use == Use::Authority;
  add_extension(x509, by, NID_basic_constraints,
                authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE");
  add_extension(x509, by, NID_key_usage,
                authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  add_extension(x509, by, NID_subject_key_identifier, "hash");
  if (!authority) {
    add_extension(x509, by, NID_authority_key_identifier, "keyid:always");
    add_extension(x509, by, NID_ext_key_usage, use == Use::Server ? "serverAuth" : "clientAuth");
  }
  if (use == Use::Server) add_extension(x509, by, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  ENSURE(X509_sign(x509, issuer_key, EVP_sha256()) > 0, "a certificate cannot be signed");
  return certificate;
}

DemoAuthority DemoAuthority::make(const std::string& name) {
  Key key(EVP_EC_gen("P-256"));
  ENSURE(key, "no key can be made");
  Certificate certificate = certify(key.get(), name, "", Use::Authority, nullptr, key.get());
  return {std::move(certificate), std::move(key)};
}

std::string DemoAuthority::certificate_pem() const {
  return pem_of(certificate_.get());
}
std::string DemoAuthority::key_pem() const {
  return pem_of(key_.get());
}

CertifiedKey DemoAuthority::issue(const std::string& name, const std::string& role, Use use) const {
  const Key key(EVP_EC_gen("P-256"));
  ENSURE(key, "no key can be made");
  const Certificate certificate = certify(key.get(), name, role, use, certificate_.get(), key_.get());
  return {pem_of(certificate.get()), pem_of(key.get())};
}

CertifiedKey DemoAuthority::issue_server(const std::string& name) const {
  return issue(name, "server", Use::Server);
}
CertifiedKey DemoAuthority::issue_client(const std::string& name, const std::string& role) const {
  return issue(name, role, Use::Client);
}

std::string DemoAuthority::certify_client(const protocol::VerifyingKey& key, const std::string& name,
                                          const std::string& role) const {
  const std::string pem = key.pem();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  const Key subject(PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr));
  BIO_free(bio);
  ENSURE(subject, "a key that was written can be read");
  return pem_of(certify(subject.get(), name, role, Use::Client, certificate_.get(), key_.get()).get());
}

}  // namespace pishkhan::backend
