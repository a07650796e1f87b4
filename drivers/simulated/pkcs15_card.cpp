#include "drivers/simulated/pkcs15_card.h"

#include <string_view>
#include <utility>

namespace pishkhan::simulated {

namespace {

// ISO 7816-15, annex A; PKCS #15 v1.1, 5.
constexpr std::uint16_t master_file = 0x3F00;
constexpr std::uint16_t directory_file = 0x2F00;
constexpr std::uint16_t application_folder = 0x5015;
constexpr std::uint16_t object_directory = 0x5031;
constexpr std::uint16_t token_information = 0x5032;
constexpr std::uint16_t pin_directory = 0x4401;
constexpr std::uint16_t key_directory = 0x4402;
constexpr std::uint16_t certificate_directory = 0x4403;
constexpr std::uint16_t signing_key_file = 0x4B01;  // there, but nobody reads a key
constexpr std::uint16_t authentication_key_file = 0x4B02;
constexpr std::uint8_t signing_key = 1;
constexpr std::uint8_t authentication_key = 2;
constexpr std::uint8_t signing_id = 0x45;
constexpr std::uint8_t authentication_id = 0x46;
// Tags of ASN.1.
constexpr std::uint32_t sequence = 0x30;
constexpr std::uint32_t octets = 0x04;
constexpr std::uint32_t bits = 0x03;
constexpr std::uint32_t integer = 0x02;
constexpr std::uint32_t enumerated = 0x0A;
constexpr std::uint32_t text = 0x0C;
constexpr std::uint32_t type_attributes = 0xA1;

/// DER, written from the inside out.
Bytes object(std::uint32_t tag, ByteView value) {
  Bytes bytes;
  append_object(bytes, tag, value);
  return bytes;
}
Bytes all(std::initializer_list<Bytes> parts) {
  Bytes bytes;
  for (const Bytes& part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}
Bytes labelled(std::string_view label) {
  return object(text, as_bytes(label));
}
Bytes path_to(std::uint16_t file) {
  Bytes path;
  ByteWriter writer(path);
  writer.be16(master_file);
  writer.be16(application_folder);
  writer.be16(file);
  return object(sequence, object(octets, path));
}

Bytes make_directory(const Bytes& application_id) {
  return object(0x61, all({object(0x4F, application_id), object(0x50, as_bytes("Simulated PKCS#15")),
                           object(0x51, from_hex("3f005015").value())}));
}

Bytes make_pin_directory() {
  const Bytes common = object(sequence, all({labelled("PIN"), object(bits, Bytes{0x06, 0xC0})}));
  const Bytes identity = object(sequence, object(octets, Bytes{0x01}));
  // initialised, needs padding; ascii-numeric; 4 to 8 digits, stored as 8; reference 1; padded with FF
  const Bytes pin =
      object(sequence, all({object(bits, Bytes{0x02, 0x0C}), object(enumerated, Bytes{0x01}),
                            object(integer, Bytes{4}), object(integer, Bytes{8}), object(integer, Bytes{8}),
                            object(0x80, Bytes{0x01}), object(octets, Bytes{0xFF})}));
  return object(sequence, all({common, identity, object(type_attributes, pin)}));
}

Bytes make_key_directory() {
  const Bytes signing = object(
      sequence,
      all({object(sequence,
                  all({labelled("Signing key"), object(bits, Bytes{0x07, 0x80}), object(octets, Bytes{0x01})})),
           object(sequence, all({object(octets, Bytes{signing_id}), object(bits, Bytes{0x05, 0x20}),
                                 object(bits, Bytes{0x03, 0xB8}), object(integer, Bytes{signing_key})})),
           object(type_attributes,
                  object(sequence, all({path_to(signing_key_file), object(integer, Bytes{0x08, 0x00})})))}));
  const Bytes authentication = object(
      0xA0,
      all({object(sequence, all({labelled("Authentication key"), object(bits, Bytes{0x07, 0x80})})),
           object(sequence, all({object(octets, Bytes{authentication_id}), object(bits, Bytes{0x05, 0x20}),
                                 object(bits, Bytes{0x03, 0xB8}), object(integer, Bytes{authentication_key})})),
           object(type_attributes, object(sequence, all({path_to(authentication_key_file),
                                                         object(integer, Bytes{0x01, 0x00})})))}));
  return all({signing, authentication});
}

Bytes make_certificate_entry(std::string_view label, std::uint8_t id, std::uint16_t file) {
  return object(sequence, all({object(sequence, labelled(label)), object(sequence, object(octets, Bytes{id})),
                               object(type_attributes, object(sequence, path_to(file)))}));
}

Bytes make_token_information() {
  return object(sequence, all({object(integer, Bytes{0x00}),
                               object(octets, from_hex("5049534800000015").value()), labelled("Pishkhan"),
                               object(0x80, as_bytes("Simulated PKCS#15")), object(bits, Bytes{0x04, 0x10})}));
}

FileCard::Chip make_chip(Bytes signing_certificate, Bytes authentication_certificate, CardKey signing,
                         CardKey authentication) {
  const Bytes application_id = from_hex("a000000063504b43532d3135").value();
  FileCard::Chip chip;
  // TD1: T=0, TD2: T=1
  chip.answer_to_reset = with_check_byte({0x3B, 0x85, 0x80, 0x01, 'P', '1', '5', 'S', 'M'});
  chip.pin = "123456";
  chip.folders.push_back({.id = master_file,
                          .name = {},
                          .files = {{.id = directory_file, .content = make_directory(application_id)}}});
  // EF.ODF: [0] private keys, [4] certificates, [8] authentication objects
  const Bytes objects = all({object(0xA0, path_to(key_directory)), object(0xA4, path_to(certificate_directory)),
                             object(0xA8, path_to(pin_directory))});
  const Bytes certificates =
      all({make_certificate_entry("Signing certificate", signing_id, Pkcs15Card::signing_certificate_file_id),
           make_certificate_entry("Authentication certificate", authentication_id,
                                  Pkcs15Card::authentication_certificate_file_id)});
  chip.folders.push_back(
      {.id = application_folder,
       .name = application_id,
       .files = {{.id = object_directory, .content = objects},
                 {.id = token_information, .content = make_token_information()},
                 {.id = pin_directory, .content = make_pin_directory()},
                 {.id = key_directory, .content = make_key_directory()},
                 {.id = certificate_directory, .content = certificates},
                 {.id = signing_key_file, .content = {}},
                 {.id = authentication_key_file, .content = {}},
                 {.id = Pkcs15Card::signing_certificate_file_id, .content = std::move(signing_certificate)},
                 {.id = Pkcs15Card::authentication_certificate_file_id,
                  .content = std::move(authentication_certificate)}}});
  chip.keys.push_back({.reference = authentication_key,
                       .key = std::move(authentication),
                       .access = FileCard::Access::Free,
                       .file_id = authentication_key_file});
  chip.keys.push_back({.reference = signing_key,
                       .key = std::move(signing),
                       .access = FileCard::Access::AfterPin,
                       .file_id = signing_key_file});
  return chip;
}

FileCard::Chip issued(const CardAuthority& authority, const std::string& common_name) {
  CardKey signing = CardKey::generate(CardKey::Kind::Rsa2048);
  CardKey authentication = CardKey::generate(CardKey::Kind::EcP256);
  const CardAuthority::Subject subject{.common_name = common_name, .serial_number = {}};
  Bytes signing_certificate = authority.issue(signing, subject);
  Bytes authentication_certificate = authority.issue(authentication, subject);
  return make_chip(std::move(signing_certificate), std::move(authentication_certificate), std::move(signing),
                   std::move(authentication));
}

}  // namespace

Pkcs15Card::Pkcs15Card(const CardAuthority& authority, const std::string& common_name)
    : FileCard(issued(authority, common_name)) {}

std::unique_ptr<Pkcs15Card> Pkcs15Card::forged(const Pkcs15Card& original) {
  return std::unique_ptr<Pkcs15Card>(new Pkcs15Card(make_chip(
      original.content(signing_certificate_file_id), original.content(authentication_certificate_file_id),
      CardKey::generate(CardKey::Kind::Rsa2048), CardKey::generate(CardKey::Kind::EcP256))));
}

}  // namespace pishkhan::simulated
