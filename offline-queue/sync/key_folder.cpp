#include "offline-queue/sync/key_folder.h"

#include "base/core/personal.h"
#include "offline-queue/protocol/device_secret.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <utility>

namespace pishkhan::sync {
namespace {

namespace fs = std::filesystem;
using namespace protocol;

constexpr int highest_number = 1'000'000;

KeyFolderFault fault_of(store::FileFault fault) {
  return fault == store::FileFault::DiskFull ? KeyFolderFault::DiskFull : KeyFolderFault::IoError;
}

std::optional<int> number_in(ByteView line) {
  std::string_view text = as_text(line);
  if (text.empty() || text.back() != '\n') return std::nullopt;
  text.remove_suffix(1);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number >= 1 && number <= highest_number ? std::optional(number) : std::nullopt;
}

}  // namespace

KeyFolder::KeyFolder(fs::path folder, store::Files* files) : folder_(std::move(folder)), files_(files) {
  if (files_ != nullptr) return;
  own_files_ = store::system_files();
  files_ = own_files_.get();
}

KeySet KeyFolder::set(int number) {
  KeySet set;
  set.number = number;
  const std::string mark = number == 0 ? "" : "." + std::to_string(number);
  set.authority = folder_ / ("authority" + mark + ".pem");
  set.certificate = folder_ / ("tls" + mark + ".pem");
  set.signing_key = folder_ / ("signing" + mark + ".pem");
  set.enrolment = folder_ / ("enrolment" + mark + ".json");
  set.device_secret = folder_ / "device.secret";
  set.tls_key = set.signing_key;
  const auto own =
      number == 0 ? files_->size(folder_ / "tls.key") : Result<std::optional<std::size_t>, store::FileFault>();
  if (own && own->has_value()) set.tls_key = folder_ / "tls.key";
  return set;
}

Result<int, KeyFolderFault> KeyFolder::current_number() {
  const auto line = files_->read(folder_ / "current");
  if (!line) return fail(fault_of(line.error()));
  if (!line->has_value()) return 0;
  const auto number = number_in(**line);
  return number ? Result<int, KeyFolderFault>(*number) : fail(KeyFolderFault::Damaged);
}

Result<KeySet, KeyFolderFault> KeyFolder::current() {
  const auto number = current_number();
  if (!number) return fail(number.error());
  KeySet found = set(*number);
  const auto there = files_->size(found.enrolment);
  if (!there) return fail(fault_of(there.error()));
  if (there->has_value()) return found;
  return fail(*number == 0 ? KeyFolderFault::NotEnrolled : KeyFolderFault::Damaged);
}

std::optional<Bytes> KeyFolder::bytes_of(const fs::path& file) {
  auto read = files_->read(file);
  return read ? std::move(*read) : std::nullopt;
}

std::optional<Enrolment> KeyFolder::enrolment_of(const KeySet& set) {
  const auto bytes = bytes_of(set.enrolment);
  if (!bytes) return std::nullopt;
  auto enrolment = Enrolment::parse(as_text(*bytes), built_demo_policy());
  return enrolment ? std::optional(std::move(*enrolment)) : std::nullopt;
}

std::vector<KeySet> KeyFolder::earlier(const Enrolment& now) {
  std::vector<KeySet> found;
  std::vector<std::pair<int, int>> seen{{now.kiosk, now.epoch}};
  const auto newest = current_number();
  for (int number = newest.value_or(0); number >= 0; --number) {
    const KeySet one = set(number);
    const auto enrolment = enrolment_of(one);
    if (!enrolment) continue;
    const std::pair<int, int> epoch{enrolment->kiosk, enrolment->epoch};
    if (std::find(seen.begin(), seen.end(), epoch) != seen.end()) continue;
    seen.push_back(epoch);
    found.push_back(one);
  }
  return found;
}

Result<SigningKey, KeyFolderFault> KeyFolder::pending_key(KeyPlace place) {
  const fs::path pending = folder_ / "pending.pem";
  if (auto before = SigningKey::load(pending, place)) return std::move(*before);
  auto made = place == KeyPlace::Tpm ? SigningKey::generate_in_tpm()
                                     : Result<SigningKey, KeyFault>(SigningKey::generate());
  if (!made) return fail(KeyFolderFault::NoKey);
  const fs::path making = folder_ / "pending.making";
  if (auto removed = files_->remove(making); !removed) return fail(fault_of(removed.error()));
  if (!made->save(making)) return fail(KeyFolderFault::IoError);
  if (auto named = files_->rename(making, pending); !named) return fail(fault_of(named.error()));
  if (auto synced = files_->sync_folder(folder_); !synced) return fail(fault_of(synced.error()));
  return std::move(*made);
}

Result<bool, KeyFolderFault> KeyFolder::finish_interrupted() {
  auto pending = bytes_of(folder_ / "pending.pem");
  const auto now = current();
  auto used = now ? bytes_of(now->signing_key) : std::nullopt;
  const bool same = pending && used && *pending == *used;
  if (pending) wipe(pending->data(), pending->size());
  if (used) wipe(used->data(), used->size());
  if (!same) return false;
  if (auto removed = files_->remove(folder_ / "pending.pem"); !removed) return fail(fault_of(removed.error()));
  if (auto synced = files_->sync_folder(folder_); !synced) return fail(fault_of(synced.error()));
  return true;
}

/// What an interrupted attempt left under the name goes first: writing in place would leave its end.
Result<void, KeyFolderFault> KeyFolder::replace(const fs::path& file, ByteView bytes) {
  if (auto removed = files_->remove(file); !removed) return fail(fault_of(removed.error()));
  if (auto written = files_->write_synced(file, 0, bytes); !written) return fail(fault_of(written.error()));
  return {};
}

Result<void, KeyFolderFault> KeyFolder::ensure_device_secret(Random& random) {
  const fs::path file = folder_ / "device.secret";
  if (DeviceSecret::load(file)) return {};
  const auto there = files_->size(file);
  if (!there) return fail(fault_of(there.error()));
  // One that is there and cannot be read may be needed for receipts that were given out: staff must look.
  if (there->has_value()) return fail(KeyFolderFault::Damaged);
  const fs::path making = folder_ / "device.making";
  if (auto removed = files_->remove(making); !removed) return fail(fault_of(removed.error()));
  if (!DeviceSecret::generate(random).save(making)) return fail(KeyFolderFault::IoError);
  if (auto named = files_->rename(making, file); !named) return fail(fault_of(named.error()));
  return {};
}

Result<KeySet, KeyFolderFault> KeyFolder::take(std::string_view authority_pem, std::string_view certificate_pem,
                                               std::string_view enrolment_json, Whose whose, Random& random) {
  const auto before = current_number();
  if (!before) return fail(before.error());
  const KeySet old = set(*before);
  const KeySet made = set(*before + 1);
  if (auto secret = ensure_device_secret(random); !secret) return fail(secret.error());
  auto key = bytes_of(whose == Whose::Pending ? folder_ / "pending.pem" : old.signing_key);
  if (!key) return fail(KeyFolderFault::NoKey);
  auto kept = replace(made.signing_key, *key);
  wipe(key->data(), key->size());
  if (kept) kept = replace(made.authority, as_bytes(authority_pem));
  if (kept) kept = replace(made.certificate, as_bytes(certificate_pem));
  if (kept) kept = replace(made.enrolment, as_bytes(enrolment_json));
  const std::string line = std::to_string(made.number) + "\n";
  const fs::path making = folder_ / "current.making";
  if (kept) kept = replace(making, as_bytes(line));
  if (!kept) return fail(kept.error());
  // The names first, then the one step that counts.
  if (auto synced = files_->sync_folder(folder_); !synced) return fail(fault_of(synced.error()));
  if (auto named = files_->rename(making, folder_ / "current"); !named) return fail(fault_of(named.error()));
  if (auto synced = files_->sync_folder(folder_); !synced) return fail(fault_of(synced.error()));
  // From here on it holds, whatever fails.
  if (whose == Whose::Pending) static_cast<void>(finish_interrupted());
  remove_superseded(made);
  return made;
}

/// Earlier certificates of the same key, kiosk and epoch. The key itself is in the new set, byte for byte.
void KeyFolder::remove_superseded(const KeySet& now) {
  const auto enrolment = enrolment_of(now);
  auto key = bytes_of(now.signing_key);
  if (!enrolment || !key) return;
  for (int number = now.number - 1; number >= 1; --number) {
    const KeySet old = set(number);
    const auto before = enrolment_of(old);
    auto old_key = bytes_of(old.signing_key);
    // Without a key it is what the power left of such a removal.
    const bool same_key = !old_key || *old_key == *key;
    if (old_key) wipe(old_key->data(), old_key->size());
    const bool same = before && before->kiosk == enrolment->kiosk && before->epoch == enrolment->epoch;
    if (!same || !same_key) continue;
    // The enrolment last: without it nobody looks for the others again.
    for (const fs::path& file : {old.certificate, old.authority, old.signing_key, old.enrolment}) {
      if (!files_->remove(file)) break;
    }
  }
  wipe(key->data(), key->size());
}

fs::path queue_folder(const fs::path& data, const KeySet& set, const Enrolment& enrolment) {
  // The set without a number is the one that the folder itself belongs to; so are its renewals.
  const auto plain = Enrolment::load(set.enrolment.parent_path() / "enrolment.json", built_demo_policy());
  const bool the_folders_own =
      set.number == 0 || (plain && plain->kiosk == enrolment.kiosk && plain->epoch == enrolment.epoch);
  if (the_folders_own) return data;
  std::array<char, 16> name{};
  std::snprintf(name.data(), name.size(), "%04d-%02d", enrolment.kiosk, enrolment.epoch);
  return data / name.data();
}

}  // namespace pishkhan::sync
