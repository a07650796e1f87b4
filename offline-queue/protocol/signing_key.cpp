#include "offline-queue/protocol/signing_key.h"

#include "base/core/ensure.h"
#include "offline-queue/protocol/openssl_handles.h"
#include "offline-queue/protocol/signing_key_parts.h"

#include <openssl/err.h>
#include <openssl/pem.h>

namespace pishkhan::protocol {
namespace {

bool is_tss2(ByteView pem) {
  return as_text(pem).find("-----BEGIN TSS2 PRIVATE KEY-----") != std::string_view::npos;
}

EVP_PKEY* read_key(ByteView pem, OSSL_LIB_CTX* context, const char* properties) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EVP_PKEY* key = PEM_read_bio_PrivateKey_ex(bio.get(), nullptr, no_passphrase, nullptr, context, properties);
  ERR_clear_error();
  return key;
}

}  // namespace

SigningKey::SigningKey(std::unique_ptr<Private> parts) : private_(std::move(parts)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

SigningKey SigningKey::generate() {
  KeyHandle key(EVP_EC_gen("P-256"));
  ENSURE(key, "OpenSSL makes a P-256 key");
  return SigningKey(std::unique_ptr<Private>(new Private{nullptr, std::move(key)}));
}

Result<SigningKey, KeyFault> SigningKey::generate_in_tpm() {
  auto tpm = TpmContext::open();
  if (!tpm) return fail(tpm.error());
  const KeyContext context(EVP_PKEY_CTX_new_from_name((*tpm)->get(), "EC", tpm_only));
  EVP_PKEY* made = nullptr;
  const bool done = context && EVP_PKEY_keygen_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_group_name(context.get(), "P-256") == 1 &&
                    EVP_PKEY_generate(context.get(), &made) == 1;
  ERR_clear_error();
  if (!done) return fail(KeyFault::TpmFailed);
  return SigningKey(std::unique_ptr<Private>(new Private{std::move(*tpm), KeyHandle(made)}));
}

Result<SigningKey, KeyFault> SigningKey::load(const std::filesystem::path& file, KeyPlace place) {
  const auto content = read_private_file(file, largest_key_file);
  if (!content) return fail(as_key_fault(content.error()));
  if (is_tss2(content->view()) != (place == KeyPlace::Tpm)) {
    const bool some_key = as_text(content->view()).find("PRIVATE KEY-----") != std::string_view::npos;
    return fail(some_key ? KeyFault::WrongKind : KeyFault::Unreadable);
  }
  auto parts = std::make_unique<Private>();
  if (place == KeyPlace::Tpm) {
    auto tpm = TpmContext::open();
    if (!tpm) return fail(tpm.error());
    parts->tpm = std::move(*tpm);
    parts->key.reset(read_key(content->view(), parts->tpm->get(), tpm_only));
    if (!parts->key) return fail(KeyFault::TpmFailed);
  } else {
    parts->key.reset(read_key(content->view(), nullptr, nullptr));
    if (!parts->key) return fail(KeyFault::Unreadable);
  }
  if (!is_p256(parts->key.get())) return fail(KeyFault::WrongKind);
  return SigningKey(std::move(parts));
}

Result<void, KeyFault> SigningKey::save(const std::filesystem::path& file) const {
  const Bio bio(BIO_new(BIO_s_secmem()));
  ENSURE(PEM_write_bio_PrivateKey(bio.get(), private_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
         "a private key can be written");
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  const auto written = write_private_file(file, as_bytes({text, static_cast<std::size_t>(length)}));
  if (!written) return fail(as_key_fault(written.error()));
  return {};
}

std::size_t SigningKey::Private::sign_digest(ByteView digest, std::span<std::uint8_t> der) const {
  // The digest is made here and not by EVP_DigestSign, for which the provider would have the TPM do the
  // hashing.
  const KeyContext context(
      EVP_PKEY_CTX_new_from_pkey(tpm ? tpm->get() : nullptr, key.get(), tpm ? tpm_only : nullptr));
  std::size_t length = der.size();
  const bool done = context && EVP_PKEY_sign_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_sign(context.get(), der.data(), &length, digest.data(), digest.size()) == 1;
  if (!done) ERR_clear_error();
  return done ? length : 0;
}

Result<Signature, KeyFault> SigningKey::try_sign(ByteView message) const {
  std::array<std::uint8_t, 32> digest{};
  unsigned int digest_bytes = 0;
  ENSURE(EVP_Digest(message.data(), message.size(), digest.data(), &digest_bytes, EVP_sha256(), nullptr) == 1 &&
             digest_bytes == digest.size(),
         "OpenSSL has SHA-256");
  std::array<std::uint8_t, largest_der_signature> der{};
  const std::size_t length = private_->sign_digest(digest, der);
  ENSURE(length != 0 || private_->tpm != nullptr, "a key in memory signs");
  if (length == 0) return fail(KeyFault::TpmFailed);
  const unsigned char* start = der.data();
  const EcdsaSignature parts(d2i_ECDSA_SIG(nullptr, &start, static_cast<long>(length)));
  Signature signature{};
  if (!parts || BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), signature.data(), 32) != 32 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), signature.data() + 32, 32) != 32) {
    return fail(KeyFault::TpmFailed);
  }
  return signature;
}

Signature SigningKey::sign(ByteView message) const {
  const auto signature = try_sign(message);
  ENSURE(signature.has_value(), "the key signs");
  return *signature;
}

VerifyingKey SigningKey::verifying_key() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  ENSURE(PEM_write_bio_PUBKEY(bio.get(), private_->key.get()) == 1, "a public key can be written");
  auto key = VerifyingKey::from_pem(text_of(bio.get()));
  ENSURE(key.has_value(), "what was written can be read");
  return std::move(*key);
}

KeyPlace SigningKey::place() const {
  return private_->tpm ? KeyPlace::Tpm : KeyPlace::File;
}

}  // namespace pishkhan::protocol
