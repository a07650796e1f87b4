// From a profile's file to a Profile: every field checked, the first that is wrong named.
#include "drivers/card-reader/profile.h"

#include "base/core/base64.h"
#include "drivers/card-reader/profile_parts.h"
#include "drivers/card-reader/trust.h"

#include <algorithm>
#include <utility>

namespace pishkhan::card {

namespace {

using namespace profile_parts;
using Json = StrictObject::Json;
using Kind = DataFault::Kind;
using Need = StrictObject::Need;

constexpr std::size_t most_steps = 32;
constexpr std::size_t most_fields = 32;
constexpr std::size_t most_applications = 16;
constexpr std::size_t most_atr_bytes = 33;

void parse_source(StrictObject& object, Field& field, const Names& names) {
  object.text("from", Need::Must, field.from, 32);
  if (field.from == subject) {
    object.word<bool>("subject", Need::Must, field.common_name,
                      {{"common-name", true}, {"serial-number", false}});
    return;
  }
  names.expect(object, "from", field.from);
  if (object.has("path")) {
    field.path = tag_path(object, "path", Need::Must);
    return;
  }
  int offset = 0;
  int length = 1;
  object.number("offset", Need::Must, offset, 0, most_bytes);
  object.number("length", Need::Must, length, 1, most_bytes);
  field.offset = static_cast<std::size_t>(offset);
  field.length = static_cast<std::size_t>(length);
}

Field parse_field(const Json& value, const std::string& path, const Names& names,
                  std::optional<DataFault>& fault) {
  StrictObject object(value, path, fault);
  Field field;
  object.word<Meaning>("meaning", Need::Must, field.meaning,
                       {{"layout", Meaning::Layout},
                        {"national-id", Meaning::NationalId},
                        {"name", Meaning::Name},
                        {"card-number", Meaning::CardNumber},
                        {"staff-number", Meaning::StaffNumber},
                        {"label", Meaning::Label},
                        {"expires", Meaning::Expires}});
  parse_source(object, field, names);
  object.word<Encoding>("encoding", Need::Must, field.encoding,
                        {{"digits", Encoding::Digits},
                         {"ascii", Encoding::Ascii},
                         {"utf-8", Encoding::Utf8},
                         {"hex", Encoding::Hex},
                         {"bcd", Encoding::Bcd}});
  int least = 1;
  int most = 160;
  object.number("least", Need::May, least, 1, 1024);
  object.number("most", Need::May, most, least, 1024);
  field.least = static_cast<std::size_t>(least);
  field.most = static_cast<std::size_t>(most);
  if (object.has("equals")) object.text("equals", Need::Must, field.equals.emplace(), 160);
  field.required = object.yes_or_no("required", Need::May).value_or(true);
  object.word<Keep>("keep", Need::Must, field.keep,
                    {{"never", Keep::Never}, {"visit", Keep::Visit}, {"request", Keep::Request}});
  object.nothing_else();
  return field;
}

void parse_authorities(StrictObject& object, Proof& proof) {
  const Json* found = object.list("authorities", Need::Must, 0, 8);
  for (std::size_t i = 0; found != nullptr && i < found->size() && object.whole(); ++i) {
    const Json& one = (*found)[i];
    auto der = one.is_string() ? from_base64(one.get_ref<const std::string&>()) : std::nullopt;
    if (!der || !Certificate::parse(*der)) {
      object.refuse(Kind::WrongValue, place("authorities", i), "a certificate, DER in base64");
      return;
    }
    proof.authorities.push_back(std::move(*der));
  }
}

Proof parse_proof(const Json& value, const Names& names, std::optional<DataFault>& fault) {
  using Procedure = Proof::Procedure;
  StrictObject object(value, "proof", fault);
  Proof proof;
  object.word<Procedure>("procedure", Need::Must, proof.procedure,
                         {{"internal-authenticate", Procedure::InternalAuthenticate},
                          {"general-authenticate", Procedure::GeneralAuthenticate},
                          {"pkcs15", Procedure::Pkcs15}});
  if (proof.procedure != Procedure::Pkcs15) {
    object.text("certificate", Need::Must, proof.certificate, 32);
    names.expect(object, "certificate", proof.certificate);
    proof.inside = tag_path(object, "inside", Need::May);
    if (const auto key = hex_field(object, "key", Need::Must, 1, 1)) proof.key = (*key)[0];
  }
  parse_authorities(object, proof);
  if (object.has("binds")) {
    object.text("binds", Need::Must, proof.binds, 32);
    names.expect(object, "binds", proof.binds);
  }
  object.nothing_else();
  return proof;
}

void parse_match(StrictObject& top, Profile& profile, std::optional<DataFault>& fault) {
  const Json* found = top.look("match", Need::Must, "an object");
  if (found == nullptr) return;
  StrictObject match(*found, "match", fault);
  profile.applications = hex_list(match, "applications", Need::Must, 1, most_applications, 1, 16);
  const Json* atrs = match.list("atrs", Need::May, 1, 16);
  for (std::size_t i = 0; atrs != nullptr && i < atrs->size() && !fault; ++i) {
    StrictObject atr((*atrs)[i], "match." + place("atrs", i), fault);
    auto value = hex_field(atr, "value", Need::Must, 2, most_atr_bytes);
    auto mask = hex_field(atr, "mask", Need::May, 2, most_atr_bytes);
    if (!value) return;
    if (!mask) mask = Bytes(value->size(), 0xFF);
    if (mask->size() != value->size()) atr.refuse(Kind::WrongValue, "mask", "as long as the value");
    atr.nothing_else();
    profile.atrs.push_back({std::move(*value), std::move(*mask)});
  }
  match.nothing_else();
}

void parse_budget(StrictObject& top, Budget& budget, std::optional<DataFault>& fault) {
  const Json* found = top.look("budget", Need::May, "an object");
  if (found == nullptr) return;
  StrictObject object(*found, "budget", fault);
  int bytes = static_cast<int>(budget.bytes);
  int time = static_cast<int>(budget.time.count());
  object.number("steps", Need::Must, budget.steps, 1, 128);
  object.number("bytes", Need::Must, bytes, 1, most_bytes);
  object.number("milliseconds", Need::Must, time, 100, 20'000);
  object.nothing_else();
  budget.bytes = static_cast<std::size_t>(bytes);
  budget.time = std::chrono::milliseconds(time);
}

bool has(const Profile& profile, Meaning meaning) {
  return std::ranges::any_of(profile.fields, [&](const Field& field) { return field.meaning == meaning; });
}

bool says_who(Meaning meaning) {
  return meaning == Meaning::NationalId || meaning == Meaning::Name || meaning == Meaning::StaffNumber;
}

/// Who somebody is comes from the certificate or from just the bytes whose digest it names: otherwise anybody's
/// genuine key would vouch for whatever name lies beside it.
void check_vouched(StrictObject& top, const Profile& profile) {
  const std::string& binds = profile.proof->binds;
  for (std::size_t i = 0; i < profile.fields.size() && top.whole(); ++i) {
    const Field& field = profile.fields[i];
    if (!says_who(field.meaning) || field.from == subject || (field.from == binds && !binds.empty())) continue;
    if (binds.empty())
      top.refuse(Kind::MissingField, "proof.binds", "what the certificate vouches for");
    else
      top.refuse(Kind::WrongValue, place("fields", i) + ".from",
                 "what the certificate vouches for (proof.binds: \"" + binds + "\"), or its subject");
  }
}

/// A citizen's card says whose request it is: number and name that are not filed would leave every card
/// unreadable, and filed all the same they would not be what the profile says.
void check_filed(StrictObject& top, const Profile& profile) {
  for (std::size_t i = 0; i < profile.fields.size() && top.whole(); ++i) {
    const Field& field = profile.fields[i];
    const bool filed = field.meaning == Meaning::NationalId || field.meaning == Meaning::Name;
    if (filed && field.keep != Keep::Request)
      top.refuse(Kind::WrongValue, place("fields", i) + ".keep",
                 "request: a citizen's number and name are part of what is filed");
  }
}

/// What no single field shows.
void check_whole(StrictObject& top, const Profile& profile) {
  if (!top.whole()) return;
  const bool read = !profile.steps.empty() || !profile.fields.empty() || profile.proof || profile.kiosk_first;
  if (profile.kind == CardKind::Bank && read) {
    top.refuse(Kind::WrongValue, "kind",
               "\"bank\" only without steps, fields and proof: nothing of it is read");
  }
  const bool person = profile.kind == CardKind::Citizen || profile.kind == CardKind::Staff;
  // A white list of reads alone would let such a card be copied.
  if (person && !profile.proof) top.refuse(Kind::MissingField, "proof", "an object");
  if (profile.kind == CardKind::Citizen && !has(profile, Meaning::NationalId))
    top.refuse(Kind::MissingField, "fields", "one with the meaning \"national-id\"");
  if (person && !has(profile, Meaning::Name))
    top.refuse(Kind::MissingField, "fields", "one with the meaning \"name\"");
  if (person && profile.proof) check_vouched(top, profile);
  if (profile.kind == CardKind::Citizen) check_filed(top, profile);
  for (std::size_t i = 0; i < profile.fields.size(); ++i) {
    if (profile.fields[i].from == subject && !profile.proof)
      top.refuse(Kind::WrongValue, place("fields", i) + ".from", "a certificate needs a \"proof\"");
    const Field& field = profile.fields[i];
    const bool digits = field.encoding == Encoding::Digits || field.encoding == Encoding::Bcd;
    if (field.meaning == Meaning::Expires && !(digits && field.least == 8 && field.most == 8))
      top.refuse(Kind::WrongValue, place("fields", i) + ".encoding", "for a day: digits or bcd, 8 of them (YYYYMMDD)");
  }
}

}  // namespace

bool Profile::may_be(ByteView answer_to_reset) const {
  if (atrs.empty()) return true;
  return std::ranges::any_of(atrs, [&](const AtrMatch& match) {
    if (match.value.size() != answer_to_reset.size()) return false;
    for (std::size_t i = 0; i < match.value.size(); ++i) {
      if (((match.value[i] ^ answer_to_reset[i]) & match.mask[i]) != 0) return false;
    }
    return true;
  });
}

Result<Profile, DataFault> parse_profile(std::string_view id, std::string_view json) {
  const Json parsed = Json::parse(json.begin(), json.end(), nullptr, false);
  if (parsed.is_discarded()) return fail(DataFault{Kind::Syntax, "", "JSON (RFC 8259)"});
  std::optional<DataFault> fault;
  Profile profile;
  profile.id = id;
  StrictObject top(parsed, "", fault);
  int format = 0;
  top.number("format", Need::Must, format, 1, 1);
  top.text("name", Need::Must, profile.name);
  std::string notes;
  top.text("notes", Need::May, notes, 2000);
  top.word<CardKind>("kind", Need::Must, profile.kind,
                     {{"citizen", CardKind::Citizen},
                      {"staff", CardKind::Staff},
                      {"bank", CardKind::Bank},
                      {"other", CardKind::Other}});
  parse_match(top, profile, fault);
  parse_budget(top, profile.budget, fault);
  if (const Json* first = top.look("kiosk_first", Need::May, "an object")) {
    StrictObject object(*first, "kiosk_first", fault);
    if (const auto key = hex_field(object, "key", Need::Must, 1, 1))
      profile.kiosk_first = KioskFirst{(*key)[0]};
    object.nothing_else();
  }
  Names names;
  const Json* steps = top.list("steps", Need::May, 1, most_steps);
  for (std::size_t i = 0; steps != nullptr && i < steps->size() && !fault; ++i)
    profile.steps.push_back(parse_step((*steps)[i], place("steps", i), names, fault));
  const Json* fields = top.list("fields", Need::May, 1, most_fields);
  for (std::size_t i = 0; fields != nullptr && i < fields->size() && !fault; ++i)
    profile.fields.push_back(parse_field((*fields)[i], place("fields", i), names, fault));
  if (const Json* proof = top.look("proof", Need::May, "an object"))
    profile.proof = parse_proof(*proof, names, fault);
  top.nothing_else();
  check_whole(top, profile);
  if (fault) return fail(*fault);
  return profile;
}

}  // namespace pishkhan::card
