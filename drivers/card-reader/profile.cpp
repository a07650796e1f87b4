#include "drivers/card-reader/profile.h"

#include "base/core/ensure.h"
#include "drivers/card-reader/tlv.h"
#include "drivers/card-reader/wiped.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace pishkhan::card {

namespace {

// F: proprietary and unregistered (ISO 7816-4, 12.2.3), "PISHKHAN", version 1.
constexpr std::array<std::uint8_t, 10> municipal_application{0xF0, 0x50, 0x49, 0x53, 0x48,
                                                             0x4B, 0x48, 0x41, 0x4E, 0x01};
constexpr Profile municipal{.name = "municipal-citizen-card",
                            .application_id = municipal_application,
                            .file_id = 0x0101,
                            .template_tag = 0xE1,
                            .version_tag = 0xC1,
                            .version = 1,
                            .national_id_tag = 0xC2,
                            .name_tag = 0xC3};
constexpr std::array all_profiles{municipal};

constexpr std::size_t national_id_digits = 10;

CardFault fault_of(ReaderFault fault) {
  switch (fault) {
    case ReaderFault::NoCard:
      return CardFault::NoCard;
    case ReaderFault::CardMute:
      return CardFault::CardMute;
    case ReaderFault::CardFailed:
    case ReaderFault::CannotCarry:
      return CardFault::Unreadable;
    case ReaderFault::Unplugged:
      return CardFault::NoReader;
    case ReaderFault::Timeout:
      return CardFault::Timeout;
    case ReaderFault::ReaderFailed:
      break;
  }
  return CardFault::ReaderFailed;
}

/// One reading of one card: whatever is sent goes through step(), which keeps the budgets.
class Reading {
 public:
  Reading(CardReader& reader, const Clock& clock, const Profile& profile, SteadyTime deadline)
      : reader_(reader), clock_(clock), profile_(profile), deadline_(deadline) {}

  Result<CardHolder, CardFault> run();

 private:
  Result<Response, CardFault> step(const Command& command);
  Result<Bytes, CardFault> read_template();

