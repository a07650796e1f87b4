#include "drivers/simulated/citizen_card.h"

#include <openssl/sha.h>

#include <array>
#include <utility>

namespace pishkhan::simulated {

namespace {

constexpr std::uint16_t master_file = 0x3F00;
constexpr std::uint8_t authentication_key = 0x01;

/// F: proprietary and unregistered (ISO 7816-4, 12.2.3), "PISHKHAN", 01 citizen, 02 staff.
Bytes application(std::uint8_t kind) {
  return {0xF0, 'P', 'I', 'S', 'H', 'K', 'H', 'A', 'N', kind};
}

/// Fields in one template; never grown, so that no copy of them stays behind.
class Template {
 public:
  Template() { fields_.reserve(256); }
  void add(std::uint32_t tag, ByteView value) { append_object(fields_, tag, value); }
  Bytes in(std::uint32_t tag) {
    Bytes file;
    file.reserve(fields_.size() + 4);
    append_object(file, tag, fields_);
    wipe(fields_.data(), fields_.size());
    return file;
  }

 private:
  Bytes fields_;
};

FileCard::Chip chip(std::uint8_t kind, Bytes holder_file, FileCard::EndOfFile end_of_file) {
  FileCard::Chip chip;
  // TS direct, TB1 = 00, TC1 = 00, T=0, eight historical bytes (ISO 7816-3, 8.2).
  chip.answer_to_reset = {0x3B, 0x68, 0x00, 0x00, 'P', 'I', 'S', 'H', 'K', 'H', 'A', 'N'};
  chip.end_of_file = end_of_file;
  chip.folders.push_back({.id = master_file, .name = {}, .files = {}});
  chip.folders.push_back({.id = 0, .name = application(kind), .files = {}});
  chip.folders[1].files.push_back({.id = CitizenCard::holder_file_id, .content = std::move(holder_file)});
  return chip;
}

/// A key, and a certificate that binds it to the bytes of the holder's file.
void issue(FileCard::Chip& chip, const CardAuthority& authority, const std::string& common_name) {
  auto& files = chip.folders[1].files;
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(files[0].content.data(), files[0].content.size(), digest.data());
  CardKey key = CardKey::generate(CardKey::Kind::EcP256);
  files.push_back(
      {.id = CitizenCard::certificate_file_id,
       .content = authority.issue(key, {.common_name = common_name, .serial_number = to_hex(digest)})});
  chip.keys.push_back({.reference = authentication_key, .key = std::move(key)});
}

FileCard::Chip forge(const FileCard& original, std::uint8_t kind, Forgery forgery) {
  FileCard::Chip copy =
      chip(kind, original.content(CitizenCard::holder_file_id), FileCard::EndOfFile::WrongLength);
  copy.folders[1].files.push_back(
      {.id = CitizenCard::certificate_file_id, .content = original.content(CitizenCard::certificate_file_id)});
  if (forgery == Forgery::OtherKey) {
    copy.keys.push_back({.reference = authentication_key, .key = CardKey::generate(CardKey::Kind::EcP256)});
  }
  return copy;
}

FileCard::Chip issued(std::uint8_t kind, Bytes file, const std::string& name, const CardAuthority& authority) {
  FileCard::Chip made = chip(kind, std::move(file), FileCard::EndOfFile::WrongLength);
  issue(made, authority, name);
  return made;
}

Bytes staff_file(const StaffMember& member) {
  constexpr std::array<std::uint8_t, 1> version = {0x01};
  Template fields;
  fields.add(0xC1, version);
  fields.add(0xC5, as_bytes(member.number.reveal()));
  fields.add(0xC3, as_bytes(member.name.reveal()));
  return fields.in(0xE2);
}

}  // namespace

CitizenCard::CitizenCard(const CardHolder& holder, EndOfFile end_of_file)
    : FileCard(chip(1, holder_file(holder), end_of_file)) {}

CitizenCard::CitizenCard(const CardHolder& holder, const CardAuthority& authority)
    : FileCard(issued(1, holder_file(holder), std::string(holder.card_number.reveal()), authority)) {}

std::unique_ptr<CitizenCard> CitizenCard::with_file(Bytes holder_file, EndOfFile end_of_file) {
  return std::unique_ptr<CitizenCard>(new CitizenCard(chip(1, std::move(holder_file), end_of_file)));
}

std::unique_ptr<CitizenCard> CitizenCard::forged(const CitizenCard& original, Forgery forgery) {
  return std::unique_ptr<CitizenCard>(new CitizenCard(forge(original, 1, forgery)));
}

Bytes CitizenCard::holder_file(const CardHolder& holder) {
  constexpr std::array<std::uint8_t, 1> version = {0x01};
  Template fields;
  fields.add(0xC1, version);
  fields.add(0xC2, as_bytes(holder.national_id.reveal()));
  fields.add(0xC3, as_bytes(holder.name.reveal()));
  fields.add(0xC4, as_bytes(holder.card_number.reveal()));
  return fields.in(0xE1);
}

StaffCard::StaffCard(const StaffMember& member, const CardAuthority& authority)
    : FileCard(issued(2, staff_file(member), "staff " + std::string(member.number.reveal()), authority)) {}

std::unique_ptr<StaffCard> StaffCard::forged(const StaffCard& original, Forgery forgery) {
  return std::unique_ptr<StaffCard>(new StaffCard(forge(original, 2, forgery)));
}

}  // namespace pishkhan::simulated
