// From a file of assets/readers to a Quirk: every field checked, the first that is wrong named.
#include "drivers/card-reader/quirk_files.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace pishkhan::card {

namespace {

using Json = StrictObject::Json;
using Kind = StrictObject::Kind;
using Need = StrictObject::Need;

struct NamedFeature {
  std::string_view name;
  std::uint32_t bit;
};
constexpr std::array named_features{
    NamedFeature{"automatic-parameters", ccid::feature::automatic_parameters},
    NamedFeature{"automatic-activation", ccid::feature::automatic_activation},
    NamedFeature{"automatic-voltage", ccid::feature::automatic_voltage},
    NamedFeature{"automatic-clock", ccid::feature::automatic_clock},
    NamedFeature{"automatic-rate", ccid::feature::automatic_rate},
    NamedFeature{"automatic-negotiation", ccid::feature::automatic_negotiation},
    NamedFeature{"automatic-pps", ccid::feature::automatic_pps},
    NamedFeature{"automatic-ifsd", ccid::feature::automatic_ifsd},
};
constexpr std::size_t most_matches = 64;
constexpr std::size_t most_escapes = 8;
constexpr std::size_t most_escape_bytes = 256;
constexpr int least_message_bytes = 271;
constexpr int most_message_bytes = 65'556;
constexpr int most_settle_milliseconds = 5000;

void read_matches(StrictObject& top, Quirk& quirk, std::optional<DataFault>& fault) {
  const Json* list = top.list("match", Need::Must, 1, most_matches);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->size() && !fault; ++i) {
    StrictObject object((*list)[i], "match." + std::to_string(i), fault);
    std::optional<std::uint16_t> vendor;
    std::optional<std::uint16_t> product;
    std::string name;
    QuirkMatch match;
    object.text("name", Need::Must, name);  // for whoever reads the file
    object.sixteen_bits("vendor_id", Need::Must, vendor);
    object.sixteen_bits("product_id", Need::Must, product);
    object.sixteen_bits("first_release", Need::May, match.first_release);
    object.sixteen_bits("last_release", Need::May, match.last_release);
    object.nothing_else();
    match.vendor_id = vendor.value_or(0);
    match.product_id = product.value_or(0);
    if (match.first_release && match.last_release && *match.first_release > *match.last_release) {
      object.refuse(Kind::WrongValue, "last_release", "not before first_release");
    }
    quirk.matches.push_back(match);
  }
}

void read_feature_list(StrictObject& object, std::string_view field, std::uint32_t& target) {
  const Json* list = object.list(field, Need::May, 1, named_features.size());
  if (list == nullptr) return;
  std::string allowed;
  for (const NamedFeature& one : named_features)
    allowed += (allowed.empty() ? "" : ", ") + std::string(one.name);
  for (const Json& item : *list) {
    if (!item.is_string()) return object.refuse(Kind::WrongType, field, allowed);
    std::uint32_t bit = 0;
    for (const NamedFeature& one : named_features) {
      if (item.get_ref<const std::string&>() == one.name) bit = one.bit;
    }
    if (bit == 0) return object.refuse(Kind::WrongValue, field, allowed);
    target |= bit;
  }
}

void read_features(StrictObject& top, Quirk& quirk, std::optional<DataFault>& fault) {
  const Json* found = top.look("features", Need::May, "an object");
  if (found == nullptr) return;
  StrictObject object(*found, "features", fault);
  read_feature_list(object, "lacks", quirk.features_lacking);
  read_feature_list(object, "has", quirk.features_having);
  object.nothing_else();
  if ((quirk.features_lacking & quirk.features_having) != 0) {
    object.refuse(Kind::WrongValue, "has", "nothing that \"lacks\" names, too");
  }
}

void read_escapes(StrictObject& top, Quirk& quirk) {
  constexpr std::string_view allowed = "1 to 256 bytes in hexadecimal";
  const Json* list = top.list("escape_first", Need::May, 1, most_escapes);
  if (list == nullptr) return;
  for (const Json& item : *list) {
    const auto bytes = item.is_string() ? from_hex(item.get_ref<const std::string&>()) : std::nullopt;
    if (!bytes || bytes->empty() || bytes->size() > most_escape_bytes) {
      return top.refuse(Kind::WrongValue, "escape_first", std::string(allowed));
    }
    quirk.escapes.push_back(*bytes);
  }
}

void read_limit(StrictObject& top, std::string_view field, std::optional<std::uint32_t>& target, int least,
                int most) {
  int value = -1;
  top.number(field, Need::May, value, least, most);
  if (value >= 0) target = static_cast<std::uint32_t>(value);
}

void read_behaviour(StrictObject& top, Quirk& quirk) {
  if (top.has("exchange_level")) {
    ccid::Level level = ccid::Level::Tpdu;
    top.word<ccid::Level>("exchange_level", Need::May, level,
                          {{"tpdu", ccid::Level::Tpdu},
                           {"short-apdu", ccid::Level::ShortApdu},
                           {"extended-apdu", ccid::Level::ExtendedApdu}});
    quirk.level = level;
  }
  top.word<Quirk::Class>("interface_class", Need::May, quirk.interface_class,
                         {{"smart-card", Quirk::Class::SmartCard}, {"vendor", Quirk::Class::Vendor}});
  top.word<Quirk::Interrupt>(
      "interrupt", Need::May, quirk.interrupt,
      {{"as-described", Quirk::Interrupt::AsDescribed}, {"not-used", Quirk::Interrupt::NotUsed}});
  top.word<Quirk::Packets>(
      "packets", Need::May, quirk.packets,
      {{"as-they-are", Quirk::Packets::AsTheyAre}, {"zero-length-last", Quirk::Packets::ZeroLengthLast}});
  top.word<ccid::UnsaidParameters>(
      "parameters", Need::May, quirk.parameters,
      {{"as-said", ccid::UnsaidParameters::Refused}, {"length-unsaid", ccid::UnsaidParameters::Ignored}});
  top.word<Quirk::PinPad>("pin_pad", Need::May, quirk.pin_pad,
                          {{"as-described", Quirk::PinPad::AsDescribed}, {"none", Quirk::PinPad::None}});
  read_limit(top, "maximum_message_bytes", quirk.maximum_message_bytes, least_message_bytes,
             most_message_bytes);
  read_limit(top, "maximum_ifsd", quirk.maximum_ifsd, 1, 254);
  read_limit(top, "maximum_rate", quirk.maximum_rate, 1200, 10'000'000);
  int settle = 0;
  top.number("settle_milliseconds", Need::May, settle, 0, most_settle_milliseconds);
  quirk.settle = std::chrono::milliseconds(settle);
}

}  // namespace

Result<Quirk, DataFault> parse_quirk(std::string_view id, std::string_view json) {
  const Json parsed = Json::parse(json.begin(), json.end(), nullptr, false);
  if (parsed.is_discarded()) return fail(DataFault{Kind::Syntax, "", "JSON (RFC 8259)"});
  std::optional<DataFault> fault;
  Quirk quirk;
  quirk.id = id;
  StrictObject top(parsed, "", fault);
  std::string words;
  top.text("why", Need::Must, words, 400);  // what was seen, and who saw it
  read_matches(top, quirk, fault);
  read_behaviour(top, quirk);
  read_features(top, quirk, fault);
  read_escapes(top, quirk);
  top.nothing_else();
  if (fault) return fail(*fault);
  return quirk;
}

}  // namespace pishkhan::card
