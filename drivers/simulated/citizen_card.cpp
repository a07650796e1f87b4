#include "drivers/simulated/citizen_card.h"

#include "base/core/ensure.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pishkhan::simulated {

namespace {

constexpr std::array<std::uint8_t, 10> application = {0xF0, 'P', 'I', 'S', 'H', 'K', 'H', 'A', 'N', 0x01};
constexpr std::array<std::uint8_t, 2> holder_file_id = {0x01, 0x01};
constexpr std::array<std::uint8_t, 2> master_file_id = {0x3F, 0x00};
constexpr std::size_t most_file_bytes = 32'768;  // READ BINARY has a 15-bit offset (ISO 7816-4, 11.2.2).

// ISO 7816-4, tables 5 and 6.
constexpr std::uint16_t done = 0x9000;
constexpr std::uint16_t end_of_file_warning = 0x6282;
constexpr std::uint16_t wrong_length = 0x6700;
constexpr std::uint16_t not_satisfied = 0x6985;
constexpr std::uint16_t no_current_file = 0x6986;
constexpr std::uint16_t not_found = 0x6A82;
constexpr std::uint16_t wrong_p1_p2 = 0x6A86;
constexpr std::uint16_t wrong_offset = 0x6B00;
constexpr std::uint16_t unknown_instruction = 0x6D00;
constexpr std::uint16_t unknown_class = 0x6E00;

Bytes words(std::uint16_t status, ByteView data = {}) {
  Bytes answer(data.begin(), data.end());
  ByteWriter(answer).be16(status);
  return answer;
}

/// 61 xx or 6C xx; 256 is written as 00.
Bytes with_count(std::uint8_t first, std::size_t count) {
  return words(static_cast<std::uint16_t>(first * 256U + (count & 0xFF)));
}

void append(Bytes& target, std::uint8_t tag, ByteView value) {
  ENSURE(value.size() <= 250, "a field of the card fits its length byte");
  target.push_back(tag);
  if (value.size() > 127) target.push_back(0x81);
  target.push_back(static_cast<std::uint8_t>(value.size()));
  target.insert(target.end(), value.begin(), value.end());
}

bool same(ByteView left, ByteView right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

}  // namespace

/// ISO 7816-4, 5.2: the four cases of a short command.
struct CitizenCard::Apdu {
  std::uint8_t instruction_class = 0;
  std::uint8_t instruction = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  ByteView data;
  std::size_t expected = 0;  // Le; 0 = none given
};

bool CitizenCard::parse(ByteView command, Apdu& apdu) {
  if (command.size() < 4) return false;
  apdu = {command[0], command[1], command[2], command[3], {}, 0};
  if (command.size() == 4) return true;
  const std::size_t p3 = command[4];
  if (command.size() == 5) {
    apdu.expected = p3 == 0 ? 256 : p3;
    return true;
  }
  if (p3 == 0 || command.size() < 5 + p3 || command.size() > 6 + p3) return false;
  apdu.data = command.subspan(5, p3);
  if (command.size() == 6 + p3) apdu.expected = command.back() == 0 ? 256 : command.back();
  return true;
}

CitizenCard::CitizenCard(const CardHolder& holder, EndOfFile end_of_file)
    : CitizenCard(holder_file(holder), end_of_file) {}

CitizenCard::CitizenCard(Bytes holder_file, EndOfFile end_of_file)
    : holder_file_(std::move(holder_file)), end_of_file_(end_of_file) {
  ENSURE(holder_file_.size() <= most_file_bytes, "READ BINARY reaches the whole file");
}

std::unique_ptr<CitizenCard> CitizenCard::with_file(Bytes holder_file, EndOfFile end_of_file) {
  return std::unique_ptr<CitizenCard>(new CitizenCard(std::move(holder_file), end_of_file));
}

CitizenCard::~CitizenCard() {
  wipe(holder_file_.data(), holder_file_.size());
}

Bytes CitizenCard::holder_file(const CardHolder& holder) {
  constexpr std::array<std::uint8_t, 1> version = {0x01};
  Bytes fields;
  fields.reserve(256);  // Never grown, so that no copy of it stays behind.
  append(fields, 0xC1, version);
  append(fields, 0xC2, as_bytes(holder.national_id.reveal()));
  append(fields, 0xC3, as_bytes(holder.name.reveal()));
  append(fields, 0xC4, as_bytes(holder.card_number.reveal()));
  Bytes file;
  file.reserve(256);
  append(file, 0xE1, fields);
  wipe(fields.data(), fields.size());
  return file;
}

Bytes CitizenCard::reset() {
  selected_ = Selected::MasterFile;
  offered_.clear();
  // TS direct, TB1 = 00, TC1 = 00, T=0, eight historical bytes (ISO 7816-3, 8.2).
  return {0x3B, 0x68, 0x00, 0x00, 'P', 'I', 'S', 'H', 'K', 'H', 'A', 'N'};
}

Bytes CitizenCard::apdu(ByteView command) {
  Apdu parsed;
  if (!parse(command, parsed)) return words(wrong_length);
  if (parsed.instruction_class != 0x00) return words(unknown_class);
  if (parsed.instruction == 0xC0) return get_response(parsed);
  offered_.clear();
  switch (parsed.instruction) {
    case 0xA4:
      return select(parsed);
    case 0xB0:
      return read_binary(parsed);
    default:
      return words(unknown_instruction);
  }
}

Bytes CitizenCard::select(const Apdu& command) {
  // P2 = 0C asks for no file control information, 00 for a template with it (ISO 7816-4, 11.2.1).
  if (command.p2 != 0x00 && command.p2 != 0x0C) return words(wrong_p1_p2);
  if (command.p1 == 0x04) {
    if (command.data.empty()) return words(wrong_length);
    if (!same(command.data, application)) return words(not_found);
    selected_ = Selected::Application;
  } else if (command.p1 == 0x02) {
    if (command.data.size() != 2) return words(wrong_length);
    if (selected_ == Selected::MasterFile || !same(command.data, holder_file_id)) return words(not_found);
    selected_ = Selected::HolderFile;
  } else if (command.p1 == 0x00) {
    if (!command.data.empty() && !same(command.data, master_file_id)) return words(not_found);
    selected_ = Selected::MasterFile;
  } else {
    return words(wrong_p1_p2);
  }
  if (command.p2 == 0x0C) return words(done);
  Bytes inner;
  append(inner, selected_ == Selected::Application ? 0x84 : 0x83,
         selected_ == Selected::Application  ? ByteView(application)
         : selected_ == Selected::HolderFile ? ByteView(holder_file_id)
                                             : ByteView(master_file_id));
  Bytes information;
  append(information, 0x6F, inner);
  return answer_or_offer(command, information);
}

Bytes CitizenCard::answer_or_offer(const Apdu& command, const Bytes& data) {
  if (command.expected >= data.size()) return words(done, data);
  offered_ = data;
  return with_count(0x61, data.size());
}

Bytes CitizenCard::get_response(const Apdu& command) {
  if (command.p1 != 0 || command.p2 != 0) return words(wrong_p1_p2);
  if (command.expected == 0 || !command.data.empty()) return words(wrong_length);
  if (offered_.empty()) return words(not_satisfied);
  if (command.expected != 256 && command.expected > offered_.size()) return with_count(0x6C, offered_.size());
  const std::size_t count = std::min(command.expected, offered_.size());
  Bytes answer(offered_.begin(), offered_.begin() + static_cast<std::ptrdiff_t>(count));
  offered_.erase(offered_.begin(), offered_.begin() + static_cast<std::ptrdiff_t>(count));
  ByteWriter(answer).be16(offered_.empty() ? done : static_cast<std::uint16_t>(0x6100 | offered_.size()));
  return answer;
}

Bytes CitizenCard::read_binary(const Apdu& command) {
  if ((command.p1 & 0x80) != 0) return words(not_found);  // A short file identifier: the card has none.
  if (selected_ != Selected::HolderFile) return words(no_current_file);
  if (!command.data.empty() || command.expected == 0) return words(wrong_length);
  const std::size_t offset = static_cast<std::size_t>(command.p1) << 8 | command.p2;
  if (offset >= holder_file_.size()) return words(wrong_offset);
  const ByteView rest = ByteView(holder_file_).subspan(offset);
  if (command.expected <= rest.size()) return words(done, rest.first(command.expected));
  if (command.expected == 256) return words(done, rest);  // Le = 00: "all there is".
  if (end_of_file_ == EndOfFile::Warning) return words(end_of_file_warning, rest);
  return with_count(0x6C, rest.size());
}

}  // namespace pishkhan::simulated
