#include "offline-queue/protocol/tpm.h"

#include "base/core/ensure.h"

#include <openssl/err.h>
#include <openssl/provider.h>

namespace pishkhan::protocol {

Result<std::unique_ptr<TpmContext>, KeyFault> TpmContext::open() {
  std::unique_ptr<TpmContext> opened(new TpmContext());
  opened->context_ = OSSL_LIB_CTX_new();
  ENSURE(opened->context_ != nullptr, "memory for a library context");
  opened->common_ = OSSL_PROVIDER_load(opened->context_, "default");
  ENSURE(opened->common_ != nullptr, "OpenSSL has its default provider");
  opened->tpm_ = OSSL_PROVIDER_load(opened->context_, "tpm2");
  if (opened->tpm_ == nullptr) {
    ERR_clear_error();
    return fail(KeyFault::NoTpm);
  }
  return opened;
}

TpmContext::~TpmContext() {
  if (tpm_ != nullptr) OSSL_PROVIDER_unload(tpm_);
  if (common_ != nullptr) OSSL_PROVIDER_unload(common_);
  OSSL_LIB_CTX_free(context_);
}

}  // namespace pishkhan::protocol
