#include "drivers/simulated/file_card.h"

#include "base/core/ensure.h"
#include "base/core/personal.h"
#include "base/core/random.h"

#include <algorithm>
#include <utility>

namespace pishkhan::simulated {

namespace {

constexpr std::size_t most_file_bytes = 32'768;  // READ BINARY has a 15-bit offset (ISO 7816-4, 11.2.2).
constexpr std::uint16_t master_file = 0x3F00;
constexpr std::size_t pin_bytes = 8;
constexpr int most_tries = 3;
constexpr std::size_t block_bytes = 256;  // RSA 2048

bool same(ByteView left, ByteView right) {
  return std::ranges::equal(left, right);
}
std::uint16_t two(ByteView bytes) {
  return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

}  // namespace

FileCard::FileCard(Chip chip) : CardProgram(chip.answer_to_reset), chip_(std::move(chip)) {
  ENSURE(!chip_.folders.empty(), "a card has a master file");
  for (const Folder& folder : chip_.folders) {
    for (const File& file : folder.files) {
      ENSURE(file.content.size() <= most_file_bytes, "READ BINARY reaches the whole file");
    }
  }
}

FileCard::~FileCard() {
  for (Folder& folder : chip_.folders) {
    for (File& file : folder.files) wipe(file.content.data(), file.content.size());
  }
}

Bytes FileCard::content(std::uint16_t file_id) const {
  for (const Folder& folder : chip_.folders) {
    for (const File& file : folder.files) {
      if (file.id == file_id) return file.content;
    }
  }
  return {};
}

void FileCard::forget() {
  folder_ = 0;
  file_.reset();
  verified_ = false;
  environment_key_.reset();
  challenge_.clear();
  kiosk_proven_ = false;
}

CardProgram::Answer FileCard::run(const CardCommand& command) {
  switch (command.instruction) {
    case 0xA4:
      return select(command);
    case 0xB0:
      return read_binary(command);
    case 0x20:
      return verify(command);
    case 0x22:
      return set_environment(command);
    case 0x82:
      return authenticate_kiosk(command);
    case 0x84:
      return challenge(command);
    case 0x88:
      // INTERNAL AUTHENTICATE: P2 = 00 means "the one of this application" (ISO 7816-4, 11.5.2).
      if (command.p1 != 0) return {status::wrong_p1_p2, {}};
      return sign(command, command.p2, command.p2 == 0);
    case 0x2A:
      // COMPUTE DIGITAL SIGNATURE (ISO 7816-8, 11.6)
      if (command.p1 != 0x9E || command.p2 != 0x9A) return {status::wrong_p1_p2, {}};
      if (!environment_key_) return {status::not_satisfied, {}};
      return sign(command, *environment_key_, false);
    default:
      return {status::unknown_instruction, {}};
  }
}

bool FileCard::select_child(std::uint16_t id, bool files, bool folders) {
  if (files) {
    const auto& all = chip_.folders[folder_].files;
    const auto found = std::ranges::find(all, id, &File::id);
    if (found != all.end()) {
      file_ = static_cast<std::size_t>(found - all.begin());
      return true;
    }
  }
  if (folders) {
    const auto found = std::ranges::find(chip_.folders, id, &Folder::id);
    if (id != 0 && found != chip_.folders.end()) {
      folder_ = static_cast<std::size_t>(found - chip_.folders.begin());
      file_.reset();
      return true;
    }
  }
  return false;
}

bool FileCard::select_path(ByteView path, std::size_t from_folder) {
  const std::size_t old_folder = std::exchange(folder_, from_folder);
  const auto old_file = std::exchange(file_, std::nullopt);
  bool found = path.size() % 2 == 0;
  for (; found && !path.empty(); path = path.subspan(2)) {
    // An elementary file can only be the last.
    found = !file_ && select_child(two(path), true, true);
  }
  if (!found) {
    folder_ = old_folder;
    file_ = old_file;
  }
  return found;
}

CardProgram::Answer FileCard::select(const CardCommand& command) {
  // P2 = 0C asks for no file control information, 00 for a template with it (ISO 7816-4, 11.2.1).
  if (command.p2 != 0x00 && command.p2 != 0x0C) return {status::wrong_p1_p2, {}};
  bool found = false;
  switch (command.p1) {
    case 0x04: {
      if (command.data.empty()) return {status::wrong_length, {}};
      const auto named = std::ranges::find_if(
          chip_.folders, [&](const Folder& folder) { return same(folder.name, command.data); });
      found = named != chip_.folders.end();
      if (found) {
        folder_ = static_cast<std::size_t>(named - chip_.folders.begin());
        file_.reset();
      }
      break;
    }
    case 0x08:
    case 0x09: {
      const bool absolute = command.p1 == 0x08;
      if (command.data.empty()) return {status::wrong_length, {}};
      ByteView path = command.data;
      if (absolute && path.size() >= 2 && two(path) == master_file) path = path.subspan(2);
      found = select_path(path, absolute ? 0 : folder_);
      break;
    }
    case 0x00:
    case 0x01:
    case 0x02: {
      const bool master = command.p1 == 0 && command.data.empty();
      if (!master && command.data.size() != 2) return {status::wrong_length, {}};
      const std::uint16_t id = master ? master_file : two(command.data);
      found = select_child(id, command.p1 != 0x01, command.p1 != 0x02);
      break;
    }
    default:
      return {status::wrong_p1_p2, {}};
  }
  if (!found) return {status::not_found, {}};
  return control_information(command);
}

CardProgram::Answer FileCard::control_information(const CardCommand& command) const {
  if (command.p2 == 0x0C) return {status::done, {}};
  // ISO 7816-4, tables 10 and 11.
  const Folder& folder = chip_.folders[folder_];
  const auto number = [](std::size_t value) {
    return Bytes{static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  };
  Bytes inner;
  if (file_) {
    append_object(inner, 0x80, number(folder.files[*file_].content.size()));
    append_object(inner, 0x82, Bytes{0x01});  // a transparent working file
    append_object(inner, 0x83, number(folder.files[*file_].id));
  } else if (!folder.name.empty()) {
    append_object(inner, 0x84, folder.name);
  } else {
    append_object(inner, 0x82, Bytes{0x38});  // a folder
    append_object(inner, 0x83, number(folder.id));
  }
  Bytes information;
  append_object(information, 0x6F, inner);
  return {status::done, std::move(information)};
}

CardProgram::Answer FileCard::read_binary(const CardCommand& command) {
  if ((command.p1 & 0x80) != 0) return {status::not_found, {}};  // A short file identifier: there are none.
  if (!file_) return {status::no_current_file, {}};
  const File& file = chip_.folders[folder_].files[*file_];
  if (!command.data.empty() || command.expected == 0) return {status::wrong_length, {}};
  if (file.access == Access::AfterPin && !verified_) return {status::security, {}};
  if (file.access == Access::AfterKiosk && !kiosk_proven_) return {status::security, {}};
  const std::size_t offset = static_cast<std::size_t>(command.p1) << 8 | command.p2;
  if (offset >= file.content.size()) return {status::wrong_offset, {}};
  const ByteView rest = ByteView(file.content).subspan(offset);
  const auto answer = [&](std::uint16_t words, std::size_t count) {
    return Answer{words, Bytes(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count)),
                  Answer::Delivery::AsIs};
  };
  if (command.expected <= rest.size()) return answer(status::done, command.expected);
  // Le = 00: "all there is".
  if (command.expected == 256 || command.expected == 65'536) return answer(status::done, rest.size());
  if (chip_.end_of_file == EndOfFile::Warning) return answer(status::end_of_file, rest.size());
  return {static_cast<std::uint16_t>(0x6C00 | (rest.size() & 0xFF)), {}};
}

CardProgram::Answer FileCard::challenge(const CardCommand& command) {
  challenge_.assign(std::min<std::size_t>(command.expected, 256), 0);
  SeededRandom(++challenges_).fill(challenge_);
  return {status::done, challenge_};
}

/// ISO 7816-4, 11.5.4: over the challenge of the command before, which is good for one try.
CardProgram::Answer FileCard::authenticate_kiosk(const CardCommand& command) {
  if (!chip_.kiosk) return {status::no_key, {}};
  const Bytes asked = std::exchange(challenge_, {});
  if (asked.empty()) return {status::not_satisfied, {}};
  kiosk_proven_ = chip_.kiosk->verifies(asked, command.data);
  return {kiosk_proven_ ? status::done : status::security, {}};
}

CardProgram::Answer FileCard::verify(const CardCommand& command) {
  if (chip_.pin.empty()) return {status::no_key, {}};
  // 63 Cx and 69 83: ISO 7816-4, table 6.
  constexpr std::uint16_t blocked = 0x6983;
  if (tries_ == 0) return {blocked, {}};
  const auto left = [&] { return static_cast<std::uint16_t>(0x63C0 | tries_); };
  if (command.data.empty()) return {verified_ ? status::done : left(), {}};
  Bytes padded(chip_.pin.begin(), chip_.pin.end());
  const bool plain = same(command.data, padded);
  padded.resize(pin_bytes, 0xFF);
  verified_ = plain || same(command.data, padded);
  if (verified_) {
    tries_ = most_tries;
    return {status::done, {}};
  }
  return {--tries_ == 0 ? blocked : left(), {}};
}

/// MANAGE SECURITY ENVIRONMENT, SET (ISO 7816-4, 11.5.11): the key that the next operation uses.
CardProgram::Answer FileCard::set_environment(const CardCommand& command) {
  const bool known = command.p1 == 0x41 && (command.p2 == 0xB6 || command.p2 == 0xA4);
  if (!known) return {status::wrong_p1_p2, {}};
  ByteReader reader(command.data);
  std::optional<std::uint8_t> reference;
  while (reader.ok() && !reader.at_end()) {
    const std::uint8_t tag = reader.u8();
    const ByteView value = reader.bytes(reader.u8());
    if ((tag == 0x84 || tag == 0x83) && value.size() == 1) reference = value[0];
    if (tag == 0x81 && value.size() == 2) {
      const auto named = std::ranges::find(chip_.keys, two(value), &Key::file_id);
      if (named == chip_.keys.end()) return {status::no_key, {}};
      reference = named->reference;
    }
  }
  if (!reader.ok()) return {status::wrong_data, {}};
  if (reference && std::ranges::find(chip_.keys, *reference, &Key::reference) == chip_.keys.end()) {
    return {status::no_key, {}};
  }
  if (reference) environment_key_ = reference;
  return {status::done, {}};
}

/// An EC key signs 32 bytes as they are; an RSA key pads what it gets, unless that is a whole block already.
CardProgram::Answer FileCard::sign(const CardCommand& command, std::uint8_t reference, bool any) {
  const auto found = any ? chip_.keys.begin() : std::ranges::find(chip_.keys, reference, &Key::reference);
  if (found == chip_.keys.end()) return {status::no_key, {}};
  if (found->access == Access::AfterPin && !verified_) return {status::security, {}};
  if (found->access == Access::AfterKiosk && !kiosk_proven_) return {status::security, {}};
  const CardKey& key = found->key;
  Bytes signature = key.kind() == CardKey::Kind::EcP256  ? key.sign_digest(command.data)
                    : command.data.size() == block_bytes ? key.sign_block(command.data)
                                                         : key.sign_padded(command.data);
  if (signature.empty()) return {status::wrong_data, {}};
  return {status::done, std::move(signature)};
}

}  // namespace pishkhan::simulated
