#include "drivers/card-reader/transcript.h"

#include "drivers/card-reader/tlv.h"
#include "drivers/card-reader/wiped.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace pishkhan::card {

namespace {

using Json = StrictObject::Json;
using Kind = DataFault::Kind;
using Need = StrictObject::Need;

constexpr std::size_t most_exchanges = 256;
// Of one exchange, with what the driver made of it: an RSA card's answer to GENERAL AUTHENTICATE comes in parts.
constexpr std::size_t most_command_bytes = 4 + 3 + extended_data_bytes + 2;  // header, Lc, data, Le
constexpr std::size_t most_answer_bytes = extended_answer_bytes;

/// What may be shown of one thing, byte by byte, and what stands in for the rest.
struct Cover {
  Bytes stand_in;
  std::vector<bool> shown;
};

std::uint8_t stand_in_for(const Field& field) {
  switch (field.encoding) {
    case Encoding::Digits:
      return '0';
    case Encoding::Ascii:
    case Encoding::Utf8:
      return 'x';
    case Encoding::Hex:
    case Encoding::Bcd:
      break;
  }
  return 0x00;
}

bool harmless(const Field& field) {
  return field.meaning == Meaning::Layout || field.meaning == Meaning::Expires;
}

/// Shows the tags and lengths on the way to a field; then its value, or a stand-in.
void uncover(Cover& cover, ByteView whole, const Field& field) {
  const auto offset_in = [&](ByteView part) { return static_cast<std::size_t>(part.data() - whole.data()); };
  const auto show = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) cover.shown[i] = true;
  };
  ByteView value = whole;
  for (const std::uint32_t tag : field.path) {
    TlvReader reader(value);
    std::optional<Tlv> found;
    std::size_t before = offset_in(value);
    for (auto object = reader.next(); object && *object; object = reader.next()) {
      const std::size_t at = offset_in((*object)->value);
      if ((*object)->tag == tag) {
        found = **object;
        show(before, at);
        break;
      }
      before = at + (*object)->value.size();
    }
    if (!found) return;
    value = found->value;
  }
  if (field.path.empty()) {
    if (field.offset + field.length > whole.size()) return;
    value = whole.subspan(field.offset, field.length);
  }
  const std::size_t from = offset_in(value);
  if (harmless(field)) return show(from, from + value.size());
  for (std::size_t i = 0; i < value.size(); ++i) cover.stand_in[from + i] = stand_in_for(field);
}

Bytes thing_of(const std::vector<Transcript::Exchange>& exchanges, const Account& account,
               const std::string& name) {
  Bytes whole;
  for (const Account::Part& part : account.parts) {
    if (part.thing != name || part.exchange >= exchanges.size()) continue;
    const Bytes& data = exchanges[part.exchange].data;
    whole.insert(whole.end(), data.begin(),
                 data.begin() + static_cast<std::ptrdiff_t>(std::min(data.size(), part.size)));
  }
  return whole;
}

}  // namespace

void Transcript::mask(const Account& account) {
  std::map<std::string, Cover> covers;
  for (const Account::Part& part : account.parts) {
    if (covers.contains(part.thing) || account.profile == nullptr) continue;
    Bytes whole = thing_of(exchanges, account, part.thing);
    const Wiped wiped(whole);
    Cover& cover = covers[part.thing];
    cover.stand_in.assign(whole.size(), 0x00);
    cover.shown.assign(whole.size(), false);
    for (const Field& field : account.profile->fields) {
      if (field.from == part.thing) uncover(cover, whole, field);
    }
  }
  std::vector<bool> accounted(exchanges.size(), false);
  for (const Account::Part& part : account.parts) {
    const auto cover = covers.find(part.thing);
    if (cover == covers.end() || part.exchange >= exchanges.size()) continue;
    Exchange& exchange = exchanges[part.exchange];
    accounted[part.exchange] = true;
    exchange.masked.assign(exchange.data.size(), true);
    for (std::size_t i = 0; i < exchange.data.size(); ++i) {
      const std::size_t at = part.offset + i;
      const bool inside = at < cover->second.shown.size();
      if (inside && cover->second.shown[at])
        exchange.masked[i] = false;
      else
        exchange.data[i] = inside ? cover->second.stand_in[at] : std::uint8_t{0};
    }
  }
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    if (accounted[i]) continue;
    exchanges[i].masked.assign(exchanges[i].data.size(), true);
    wipe(exchanges[i].data.data(), exchanges[i].data.size());
    std::ranges::fill(exchanges[i].data, std::uint8_t{0});
  }
}

std::string to_text(const Transcript& transcript) {
  std::string text =
      nlohmann::ordered_json{{"format", 1}, {"atr", to_hex(transcript.answer_to_reset)}}.dump() + "\n";
  for (const Transcript::Exchange& exchange : transcript.exchanges) {
    nlohmann::ordered_json line;
    const Bytes status{static_cast<std::uint8_t>(exchange.status >> 8),
                       static_cast<std::uint8_t>(exchange.status)};
    line["command"] = to_hex(exchange.command);
    line["data"] = to_hex(exchange.data);
    line["status"] = to_hex(status);
    line["masked"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < exchange.masked.size(); ++i) {
      if (!exchange.masked[i]) continue;
      const std::size_t from = i;
      while (i < exchange.masked.size() && exchange.masked[i]) ++i;
      line["masked"].push_back({from, i - from});
    }
    text += line.dump() + "\n";
  }
  return text + nlohmann::ordered_json{{"outcome", transcript.outcome}}.dump() + "\n";
}

