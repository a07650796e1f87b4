#include "offline-queue/protocol/envelope.h"

#include "offline-queue/protocol/private_file.h"
#include "offline-queue/protocol/sodium.h"

#include <sodium.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace pishkhan::protocol {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t x25519_sealed_box = 1;
constexpr std::size_t head_bytes = 6;
constexpr std::size_t length_bytes = 4;
constexpr std::size_t smallest_bucket = 1024;
constexpr std::size_t largest_bucket = 65536;

Bytes envelope_head(std::uint32_t key_id) {
  Bytes head;
  ByteWriter out(head);
  out.u8(version);
  out.u8(x25519_sealed_box);
  out.be32(key_id);
  return head;
}

}  // namespace

OpeningKey OpeningKey::generate(std::uint32_t id) {
  initialise_sodium();
  OpeningKey key;
  key.public_.id = id;
  key.secret_ = SecretBytes(crypto_box_SECRETKEYBYTES);
  key.secret_.resize(crypto_box_SECRETKEYBYTES);
  crypto_box_keypair(key.public_.public_key.data(), key.secret_.data());
  return key;
}

Result<OpeningKey, EnvelopeFault> OpeningKey::load(const std::filesystem::path& file) {
  initialise_sodium();
  const auto content = read_private_file(file, 4096);
  if (!content) return fail(EnvelopeFault::KeyFile);
  const auto json = nlohmann::json::parse(as_text(content->view()), nullptr, false);
  if (!json.is_object() || json.size() != 3 || !json.contains("algorithm") || json["algorithm"] != "x25519") {
    return fail(EnvelopeFault::KeyFile);
  }
  if (!json.contains("id") || !json["id"].is_number_unsigned() ||
      json["id"].get<std::uint64_t>() > 0xFFFFFFFFU || !json.contains("secret") ||
      !json["secret"].is_string()) {
    return fail(EnvelopeFault::KeyFile);
  }
  auto secret = from_hex(json["secret"].get_ref<const std::string&>());
  if (!secret || secret->size() != crypto_box_SECRETKEYBYTES) return fail(EnvelopeFault::KeyFile);
  OpeningKey key;
  key.public_.id = json["id"].get<std::uint32_t>();
  key.secret_ = SecretBytes(crypto_box_SECRETKEYBYTES);
  key.secret_.append(*secret);
  wipe(secret->data(), secret->size());
  if (crypto_scalarmult_base(key.public_.public_key.data(), key.secret_.data()) != 0) {
    return fail(EnvelopeFault::KeyFile);
  }
  return key;
}

Result<void, EnvelopeFault> OpeningKey::save(const std::filesystem::path& file) const {
  SecretBytes text(256);
  std::string hex = to_hex(secret_.view());
  text.append("{\"algorithm\": \"x25519\", \"id\": " + std::to_string(public_.id) + ", \"secret\": \"");
  text.append(hex);
  text.append("\"}\n");
  wipe(hex.data(), hex.size());
  if (!write_private_file(file, text.view())) return fail(EnvelopeFault::KeyFile);
  return {};
}

std::size_t size_bucket(std::size_t plain_bytes) {
  std::size_t bucket = smallest_bucket;
  while (bucket < plain_bytes) bucket *= 2;
  return bucket;
}

Result<Bytes, EnvelopeFault> seal(ByteView body, const OpeningPublicKey& key) {
  initialise_sodium();
  if (body.size() > largest_bucket - head_bytes - length_bytes) return fail(EnvelopeFault::TooLarge);
  const Bytes head = envelope_head(key.id);
  const std::size_t bucket = size_bucket(head_bytes + length_bytes + body.size());
  SecretBytes plain(bucket);
  Bytes length;
  ByteWriter(length).be32(static_cast<std::uint32_t>(body.size()));
  plain.append(head);
  plain.append(length);
  plain.append(body);
  plain.resize(bucket);
  Bytes envelope = head;
  envelope.resize(head_bytes + crypto_box_SEALBYTES + bucket);
  if (crypto_box_seal(envelope.data() + head_bytes, plain.view().data(), plain.size(), key.public_key.data()) !=
      0) {
    return fail(EnvelopeFault::BadKey);
  }
  return envelope;
}

Result<std::uint32_t, EnvelopeFault> opening_key_id(ByteView envelope) {
  ByteReader in(envelope);
  const std::uint8_t found_version = in.u8();
  const std::uint8_t algorithm = in.u8();
  const std::uint32_t id = in.be32();
  if (!in.ok() || found_version != version || algorithm != x25519_sealed_box) {
    return fail(EnvelopeFault::Malformed);
  }
  return id;
}

Result<SecretBytes, EnvelopeFault> open(ByteView envelope, std::span<const OpeningKey> keys) {
  initialise_sodium();
  const auto id = opening_key_id(envelope);
  if (!id) return fail(id.error());
  const auto key = std::find_if(keys.begin(), keys.end(),
                                [&](const OpeningKey& candidate) { return candidate.public_part().id == *id; });
  if (key == keys.end()) return fail(EnvelopeFault::OtherKey);
  constexpr std::size_t overhead = head_bytes + crypto_box_SEALBYTES;
  if (envelope.size() < overhead + smallest_bucket || envelope.size() > overhead + largest_bucket) {
    return fail(EnvelopeFault::Damaged);
  }
  const ByteView sealed = envelope.subspan(head_bytes);
  SecretBytes plain(sealed.size() - crypto_box_SEALBYTES);
  plain.resize(sealed.size() - crypto_box_SEALBYTES);
  if (crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), key->public_part().public_key.data(),
                           key->secret().data()) != 0) {
    return fail(EnvelopeFault::Damaged);
  }
  ByteReader in(plain.view());
  const ByteView head = in.bytes(head_bytes);
  const std::uint32_t length = in.be32();
  const ByteView body = in.bytes(length);
  if (!in.ok() || !std::equal(head.begin(), head.end(), envelope.begin()) ||
      plain.size() != size_bucket(head_bytes + length_bytes + length)) {
    return fail(EnvelopeFault::Damaged);
  }
  const ByteView padding = in.bytes(in.remaining());
  if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte != 0; })) {
    return fail(EnvelopeFault::Damaged);
  }
  SecretBytes result(body.size());
  result.append(body);
  return result;
}

}  // namespace pishkhan::protocol
