#include "kiosk/demo/city_cards.h"

#include "base/core/base64.h"
#include "base/core/data_files.h"
#include "drivers/card-reader/profiles.h"
#include "offline-queue/protocol/signing_key.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>

namespace pishkhan::demo {

namespace fs = std::filesystem;

namespace {

bool write(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  return stream.good();
}

/// The municipality's own copy of a shipped profile: its authority entered, and signed.
bool sign_profile(const fs::path& from, const fs::path& to, const Bytes& authority,
                  const protocol::SigningKey& city) {
  const auto text = read_data_file(from, card::Profiles::most_bytes);
  auto profile = nlohmann::ordered_json::parse(text ? *text : "", nullptr, false);
  if (profile.is_discarded()) return false;
  if (profile.contains("proof")) profile["proof"]["authorities"] = {to_base64(authority)};
  const std::string own = profile.dump(2) + "\n";
  const auto signature = city.sign(card::ProfileKey::signed_form(as_bytes(own)));
  return write(to, own) && write(to.string() + ".sig", to_hex(signature) + "\n");
}

}  // namespace

std::unique_ptr<CityCards> CityCards::issue(const fs::path& folder, const fs::path& city_key) {
  const auto key = protocol::SigningKey::load(city_key);
  if (!key) return nullptr;
  std::unique_ptr<CityCards> cards(new CityCards(folder));
  std::error_code error;
  fs::create_directories(folder, error);
  for (const fs::path& file : data_files(fs::path(PISHKHAN_ASSETS) / "cards", card::Profiles::most_files)) {
    if (!sign_profile(file, folder / file.filename(), cards->authority_.certificate(), *key)) return nullptr;
  }
  return cards;
}

std::unique_ptr<simulated::CitizenCard> CityCards::citizen(const simulated::CardHolder& holder) const {
  return std::make_unique<simulated::CitizenCard>(holder, authority_);
}

std::unique_ptr<simulated::StaffCard> CityCards::staff() const {
  return std::make_unique<simulated::StaffCard>(simulated::StaffMember{}, authority_);
}

std::unique_ptr<simulated::CitizenCard> CityCards::copied() const {
  return simulated::CitizenCard::forged(*citizen(), simulated::Forgery::OtherKey);
}

}  // namespace pishkhan::demo
