#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/signing_key.h"

#include <memory>
#include <string>

struct x509_st;
struct evp_pkey_st;

namespace pishkhan::backend {

/// A P-256 key and its X.509 certificate, in PEM.
struct CertifiedKey {
  std::string certificate_pem;
  std::string key_pem;
};

/// A private certificate authority for the demo and for tests. A city has its own. Thread: one owner.
class DemoAuthority {
 public:
  /// A fresh one; its subject is `name`.
  static DemoAuthority make(const std::string& name);
  [[nodiscard]] std::string certificate_pem() const;
  [[nodiscard]] std::string key_pem() const;  ///< for CityKeys; whoever has it is the authority
  /// For TLS on 127.0.0.1 and localhost.
  [[nodiscard]] CertifiedKey issue_server(const std::string& name) const;
  /// For a TLS client; `role` becomes the organisational unit, by which the backend knows what it may do.
  [[nodiscard]] CertifiedKey issue_client(const std::string& name, const std::string& role) const;
  /// The certificate alone, in PEM, for a client whose key never leaves its TPM.
  [[nodiscard]] std::string certify_client(const protocol::VerifyingKey& key, const std::string& name,
                                           const std::string& role) const;

 private:
  struct Free {
    void operator()(x509_st* certificate) const;
    void operator()(evp_pkey_st* key) const;
  };
  using Certificate = std::unique_ptr<x509_st, Free>;
  using Key = std::unique_ptr<evp_pkey_st, Free>;
  DemoAuthority(Certificate certificate, Key key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}
  enum class Use { Authority, Server, Client };
  static Certificate certify(evp_pkey_st* subject_key, const std::string& name, const std::string& role,
                             Use use, x509_st* issuer, evp_pkey_st* issuer_key);
  [[nodiscard]] CertifiedKey issue(const std::string& name, const std::string& role, Use use) const;

  Certificate certificate_;
  Key key_;
};

}  // namespace pishkhan::backend
