#pragma once

#include "offline-queue/protocol/private_file.h"
#include "offline-queue/protocol/signing_key.h"

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <memory>
#include <string>

/// Owners of OpenSSL's handles, for this folder's *.cpp only.
namespace pishkhan::protocol {

template <auto release>
struct Releases {
  template <class T>
  void operator()(T* handle) const {
    release(handle);
  }
};
using Bio = std::unique_ptr<BIO, Releases<BIO_free_all>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Releases<EVP_PKEY_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Releases<ECDSA_SIG_free>>;

constexpr std::size_t largest_key_file = 8192;
constexpr std::size_t largest_der_signature = 80;

[[nodiscard]] bool is_p256(EVP_PKEY* key);
/// For OpenSSL's readers: a passphrase is never asked for, because a kiosk starts with nobody there.
int no_passphrase(char*, int, int, void*);
[[nodiscard]] KeyFault as_key_fault(PrivateFileFault fault);
[[nodiscard]] std::string text_of(BIO* bio);

}  // namespace pishkhan::protocol