namespace {

Bytes hex_of(StrictObject& object, std::string_view field, std::size_t most) {
  std::string text;
  const Json* found = object.look(field, Need::Must, "hexadecimal digits");
  if (found == nullptr) return {};
  const auto bytes = found->is_string() ? from_hex(found->get_ref<const std::string&>()) : std::nullopt;
  if (bytes && bytes->size() <= most) return *bytes;
  object.refuse(Kind::WrongValue, field, "hexadecimal digits");
  return {};
}

Transcript::Exchange exchange_of(StrictObject& object) {
  Transcript::Exchange exchange;
  exchange.command = hex_of(object, "command", most_command_bytes);
  exchange.data = hex_of(object, "data", most_answer_bytes);
  const Bytes status = hex_of(object, "status", 2);
  if (object.whole() && (status.size() != 2 || exchange.command.size() < 4))
    object.refuse(Kind::WrongValue, status.size() != 2 ? "status" : "command", "a whole one");
  if (status.size() == 2) exchange.status = static_cast<std::uint16_t>(status[0] << 8 | status[1]);
  exchange.masked.assign(exchange.data.size(), false);
  const Json* masked = object.list("masked", Need::Must, 0, most_answer_bytes);
  for (std::size_t i = 0; masked != nullptr && i < masked->size(); ++i) {
    const Json& run = (*masked)[i];
    const bool numbers =
        run.is_array() && run.size() == 2 && run[0].is_number_unsigned() && run[1].is_number_unsigned();
    const std::size_t from = numbers ? run[0].get<std::size_t>() : 0;
    const std::size_t size = numbers ? run[1].get<std::size_t>() : 0;
    if (!numbers || from > exchange.data.size() || size > exchange.data.size() - from) {
      object.refuse(Kind::WrongValue, "masked", "[place, length] within the data");
      return exchange;
    }
    std::fill_n(exchange.masked.begin() + static_cast<std::ptrdiff_t>(from), size, true);
  }
  object.nothing_else();
  return exchange;
}

}  // namespace

Result<Transcript, DataFault> parse_transcript(std::string_view text) {
  Transcript transcript;
  std::optional<DataFault> fault;
  bool ended = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string name = "line " + std::to_string(number);
    const Json parsed = Json::parse(line.begin(), line.end(), nullptr, false);
    if (parsed.is_discarded() || ended || number > most_exchanges + 2)
      return fail(DataFault{Kind::Syntax, name, "one object of JSON a line, the outcome last"});
    StrictObject object(parsed, name, fault);
    if (number == 1) {
      int format = 0;
      object.number("format", Need::Must, format, 1, 1);
      transcript.answer_to_reset = hex_of(object, "atr", 33);
      object.nothing_else();
    } else if (object.has("outcome")) {
      object.text("outcome", Need::Must, transcript.outcome);
      object.nothing_else();
      ended = true;
    } else {
      transcript.exchanges.push_back(exchange_of(object));
    }
    if (fault) return fail(*fault);
  }
  if (!ended) return fail(DataFault{Kind::MissingField, "outcome", "the last line"});
  return transcript;
}

RecordingChannel::~RecordingChannel() {
  for (Transcript::Exchange& exchange : transcript_.exchanges) wipe(exchange.data.data(), exchange.data.size());
}

/// Each answer has its place, also one that did not come, so that an account's numbers fit.
void RecordingChannel::write_down(Bytes command, const Result<Response, ReaderFault>& response) {
  Transcript::Exchange exchange{std::move(command), {}, 0, {}};
  if (response) {
    exchange.data = response->data;
    exchange.status = response->status;
  }
  transcript_.exchanges.push_back(std::move(exchange));
}

Result<Response, ReaderFault> RecordingChannel::transmit(const Command& command,
                                                         std::chrono::milliseconds within) {
  auto response = inner_.transmit(command, within);
  write_down(encode(command), response);
  return response;
}

Result<Response, ReaderFault> RecordingChannel::verify_on_pad(const PinEntry& entry) {
  auto response = inner_.verify_on_pad(entry);
  write_down(pin_command(entry), response);
  return response;
}

Transcript RecordingChannel::take(const Account& account) {
  transcript_.mask(account);
  return std::exchange(transcript_, {});
}

Result<Response, ReaderFault> ReplayChannel::transmit(const Command& command, std::chrono::milliseconds) {
  constexpr std::uint8_t general_authenticate = 0x87;
  constexpr std::uint8_t internal_authenticate = 0x88;
  constexpr std::size_t head_bytes = 5;
  const bool challenge = command.ins == general_authenticate || command.ins == internal_authenticate;
  const Bytes sent = encode(command);
  return next(sent, challenge ? std::min(head_bytes, sent.size()) : sent.size());
}

Result<Response, ReaderFault> ReplayChannel::verify_on_pad(const PinEntry& entry) {
  const Bytes sent = pin_command(entry);
  return next(sent, sent.size());
}

Result<Response, ReaderFault> ReplayChannel::next(ByteView sent, std::size_t compared) {
  if (at_end()) return fail(ReaderFault::CardMute);
  const Transcript::Exchange& expected = transcript_.exchanges[next_];
  const bool same = sent.size() == expected.command.size() &&
                    std::ranges::equal(sent.first(compared), ByteView(expected.command).first(compared));
  if (!same || expected.status == 0) return fail(ReaderFault::CardMute);
  ++next_;
  return Response{.data = expected.data, .status = expected.status};
}

}  // namespace pishkhan::card
