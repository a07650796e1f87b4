#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/signing_key.h"

#include <memory>

struct ossl_lib_ctx_st;  // OpenSSL's OSSL_LIB_CTX
struct ossl_provider_st;

namespace pishkhan::protocol {

/// A library context of OpenSSL's in which the TPM's provider is loaded beside the default one, with a
/// connection to the TPM of its own. Apart from the process's own context, so that nothing else (a hash, a
/// random number, a key of TLS) is ever made by the chip, which is slow and has room for three keys. Thread:
/// one at a time.
class TpmContext {
 public:
  /// NoTpm: the provider is not installed, or no TPM answers.
  [[nodiscard]] static Result<std::unique_ptr<TpmContext>, KeyFault> open();
  ~TpmContext();
  TpmContext(const TpmContext&) = delete;
  TpmContext& operator=(const TpmContext&) = delete;
  [[nodiscard]] ossl_lib_ctx_st* get() const { return context_; }

 private:
  TpmContext() = default;
  ossl_lib_ctx_st* context_ = nullptr;
  ossl_provider_st* common_ = nullptr;
  ossl_provider_st* tpm_ = nullptr;
};

/// Only the TPM's own implementations.
constexpr const char* tpm_only = "provider=tpm2";

}  // namespace pishkhan::protocol
