#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

/// Pieces of X.509 for this folder's *.cpp. What cannot fail but for memory, ENSUREs.
namespace pishkhan::backend {

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using CertificateHandle = std::unique_ptr<X509, FreeCertificate>;
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using PrivateKeyHandle = std::unique_ptr<EVP_PKEY, FreeKey>;

[[nodiscard]] std::string pem_of(X509* certificate);
[[nodiscard]] std::string pem_of(EVP_PKEY* key);  ///< private
/// `part` is "CN", "OU", ...; an empty text adds nothing.
void add_name(X509_NAME* name, const char* part, const std::string& text);
void add_extension(X509* certificate, X509* issuer, int nid, const char* value);
/// 63 random bits.
void set_serial(X509* certificate);

}  // namespace pishkhan::backend