  CardReader& reader_;
  const Clock& clock_;
  const Profile& profile_;
  SteadyTime deadline_;
  int steps_ = 0;
};

Result<Response, CardFault> Reading::step(const Command& command) {
  if (++steps_ > profile_.maximum_steps) return fail(CardFault::Unreadable);
  const auto left = deadline_ - clock_.steady();
  if (left.count() <= 0) return fail(CardFault::Timeout);
  Result<Response, ReaderFault> response = reader_.transmit(command, left);
  if (!response) return fail(fault_of(response.error()));
  return std::move(*response);
}

Result<Bytes, CardFault> Reading::read_template() {
  Bytes held;
  held.reserve(profile_.maximum_bytes);  // never grows, so that wiping it wipes every copy
  std::optional<std::size_t> size;
  while (!size || held.size() < *size) {
    // READ BINARY with an offset of 15 bits (ISO 7816-4, 7.2.3).
    const std::size_t offset = held.size();
    const std::size_t wanted = std::min(profile_.read_step_bytes, profile_.maximum_bytes - offset);
    const Command read{.ins = 0xB0,
                       .p1 = static_cast<std::uint8_t>(offset >> 8 & 0x7F),
                       .p2 = static_cast<std::uint8_t>(offset),
                       .data = {},
                       .wanted = wanted};
    Result<Response, CardFault> part = wanted == 0 ? fail(CardFault::Unreadable) : step(read);
    const bool good = part && (part->status == 0x9000 || part->status == 0x6282) && !part->data.empty() &&
                      part->data.size() <= wanted;
    if (!good) {
      wipe(held.data(), held.size());
      if (!part) return fail(part.error());
      wipe(part->data.data(), part->data.size());
      // 6Bxx: past the end of the file, so the file is shorter than its own template says.
      const bool inconsistent = part->status == 0x9000 || part->sw1() == 0x62 || part->sw1() == 0x6B;
      return fail(inconsistent ? CardFault::Unreadable : CardFault::Refused);
    }
    const Wiped wiped(part->data);
    held.insert(held.end(), part->data.begin(), part->data.end());
    const Result<std::size_t, TlvFault> header = tlv_size(held);
    const bool more = !header && header.error() == TlvFault::Truncated;
    if ((!header && !more) || (header && *header > profile_.maximum_bytes)) {
      wipe(held.data(), held.size());
      return fail(CardFault::Unreadable);
    }
    if (header) size = *header;
  }
  wipe(held.data() + *size, held.size() - *size);
  held.resize(*size);
  return held;
}

bool all_digits(ByteView value) {
  return std::ranges::all_of(value, [](std::uint8_t byte) { return byte >= '0' && byte <= '9'; });
}

/// The next code point of well-formed UTF-8 (Unicode 15, table 3-7), or nothing.
std::optional<char32_t> take_code_point(ByteView& text) {
  const std::uint8_t first = text[0];
  const std::size_t size = first < 0x80       ? 1
                           : first >> 5 == 6  ? 2
                           : first >> 4 == 14 ? 3
                           : first >> 3 == 30 ? 4
                                              : 0;
  if (size == 0 || size > text.size()) return std::nullopt;
  char32_t code = size == 1 ? first : first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (text[i] >> 6 != 2) return std::nullopt;
    code = code << 6 | (text[i] & 0x3FU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return std::nullopt;
  text = text.subspan(size);
  return code;
}

/// A name is shown on the screen and on paper: no control characters, and none that turn the line round.
bool is_plain_text(ByteView text) {
  while (!text.empty()) {
    const std::optional<char32_t> code = take_code_point(text);
    if (!code) return false;
    const bool control = *code < 0x20 || (*code >= 0x7F && *code < 0xA0);
    const bool turns = *code == 0x200E || *code == 0x200F || *code == 0x061C ||
                       (*code >= 0x2028 && *code <= 0x202E) || (*code >= 0x2066 && *code <= 0x2069);
    if (control || turns) return false;
  }
  return true;
}

Result<CardHolder, CardFault> parse_holder(ByteView bytes, const Profile& profile) {
  const auto outer = TlvReader(bytes).next();
  if (!outer || !*outer || (*outer)->tag != profile.template_tag) return fail(CardFault::Unreadable);
  TlvReader fields((*outer)->value);
  std::optional<ByteView> version;
  std::optional<ByteView> national_id;
  std::optional<ByteView> name;
  while (true) {
    const auto field = fields.next();
    if (!field) return fail(CardFault::Unreadable);
    if (!*field) break;
    const Tlv& object = **field;
    std::optional<ByteView>* place = object.tag == profile.version_tag       ? &version
                                     : object.tag == profile.national_id_tag ? &national_id
                                     : object.tag == profile.name_tag        ? &name
                                                                             : nullptr;
    if (place == nullptr) continue;
    if (*place) return fail(CardFault::Unreadable);  // twice: which one would be true?
    *place = object.value;
  }
  const bool whole = version && national_id && name && version->size() == 1 &&
                     (*version)[0] == profile.version && national_id->size() == national_id_digits &&
                     all_digits(*national_id) && !name->empty() && name->size() <= profile.maximum_name_bytes &&
                     is_plain_text(*name);
  if (!whole) return fail(CardFault::Unreadable);
  return CardHolder{.national_id = PersonalText(as_text(*national_id)), .name = PersonalText(as_text(*name))};
}

Result<CardHolder, CardFault> Reading::run() {
  // SELECT by name, and no answer wanted but the status (ISO 7816-4, 7.1.1: P2 = 0C).
  const Command select_application{
      .ins = 0xA4,
      .p1 = 0x04,
      .p2 = 0x0C,
      .data = Bytes(profile_.application_id.begin(), profile_.application_id.end()),
      .wanted = {}};
  const Result<Response, CardFault> application = step(select_application);
  if (!application) return fail(application.error());
  if (application->status != 0x9000) return fail(CardFault::UnknownCard);

  const Command select_file{
      .ins = 0xA4,
      .p1 = 0x02,
      .p2 = 0x0C,
      .data = {static_cast<std::uint8_t>(profile_.file_id >> 8), static_cast<std::uint8_t>(profile_.file_id)},
      .wanted = {}};
  const Result<Response, CardFault> file = step(select_file);
  if (!file) return fail(file.error());
  if (file->status != 0x9000) return fail(CardFault::Refused);

  Result<Bytes, CardFault> bytes = read_template();
  if (!bytes) return fail(bytes.error());
  const Wiped wiped(*bytes);
  return parse_holder(*bytes, profile_);
}

Result<CardHolder, CardFault> read_powered(CardReader& reader, const Clock& clock,
                                           std::span<const Profile> known) {
  for (const Profile& profile : known) {
    ENSURE(profile.read_step_bytes >= 1 && profile.read_step_bytes <= 256,
           "a READ BINARY asks for 1 to 256 bytes");
    ENSURE(profile.application_id.size() >= 1 && profile.application_id.size() <= 16,
           "an AID is 1 to 16 bytes");
    Reading reading(reader, clock, profile, clock.steady() + profile.maximum_time);
    Result<CardHolder, CardFault> holder = reading.run();
    if (holder || holder.error() != CardFault::UnknownCard) return holder;
  }
  return fail(CardFault::UnknownCard);
}

}  // namespace

const Profile& municipal_citizen_card() {
  return all_profiles[0];
}

std::span<const Profile> profiles() {
  return all_profiles;
}

Result<CardHolder, CardFault> read_card(CardReader& reader, const Clock& clock,
                                        std::span<const Profile> known) {
  const Result<Atr, ReaderFault> atr = reader.power_on();
  if (!atr) return fail(fault_of(atr.error()));
  Result<CardHolder, CardFault> holder = read_powered(reader, clock, known);
  // Whatever came of it, the card is left without power; that this may fail changes nothing that was read.
  const Result<void, ReaderFault> off = reader.power_off();
  static_cast<void>(off);
  return holder;
}

}  // namespace pishkhan::card
