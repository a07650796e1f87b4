// Profiles are taken from nobody but the municipality.
#include "drivers/card-reader/profiles.h"
#include "offline-queue/protocol/signing_key.h"
#include "tests/card-reading/card_bench.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace pishkhan::card {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() { fs::create_directories(path_); }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary | std::ios::trunc) << text;
  }
  /// Copies a shipped profile and signs it.
  void sign(const std::string& id, const protocol::SigningKey& key) const {
    const auto text = read_data_file("assets/cards/" + id + ".json", Profiles::most_bytes);
    REQUIRE(text);
    write(id + ".json", *text);
    write(id + ".json.sig", to_hex(key.sign(ProfileKey::signed_form(as_bytes(*text)))) + "\n");
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_ = fs::temp_directory_path() / ("pishkhan-cards-" + to_hex(SystemRandom().bytes<6>()));
};

ProfileKey public_half(const protocol::SigningKey& key) {
  auto made = ProfileKey::from_pem(key.verifying_key().pem());
  REQUIRE(made);
  return std::move(*made);
}

/// As `openssl dgst -sign` writes it.
Bytes as_der(ByteView halves) {
  const auto half = [&](std::size_t from) {
    Bytes number(halves.begin() + static_cast<std::ptrdiff_t>(from),
                 halves.begin() + static_cast<std::ptrdiff_t>(from + 32));
    while (number.size() > 1 && number[0] == 0 && number[1] < 0x80) number.erase(number.begin());
    if (number[0] >= 0x80) number.insert(number.begin(), 0);
    number.insert(number.begin(), {0x02, static_cast<std::uint8_t>(number.size())});
    return number;
  };
  Bytes der = half(0);
  const Bytes second = half(32);
  der.insert(der.end(), second.begin(), second.end());
  der.insert(der.begin(), {0x30, static_cast<std::uint8_t>(der.size())});
  return der;
}

TEST_CASE("signed profiles are loaded, citizens' cards first") {
  const auto city = protocol::SigningKey::generate();
  const Folder folder;
  for (const char* id : {"bank-card", "citizen-card", "pkcs15", "staff-card"}) folder.sign(id, city);
  const Profiles profiles = Profiles::load(folder.path(), public_half(city));
  CHECK(profiles.refused().empty());
  REQUIRE(profiles.all().size() == 4);
  CHECK(profiles.all()[0].id == "citizen-card");
  CHECK(profiles.all()[1].id == "staff-card");
  CHECK(profiles.all()[2].id == "bank-card");
  CHECK(profiles.all()[3].id == "pkcs15");
}

TEST_CASE("unsigned, wrongly signed and changed profiles are refused, and told") {
  const auto city = protocol::SigningKey::generate();
  const auto stranger = protocol::SigningKey::generate();
  const Folder folder;
  folder.sign("citizen-card", city);
  folder.sign("staff-card", stranger);
  folder.sign("piv", city);
  folder.sign("pkcs15", city);
  folder.sign("bank-card", city);
  fs::remove(folder.path() / "piv.json.sig");
  folder.write("bank-card.json.sig", "00\n");
  std::ofstream(folder.path() / "pkcs15.json", std::ios::app) << ' ';
  // Signed, but over the file alone, without the line that says what is signed.
  folder.write("other.json", "{}");
  folder.write("other.json.sig", to_hex(city.sign(as_bytes("{}"))));
  folder.write("wrong.json", "{}");
  folder.write("wrong.json.sig", to_hex(city.sign(ProfileKey::signed_form(as_bytes("{}")))));
  const Profiles profiles = Profiles::load(folder.path(), public_half(city));
  REQUIRE(profiles.all().size() == 1);
  CHECK(profiles.all()[0].id == "citizen-card");
  std::string told;
  for (const auto& refused : profiles.refused()) told += describe(refused) + "\n";
  CHECK(told ==
        "bank-card.json: not signed by the municipality's key\n"
        "other.json: not signed by the municipality's key\n"
        "piv.json: unsigned\n"
        "pkcs15.json: not signed by the municipality's key\n"
        "staff-card.json: not signed by the municipality's key\n"
        "wrong.json: missing-field: format: 1 to 1\n");
}

TEST_CASE("every flipped bit of a profile or of its signature is seen") {
  const auto city = protocol::SigningKey::generate();
  const ProfileKey key = public_half(city);
  Bytes profile(200);
  SeededRandom(1).fill(profile);
  const auto signature = city.sign(ProfileKey::signed_form(profile));
  Bytes held(signature.begin(), signature.end());
  CHECK(key.verify(profile, held));
  for (Bytes* bytes : {&profile, &held}) {
    for (std::size_t i = 0; i < bytes->size(); ++i) {
      (*bytes)[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      CHECK_FALSE(key.verify(profile, held));
      (*bytes)[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    }
  }
  const Bytes der = as_der(held);
  CHECK(key.verify(profile, der));
  for (std::size_t length = 0; length < der.size(); ++length)
    CHECK_FALSE(key.verify(profile, ByteView(der).first(length)));
  held.pop_back();
  CHECK_FALSE(key.verify(profile, held));
  CHECK_FALSE(key.verify(profile, {}));
  CHECK_FALSE(ProfileKey::from_pem("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"));
}

TEST_CASE("no folder is no profile") {
  const auto city = protocol::SigningKey::generate();
  const Profiles profiles = Profiles::load("/nonexistent", public_half(city));
  CHECK(profiles.all().empty());
  CHECK(profiles.refused().empty());
}

}  // namespace
}  // namespace pishkhan::card
