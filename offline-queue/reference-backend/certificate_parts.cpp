#include "offline-queue/reference-backend/certificate_parts.h"

#include "base/core/ensure.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace pishkhan::backend {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

struct FreeExtension {
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

Bio memory() {
  Bio bio(BIO_new(BIO_s_mem()));
  ENSURE(bio, "no memory for a certificate");
  return bio;
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

std::string pem_of(X509* certificate) {
  const Bio bio = memory();
  ENSURE(PEM_write_bio_X509(bio.get(), certificate) == 1, "a certificate cannot be written");
  return text_of(bio);
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio = memory();
  ENSURE(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
         "a key cannot be written");
  return text_of(bio);
}

void add_name(X509_NAME* name, const char* part, const std::string& text) {
  if (text.empty()) return;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.c_str());
  ENSURE(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8, bytes, -1, -1, 0) == 1, "a name is too long");
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, FreeExtension> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  ENSURE(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "an extension cannot be added");
}

void set_serial(X509* certificate) {
  std::uint64_t serial = 0;
  ENSURE(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "no random numbers");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U | 1U);
}

}  // namespace pishkhan::backend
