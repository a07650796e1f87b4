#include "drivers/card-reader/pkcs15.h"

#include "drivers/card-reader/tlv.h"

#include <algorithm>
#include <utility>

namespace pishkhan::card::pkcs15 {

namespace {

// Tags of ASN.1 as one byte (X.690) and the choices of ISO 7816-15, 8.3.
constexpr std::uint32_t sequence = 0x30;
constexpr std::uint32_t octets = 0x04;
constexpr std::uint32_t integer = 0x02;
constexpr std::uint32_t choice_private_keys = 0xA0;
constexpr std::uint32_t choice_certificates = 0xA4;
constexpr std::uint32_t type_attributes = 0xA1;

/// The objects of one level; nothing if they are malformed or too many.
std::optional<std::vector<Tlv>> objects_in(ByteView bytes) {
  constexpr std::size_t most = 4 * most_entries;
  std::vector<Tlv> all;
  TlvReader reader(bytes);
  for (;;) {
    const auto object = reader.next();
    if (!object || all.size() > most) return std::nullopt;
    if (!*object) return all;
    all.push_back(**object);
  }
}

const Tlv* first(const std::vector<Tlv>& objects, std::uint32_t tag) {
  const auto found = std::ranges::find(objects, tag, &Tlv::tag);
  return found == objects.end() ? nullptr : &*found;
}

/// Path ::= SEQUENCE { OCTET STRING, ... }, whole file identifiers, from the master file on.
std::optional<Bytes> path_in(ByteView value) {
  const auto outer = objects_in(value);
  const Tlv* path = outer ? first(*outer, sequence) : nullptr;
  const auto inner = path != nullptr ? objects_in(path->value) : std::nullopt;
  const Tlv* bytes = inner ? first(*inner, octets) : nullptr;
  if (bytes == nullptr || bytes->value.empty() || bytes->value.size() > longest_path_bytes ||
      bytes->value.size() % 2 != 0) {
    return std::nullopt;
  }
  return Bytes(bytes->value.begin(), bytes->value.end());
}

/// An entry is common attributes, class attributes, and type attributes behind a tag of their own.
struct Entry {
  std::vector<Tlv> common;
  std::vector<Tlv> of_class;
  ByteView of_type;
};
std::optional<Entry> entry_of(const Tlv& object) {
  const auto parts = objects_in(object.value);
  if (!parts || parts->size() < 2 || (*parts)[0].tag != sequence || (*parts)[1].tag != sequence)
    return std::nullopt;
  auto common = objects_in((*parts)[0].value);
  auto of_class = objects_in((*parts)[1].value);
  if (!common || !of_class) return std::nullopt;
  const Tlv* type = first(*parts, type_attributes);
  return Entry{std::move(*common), std::move(*of_class), type != nullptr ? type->value : ByteView{}};
}

}  // namespace

Result<Directories, Fault> parse_directories(ByteView file) {
  const auto objects = objects_in(file);
  if (!objects) return fail(Fault::Malformed);
  Directories found;
  for (const Tlv& object : *objects) {
    auto* list = object.tag == choice_private_keys   ? &found.private_keys
                 : object.tag == choice_certificates ? &found.certificates
                                                     : nullptr;
    if (list == nullptr) continue;
    auto path = path_in(object.value);
    if (!path || list->size() == most_entries) return fail(Fault::Malformed);
    list->push_back(std::move(*path));
  }
  return found;
}

Result<std::vector<KeyEntry>, Fault> parse_keys(ByteView file) {
  const auto objects = objects_in(file);
  if (!objects || objects->size() > most_entries) return fail(Fault::Malformed);
  std::vector<KeyEntry> keys;
  for (const Tlv& object : *objects) {
    const auto entry = entry_of(object);
    if (!entry) return fail(Fault::Malformed);
    const Tlv* id = first(entry->of_class, octets);
    const Tlv* reference = first(entry->of_class, integer);
    if (id == nullptr) return fail(Fault::Malformed);
    // A key without a reference cannot be named to INTERNAL AUTHENTICATE.
    if (reference == nullptr || reference->value.size() != 1) continue;
    // CommonObjectAttributes.authId: an OCTET STRING after label and flags (8.2.8).
    keys.push_back({Bytes(id->value.begin(), id->value.end()), reference->value[0],
                    first(entry->common, octets) != nullptr});
  }
  return keys;
}

Result<std::vector<CertificateEntry>, Fault> parse_certificates(ByteView file) {
  const auto objects = objects_in(file);
  if (!objects || objects->size() > most_entries) return fail(Fault::Malformed);
  std::vector<CertificateEntry> certificates;
  for (const Tlv& object : *objects) {
    if (object.tag != sequence) continue;  // other kinds than X.509 have tags of their own
    const auto entry = entry_of(object);
    if (!entry) return fail(Fault::Malformed);
    const Tlv* id = first(entry->of_class, octets);
    const auto attributes = objects_in(entry->of_type);
    const Tlv* inner = attributes ? first(*attributes, sequence) : nullptr;
    auto path = inner != nullptr ? path_in(inner->value) : std::nullopt;
    if (id == nullptr || !path) return fail(Fault::Malformed);
    certificates.push_back({Bytes(id->value.begin(), id->value.end()), std::move(*path)});
  }
  return certificates;
}

std::optional<Usable> usable(const std::vector<KeyEntry>& keys,
                             const std::vector<CertificateEntry>& certificates) {
  for (const CertificateEntry& certificate : certificates) {
    for (const KeyEntry& key : keys) {
      if (!key.needs_pin && key.id == certificate.id) return Usable{certificate.path, key.reference};
    }
  }
  return std::nullopt;
}

}  // namespace pishkhan::card::pkcs15
