#include "drivers/card-reader/card_session.h"

#include "drivers/card-reader/tlv.h"

#include <algorithm>
#include <variant>

namespace pishkhan::card {

namespace {

// ISO 7816-4, table 4.2 and clauses 11.2 to 11.4.
constexpr std::uint8_t instruction_select = 0xA4;
constexpr std::uint8_t instruction_read_binary = 0xB0;
constexpr std::uint8_t instruction_read_record = 0xB2;
constexpr std::uint8_t instruction_get_data = 0xCA;
constexpr std::uint8_t instruction_get_data_list = 0xCB;
constexpr std::uint16_t done = 0x9000;
constexpr std::uint16_t end_of_file = 0x6282;
constexpr std::uint16_t no_record = 0x6A83;
constexpr std::uint8_t past_the_end = 0x6B;
constexpr std::uint16_t tries_left = 0x63C0;  // ISO 7816-4, table 6: in its last digit
constexpr std::uint16_t verification_failed = 0x6300;
constexpr std::uint16_t blocked = 0x6983;
constexpr std::size_t most_wanted = 256;
constexpr std::uint8_t tag_list = 0x5C;
constexpr std::uint8_t current_directory = 0x3F;  // P1 P2 of GET DATA with a tag list: 3F FF
constexpr std::uint8_t record_by_number = 0x04;   // P2, bits 1 to 3

}  // namespace

CardSession::CardSession(CardChannel& card, const Profile& profile, const ReadingSetup& setup)
    : card_(card), profile_(profile), setup_(setup), deadline_(setup.clock->steady() + profile.budget.time) {}

CardSession::~CardSession() {
  for (auto& [name, bytes] : things_) wipe(bytes.data(), bytes.size());
}

Result<Response, CardFault> CardSession::say(const Command& command) {
  if (++steps_ > profile_.budget.steps) return fail(CardFault::Unreadable);
  const auto left = deadline_ - setup_.clock->steady();
  if (left.count() <= 0) return fail(CardFault::Timeout);
  if (setup_.account != nullptr) ++setup_.account->exchanges;
  Result<Response, ReaderFault> response = card_.transmit(command, left);
  if (!response) return fail(fault_of(response.error()));
  bytes_ += response->data.size();
  if (bytes_ <= profile_.budget.bytes) return std::move(*response);
  wipe(response->data.data(), response->data.size());
  return fail(CardFault::Unreadable);
}

Result<Response, CardFault> CardSession::select(const step::Select& what) {
  Command command{.ins = instruction_select, .p2 = 0x0C, .data = what.what, .wanted = {}};
  switch (what.by) {
    case step::Select::By::FileId:
      command.p1 = 0x02;
      break;
    case step::Select::By::Path:
      command.p1 = 0x08;
      break;
    case step::Select::By::Application:
      command.p1 = 0x04;
      break;
  }
  return say(command);
}

Result<void, CardFault> CardSession::must_select(const step::Select& what) {
  const auto answer = select(what);
  if (!answer) return fail(answer.error());
  if (answer->status != done) return fail(CardFault::Refused);
  return {};
}

const Bytes* CardSession::thing(std::string_view name) const {
  const auto found = things_.find(name);
  return found == things_.end() ? nullptr : &found->second;
}

void CardSession::keep(const std::string& name, ByteView data) {
  Bytes& thing = things_[name];
  // Never grows, so that wiping it wipes every copy.
  if (thing.capacity() < profile_.budget.bytes) thing.reserve(profile_.budget.bytes);
  if (setup_.account != nullptr && !data.empty())
    setup_.account->parts.push_back({setup_.account->exchanges - 1, name, thing.size(), data.size()});
  thing.insert(thing.end(), data.begin(), data.end());
}

Result<void, CardFault> CardSession::carry_out(const Step& step) {
  if (const auto* chosen = std::get_if<step::Select>(&step)) return must_select(*chosen);
  if (const auto* binary = std::get_if<step::ReadBinary>(&step)) return read_binary(*binary);
  if (const auto* records = std::get_if<step::ReadRecord>(&step)) return read_records(*records);
  if (const auto* data = std::get_if<step::GetData>(&step)) return get_data(*data);
  return verify(std::get<step::VerifyOnPinPad>(step).entry);
}

/// Once, whatever comes of it: tries are the person's, and few.
Result<void, CardFault> CardSession::verify(const PinEntry& entry) {
  if (++steps_ > profile_.budget.steps) return fail(CardFault::Unreadable);
  if (!card_.has_pin_pad()) return fail(CardFault::NoPinPad);
  if (setup_.pin_wanted) setup_.pin_wanted();
  if (setup_.account != nullptr) ++setup_.account->exchanges;
  const SteadyTime begun = setup_.clock->steady();
  const auto answer = card_.verify_on_pad(entry);
  deadline_ += setup_.clock->steady() - begun;  // a person's time is not the card's
  if (!answer) return fail(fault_of(answer.error()));
  if (answer->status == done) {
    if (setup_.pin_taken) setup_.pin_taken();
    return {};
  }
  // No try left, or none left before this one.
  if (answer->status == tries_left || answer->status == blocked) return fail(CardFault::PinBlocked);
  const bool wrong = (answer->status & 0xFFF0) == tries_left || answer->status == verification_failed;
  if (wrong) return fail(CardFault::WrongPin);
  return fail(CardFault::Refused);
}

Result<void, CardFault> CardSession::read_binary(const step::ReadBinary& read) {
  using Ends = step::ReadBinary::Ends;
  keep(read.as, {});
  const Bytes& held = *thing(read.as);
  std::size_t size = read.ends == Ends::Length ? read.at_most : 0;
  while (size == 0 || held.size() < size) {
    const std::size_t wanted = std::min(read.part, read.at_most - held.size());
    // The object goes on beyond at_most; a file may end just there.
    if (wanted == 0 && read.ends == Ends::File) return {};
    if (wanted == 0) return fail(CardFault::Unreadable);
    const std::size_t at = read.offset + held.size();
    if (at > 0x7FFF) return fail(CardFault::Unreadable);  // an offset has 15 bits
    auto part = say({.ins = instruction_read_binary,
                     .p1 = static_cast<std::uint8_t>(at >> 8),
                     .p2 = static_cast<std::uint8_t>(at),
                     .data = {},
                     .wanted = wanted});
    if (!part) return fail(part.error());
    const Wiped wiped(part->data);
    const bool good = part->status == done || part->status == end_of_file;
    const bool ended = part->status == end_of_file || part->sw1() == past_the_end;
    if (!good && !ended) return fail(CardFault::Refused);
    if (part->data.size() > wanted) return fail(CardFault::Unreadable);
    keep(read.as, part->data);
    if (read.ends == Ends::File && (ended || part->data.size() < wanted)) return {};
    if (part->data.empty()) return fail(CardFault::Unreadable);  // it ends before what it announced
    if (read.ends != Ends::Object || size != 0) continue;
    const Result<std::size_t, TlvFault> whole = tlv_size(held);
    if (!whole && whole.error() != TlvFault::Truncated) return fail(CardFault::Unreadable);
    if (whole && *whole > read.at_most) return fail(CardFault::Unreadable);
    if (whole) size = *whole;
  }
  Bytes& whole = things_[read.as];
  wipe(whole.data() + size, whole.size() - size);
  whole.resize(size);
  return {};
}

Result<void, CardFault> CardSession::read_records(const step::ReadRecord& read) {
  keep(read.as, {});
  for (int number = read.first; number <= read.last; ++number) {
    auto record = say({.ins = instruction_read_record,
                       .p1 = static_cast<std::uint8_t>(number),
                       .p2 = static_cast<std::uint8_t>(read.file << 3 | record_by_number),
                       .data = {},
                       .wanted = most_wanted});
    if (!record) return fail(record.error());
    const Wiped wiped(record->data);
    if (record->status == no_record && number > read.first) return {};
    if (record->status != done && record->status != end_of_file) return fail(CardFault::Refused);
    if (thing(read.as)->size() + record->data.size() > read.at_most) return fail(CardFault::Unreadable);
    keep(read.as, record->data);
  }
  return {};
}

Result<void, CardFault> CardSession::get_data(const step::GetData& get) {
  keep(get.as, {});
  Command command{.ins = instruction_get_data, .data = {}, .wanted = most_wanted};
  if (get.form == step::GetData::Form::Number) {
    command.p1 = static_cast<std::uint8_t>(get.object >> 8);
    command.p2 = static_cast<std::uint8_t>(get.object);
  } else {
    command.ins = instruction_get_data_list;
    command.p1 = current_directory;
    command.p2 = 0xFF;
    Bytes tag;
    for (int shift = 16; shift >= 0; shift -= 8) {
      const auto byte = static_cast<std::uint8_t>(get.object >> shift);
      if (byte != 0 || !tag.empty()) tag.push_back(byte);
    }
    command.data = {tag_list, static_cast<std::uint8_t>(tag.size())};
    command.data.insert(command.data.end(), tag.begin(), tag.end());
  }
  auto answer = say(command);
  if (!answer) return fail(answer.error());
  const Wiped wiped(answer->data);
  if (answer->status != done) return fail(CardFault::Refused);
  if (answer->data.size() > get.at_most) return fail(CardFault::Unreadable);
  keep(get.as, answer->data);
  return {};
}

Result<ByteView, CardFault> find_object(ByteView bytes, const std::vector<std::uint32_t>& path) {
  ByteView inside = bytes;
  for (const std::uint32_t tag : path) {
    TlvReader reader(inside);
    std::optional<ByteView> found;
    for (;;) {
      const auto object = reader.next();
      if (!object) return fail(CardFault::Unreadable);
      if (!*object) break;
      if ((*object)->tag != tag) continue;
      if (found) return fail(CardFault::Unreadable);
      found = (*object)->value;
    }
    if (!found) return fail(CardFault::Unreadable);
    inside = *found;
  }
  return inside;
}

}  // namespace pishkhan::card
