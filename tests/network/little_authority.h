#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace pishkhan::network_test {

/// A certificate authority whose certificates may be as wrong as a test wants them. Thread: the test's.
class LittleAuthority {
 public:
  LittleAuthority();
  struct Life {
    std::chrono::seconds from{-3600};  ///< from now
    std::chrono::seconds to{3600};
  };
  /// Writes authority.pem, tls.pem and tls.key into a folder, over what is there.
  void give_server(const std::filesystem::path& folder, Life life,
                   const std::string& names = "IP:127.0.0.1") const;
  void give_client(const std::filesystem::path& folder, Life life, const std::string& name,
                   const std::string& role) const;
  void write_authority(const std::filesystem::path& folder) const;

 private:
  struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  using Certificate = std::unique_ptr<X509, Free>;
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  struct Subject {
    std::string name;
    std::string role;
    std::string alternative_names;
    std::string constraints;
  };
  [[nodiscard]] Certificate certify(EVP_PKEY* key, const Subject& subject, Life life) const;
  void give(const std::filesystem::path& folder, const Subject& subject, Life life) const;

  Key key_;
  Certificate certificate_;
};

}  // namespace pishkhan::network_test
