// The parts of a profile's file that several places need, and its steps.
#include "drivers/card-reader/profile_parts.h"

#include <utility>

namespace pishkhan::card::profile_parts {

namespace {

using Json = StrictObject::Json;
using Kind = DataFault::Kind;
using Need = StrictObject::Need;

constexpr std::size_t most_path = 4;

/// A hexadecimal text of `least` to `most` bytes.
std::optional<Bytes> bytes_of(StrictObject& object, const Json& value, std::string_view field,
                              std::size_t least, std::size_t most) {
  const std::string allowed =
      std::to_string(least) + " to " + std::to_string(most) + " bytes in hexadecimal digits";
  if (!value.is_string()) {
    object.refuse(Kind::WrongType, field, allowed);
    return std::nullopt;
  }
  auto bytes = from_hex(value.get_ref<const std::string&>());
  if (bytes && bytes->size() >= least && bytes->size() <= most) return bytes;
  object.refuse(Kind::WrongValue, field, allowed);
  return std::nullopt;
}

}  // namespace

std::optional<Bytes> hex_field(StrictObject& object, std::string_view field, Need need, std::size_t least,
                               std::size_t most) {
  const Json* found = object.look(field, need, "hexadecimal digits");
  if (found == nullptr) return std::nullopt;
  return bytes_of(object, *found, field, least, most);
}

std::string place(std::string_view field, std::size_t index) {
  return std::string(field) + "." + std::to_string(index);
}

/// A list of texts in hexadecimal.
std::vector<Bytes> hex_list(StrictObject& object, std::string_view field, Need need, std::size_t least,
                            std::size_t most, std::size_t least_bytes, std::size_t longest_bytes) {
  std::vector<Bytes> all;
  const Json* found = object.list(field, need, least, most);
  for (std::size_t i = 0; found != nullptr && i < found->size(); ++i) {
    auto bytes = bytes_of(object, (*found)[i], place(field, i), least_bytes, longest_bytes);
    if (!bytes) return all;
    all.push_back(std::move(*bytes));
  }
  return all;
}

std::vector<std::uint32_t> tag_path(StrictObject& object, std::string_view field, Need need) {
  std::vector<std::uint32_t> path;
  for (const Bytes& bytes : hex_list(object, field, need, 1, most_path, 1, 3)) {
    std::uint32_t tag = 0;
    for (const std::uint8_t byte : bytes) tag = tag << 8 | byte;
    path.push_back(tag);
  }
  return path;
}

void Names::add(StrictObject& object, std::string& target) {
  object.text("as", Need::Must, target, 32);
  if (object.whole() && (target == subject || !names_.insert(target).second))
    object.refuse(Kind::WrongValue, "as", "a name that no other step has");
}

void Names::expect(StrictObject& object, std::string_view field, const std::string& name) const {
  if (object.whole() && !names_.contains(name))
    object.refuse(Kind::WrongValue, field, "what a step read \"as\"");
}

namespace {

void read_at_most(StrictObject& object, std::size_t& target) {
  int most = static_cast<int>(target);
  object.number("at_most", Need::May, most, 1, most_bytes);
  target = static_cast<std::size_t>(most);
}

step::Select parse_select(StrictObject& object) {
  step::Select select;
  const auto take = [&](const char* field, step::Select::By by, std::size_t least, std::size_t most) {
    if (!object.has(field)) return;
    if (!select.what.empty()) return object.refuse(Kind::UnknownField, field, "only one of them");
    select.by = by;
    if (auto bytes = hex_field(object, field, Need::Must, least, most)) select.what = std::move(*bytes);
  };
  take("file", step::Select::By::FileId, 2, 2);
  take("path", step::Select::By::Path, 2, 16);
  take("application", step::Select::By::Application, 1, 16);
  if (object.whole() && select.what.empty()) {
    object.refuse(Kind::MissingField, "", "\"file\", \"path\" or \"application\"");
  }
  if (object.whole() && select.what.size() % 2 != 0 && select.by == step::Select::By::Path)
    object.refuse(Kind::WrongValue, "path", "two bytes a file");
  return select;
}

step::ReadBinary parse_read_binary(StrictObject& object, Names& names) {
  step::ReadBinary read;
  names.add(object, read.as);
  int offset = 0;
  int part = static_cast<int>(read.part);
  object.number("offset", Need::May, offset, 0, 0x7FFF);
  object.number("part", Need::May, part, 1, 256);
  read_at_most(object, read.at_most);
  object.word<step::ReadBinary::Ends>("ends", Need::Must, read.ends,
                                      {{"object", step::ReadBinary::Ends::Object},
                                       {"file", step::ReadBinary::Ends::File},
                                       {"length", step::ReadBinary::Ends::Length}});
  read.offset = static_cast<std::size_t>(offset);
  read.part = static_cast<std::size_t>(part);
  return read;
}

step::ReadRecord parse_read_record(StrictObject& object, Names& names) {
  step::ReadRecord read;
  names.add(object, read.as);
  object.number("short_file", Need::May, read.file, 1, 30);
  object.number("first", Need::Must, read.first, 1, 254);
  object.number("last", Need::Must, read.last, 1, 254);
  read_at_most(object, read.at_most);
  if (object.whole() && (read.last < read.first || read.last - read.first > 31))
    object.refuse(Kind::WrongValue, "last", "from the first on, at most 32 records");
  return read;
}

step::GetData parse_get_data(StrictObject& object, Names& names) {
  step::GetData get;
  names.add(object, get.as);
  object.word<step::GetData::Form>(
      "form", Need::May, get.form,
      {{"number", step::GetData::Form::Number}, {"list", step::GetData::Form::List}});
  const std::size_t most = get.form == step::GetData::Form::Number ? 2 : 3;
  if (const auto tag = hex_field(object, "object", Need::Must, 1, most)) {
    for (const std::uint8_t byte : *tag) get.object = get.object << 8 | byte;
  }
  read_at_most(object, get.at_most);
  return get;
}

step::VerifyOnPinPad parse_verify(StrictObject& object) {
  PinEntry entry;
  int reference = 0;
  int seconds = static_cast<int>(entry.time.count());
  object.number("reference", Need::Must, reference, 0, 255);
  struct OnPinPad {};
  OnPinPad where;
  // It must be said, so that nobody expects a PIN to be asked for on the screen.
  object.word<OnPinPad>("on", Need::Must, where, {{"pin-pad", OnPinPad{}}});
  object.word<PinEntry::Form>("encoding", Need::May, entry.form,
                              {{"ascii", PinEntry::Form::Ascii}, {"bcd", PinEntry::Form::Bcd}});
  object.number("block", Need::May, entry.block_bytes, 1, 15);
  const int room = entry.form == PinEntry::Form::Bcd ? 2 * entry.block_bytes : entry.block_bytes;
  object.number("most", Need::May, entry.most_digits, 1, room);
  object.number("least", Need::May, entry.least_digits, 1, entry.most_digits);
  object.number("seconds", Need::May, seconds, 1, 30);
  if (const auto fill = hex_field(object, "fill", Need::May, 1, 1)) entry.fill = (*fill)[0];
  // Also where a smaller block leaves no room for what was not said.
  if (object.whole() && (entry.most_digits > room || entry.least_digits > entry.most_digits))
    object.refuse(Kind::WrongValue, "most", "1 to " + std::to_string(room) + ", and not below \"least\"");
  entry.reference = static_cast<std::uint8_t>(reference);
  entry.time = std::chrono::seconds(seconds);
  return {entry};
}

}  // namespace

Step parse_step(const Json& value, const std::string& path, Names& names, std::optional<DataFault>& fault) {
  enum class Do : std::uint8_t { Select, ReadBinary, ReadRecord, GetData, Verify };
  StrictObject object(value, path, fault);
  Do what = Do::Select;
  object.word<Do>("do", Need::Must, what,
                  {{"select", Do::Select},
                   {"read-binary", Do::ReadBinary},
                   {"read-record", Do::ReadRecord},
                   {"get-data", Do::GetData},
                   {"verify", Do::Verify}});
  const auto rest = [&](Step made) {
    object.nothing_else();
    return made;
  };
  switch (what) {
    case Do::ReadBinary:
      return rest(parse_read_binary(object, names));
    case Do::ReadRecord:
      return rest(parse_read_record(object, names));
    case Do::GetData:
      return rest(parse_get_data(object, names));
    case Do::Verify:
      return rest(parse_verify(object));
    case Do::Select:
      break;
  }
  return rest(parse_select(object));
}

}  // namespace pishkhan::card::profile_parts
