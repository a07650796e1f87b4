#include "tests/network/little_authority.h"

#include "base/core/ensure.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>

namespace pishkhan::network_test {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::unique_ptr<std::FILE, CloseFile> open_to_write(const std::filesystem::path& path) {
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "w"));
  ENSURE(file, "a file of the test can be written");
  return file;
}

void add_name(X509_NAME* name, const char* part, const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.c_str());
  X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8, bytes, -1, -1, 0);
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  ENSURE(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "the extension is well made");
  X509_EXTENSION_free(extension);
}

}  // namespace

LittleAuthority::LittleAuthority() : key_(EVP_EC_gen("P-256")) {
  certificate_ = certify(key_.get(), {"Little test CA", "", "", "critical,CA:TRUE"},
                         {std::chrono::hours(-24), std::chrono::hours(24)});
}

LittleAuthority::Certificate LittleAuthority::certify(EVP_PKEY* key, const Subject& subject, Life life) const {
  static long serial = 0;
  Certificate made(X509_new());
  X509* certificate = made.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), life.from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate), life.to.count());
  X509_NAME* name = X509_get_subject_name(certificate);
  if (!subject.role.empty()) add_name(name, "OU", subject.role);
  add_name(name, "CN", subject.name);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate_ ? certificate_.get() : certificate));
  X509_set_pubkey(certificate, key);
  add_extension(certificate, NID_basic_constraints, subject.constraints);
  add_extension(certificate, NID_subject_alt_name, subject.alternative_names);
  ENSURE(X509_sign(certificate, key_.get(), EVP_sha256()) > 0, "the certificate is signed");
  return made;
}

void LittleAuthority::write_authority(const std::filesystem::path& folder) const {
  PEM_write_X509(open_to_write(folder / "authority.pem").get(), certificate_.get());
}

void LittleAuthority::give(const std::filesystem::path& folder, const Subject& subject, Life life) const {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = certify(key.get(), subject, life);
  write_authority(folder);
  PEM_write_X509(open_to_write(folder / "tls.pem").get(), certificate.get());
  PEM_write_PrivateKey(open_to_write(folder / "tls.key").get(), key.get(), nullptr, nullptr, 0, nullptr,
                       nullptr);
}

void LittleAuthority::give_server(const std::filesystem::path& folder, Life life,
                                  const std::string& names) const {
  give(folder, {"ingest", "", names, "critical,CA:FALSE"}, life);
}

void LittleAuthority::give_client(const std::filesystem::path& folder, Life life, const std::string& name,
                                  const std::string& role) const {
  give(folder, {name, role, "", "critical,CA:FALSE"}, life);
}

}  // namespace pishkhan::network_test
