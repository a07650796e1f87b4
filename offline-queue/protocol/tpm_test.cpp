#include "offline-queue/protocol/test_tpm.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

using namespace pishkhan;
using namespace pishkhan::protocol;
using protocol::testing::SoftwareTpm;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

template <class Work>
long median_us(int times, const Work& work) {
  std::vector<long> spans;
  for (int i = 0; i < times; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const auto span = std::chrono::steady_clock::now() - begin;
    spans.push_back(static_cast<long>(std::chrono::duration_cast<std::chrono::microseconds>(span).count()));
  }
  std::nth_element(spans.begin(), spans.begin() + times / 2, spans.end());
  return spans[static_cast<std::size_t>(times / 2)];
}

}  // namespace

TEST_CASE("a key made by a TPM signs, is saved for that TPM only, and comes back after the power was off") {
  SoftwareTpm tpm;
  if (!tpm.works()) {
    MESSAGE(SoftwareTpm::missing);
    return;
  }
  const auto file = tpm.folder() / "signing.pem";
  PublicPoint point{};
  {
    const auto made = SigningKey::generate_in_tpm();
    REQUIRE(made.has_value());
    CHECK(made->place() == KeyPlace::Tpm);
    const auto signature = made->try_sign(as_bytes("words"));
    REQUIRE(signature.has_value());
    CHECK(made->verifying_key().verify(as_bytes("words"), *signature));
    CHECK_FALSE(made->verifying_key().verify(as_bytes("other words"), *signature));
    point = made->verifying_key().point();
    REQUIRE(made->save(file).has_value());
    CHECK(made->save(file).error() == KeyFault::AlreadyThere);
  }
  tpm.restart();
  const auto loaded = SigningKey::load(file, KeyPlace::Tpm);
  REQUIRE(loaded.has_value());
  const VerifyingKey verifying = loaded->verifying_key();
  CHECK(verifying.point() == point);
  for (int i = 0; i < 20; ++i) {
    const std::string words = "words " + std::to_string(i);
    CHECK(verifying.verify(as_bytes(words), loaded->sign(as_bytes(words))));
  }
  const SigningKey in_memory = SigningKey::generate();
  const long tpm_us = median_us(100, [&] { static_cast<void>(loaded->sign(as_bytes("words"))); });
  const long memory_us = median_us(100, [&] { static_cast<void>(in_memory.sign(as_bytes("words"))); });
  MESSAGE("a signature: software TPM ", tpm_us, " us, key in memory ", memory_us, " us");
}

TEST_CASE("places are not mixed up: what is configured is what is used") {
  SoftwareTpm tpm;
  if (!tpm.works()) {
    MESSAGE(SoftwareTpm::missing);
    return;
  }
  REQUIRE(SigningKey::generate_in_tpm()->save(tpm.folder() / "chip.pem").has_value());
  REQUIRE(SigningKey::generate().save(tpm.folder() / "plain.pem").has_value());
  CHECK(SigningKey::load(tpm.folder() / "chip.pem").error() == KeyFault::WrongKind);
  CHECK(SigningKey::load(tpm.folder() / "plain.pem", KeyPlace::Tpm).error() == KeyFault::WrongKind);
  CHECK(SigningKey::load(tpm.folder() / "none.pem", KeyPlace::Tpm).error() == KeyFault::Missing);
  const std::string whole = text_of(tpm.folder() / "chip.pem");
  for (std::size_t length = 0; length < whole.size() - 1; length += 7) {
    std::ofstream(tpm.folder() / "cut.pem", std::ios::trunc) << whole.substr(0, length);
    CHECK_FALSE(SigningKey::load(tpm.folder() / "cut.pem", KeyPlace::Tpm).has_value());
  }
}

TEST_CASE("another TPM cannot use the key, and no TPM is told as such") {
  const auto kept = std::filesystem::temp_directory_path() / ("pishkhan-chip-" + std::to_string(::getpid()));
  {
    SoftwareTpm first;
    if (!first.works()) {
      MESSAGE(SoftwareTpm::missing);
      return;
    }
    REQUIRE(SigningKey::generate_in_tpm()->save(kept).has_value());
    CHECK(SigningKey::load(kept, KeyPlace::Tpm).has_value());
  }
  CHECK(SigningKey::load(kept, KeyPlace::Tpm).error() == KeyFault::NoTpm);
  CHECK(SigningKey::generate_in_tpm().error() == KeyFault::NoTpm);
  {
    const SoftwareTpm second;
    REQUIRE(second.works());
    CHECK(SigningKey::load(kept, KeyPlace::Tpm).error() == KeyFault::TpmFailed);
  }
  std::filesystem::remove(kept);
}

TEST_CASE("a TPM that fails in the middle is a fault, not the end of the process") {
  SoftwareTpm tpm;
  if (!tpm.works()) {
    MESSAGE(SoftwareTpm::missing);
    return;
  }
  const auto key = SigningKey::generate_in_tpm();
  REQUIRE(key.has_value());
  tpm.restart();  // the key's place in the chip is lost, and its connection with it
  CHECK(key->try_sign(as_bytes("words")).error() == KeyFault::TpmFailed);
}

TEST_CASE("OpenSSL's own code signs with either kind of key: a certificate request") {
  SoftwareTpm tpm;
  if (!tpm.works()) {
    MESSAGE(SoftwareTpm::missing);
    return;
  }
  auto key = SigningKey::generate_in_tpm();
  REQUIRE(key.has_value());
  SUBCASE("from a TPM") {}
  SUBCASE("in memory") {
    *key = SigningKey::generate();
  }
  const KeyHandle handle = key->for_openssl();
  const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> request(X509_REQ_new(), X509_REQ_free);
  REQUIRE(X509_REQ_set_pubkey(request.get(), handle.get()) == 1);
  CHECK(X509_REQ_sign(request.get(), handle.get(), EVP_sha256()) > 0);
  CHECK(X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) == 1);
}
