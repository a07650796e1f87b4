#include "drivers/card-reader/profiles.h"

#include "base/core/data_files.h"

#include <algorithm>
#include <utility>

namespace pishkhan::card {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_signature_text = 256;

/// The signature beside a file, or nothing.
std::optional<Bytes> signature_of(const fs::path& file) {
  fs::path beside = file;
  beside += ".sig";
  auto text = read_data_file(beside, most_signature_text);
  if (!text) return std::nullopt;
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return from_hex(*text).value_or(Bytes{});
}

Result<Profile, Profiles::Refused> load_one(const fs::path& file, const ProfileKey& key) {
  using Refusal = Profiles::Refusal;
  const std::string name = file.filename().string();
  const auto text = read_data_file(file, Profiles::most_bytes);
  if (!text) return fail(Profiles::Refused{name, Refusal::Faulty, text.error()});
  const auto signature = signature_of(file);
  if (!signature) return fail(Profiles::Refused{name, Refusal::Unsigned, {}});
  // Before a byte of it is understood.
  if (!key.verify(as_bytes(*text), *signature)) return fail(Profiles::Refused{name, Refusal::WrongSigned, {}});
  auto profile = parse_profile(file.stem().string(), *text);
  if (!profile) return fail(Profiles::Refused{name, Refusal::Faulty, profile.error()});
  return std::move(*profile);
}

}  // namespace

Profiles::Profiles(std::vector<Profile> profiles) : profiles_(std::move(profiles)) {
  std::ranges::stable_sort(profiles_, {}, &Profile::kind);
}

Profiles Profiles::load(const fs::path& folder, const ProfileKey& key) {
  std::vector<Profile> good;
  std::vector<Refused> bad;
  for (const fs::path& file : data_files(folder, most_files)) {
    auto profile = load_one(file, key);
    if (profile)
      good.push_back(std::move(*profile));
    else
      bad.push_back(profile.error());
  }
  Profiles profiles(std::move(good));
  profiles.refused_ = std::move(bad);
  return profiles;
}

std::string describe(const Profiles::Refused& refused) {
  switch (refused.why) {
    case Profiles::Refusal::Unsigned:
      return refused.file + ": unsigned";
    case Profiles::Refusal::WrongSigned:
      return refused.file + ": not signed by the municipality's key";
    case Profiles::Refusal::Faulty:
      break;
  }
  return refused.file + ": " + describe(refused.fault);
}

}  // namespace pishkhan::card
