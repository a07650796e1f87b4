#include "base/core/translations.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>

namespace pishkhan {
namespace {

constexpr std::uint32_t kMagic = 0x950412de;         // "The Format of GNU MO Files", first word
constexpr std::uint32_t kSwappedMagic = 0xde120495;  // the same on a machine of the other byte order
constexpr std::string_view kFirstStrongIsolate = "\u2068";
constexpr std::string_view kPopIsolate = "\u2069";

/// Well-formed UTF-8 as in table 3-7 of the Unicode Standard: no overlong forms, no surrogates.
bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  while (i < text.size()) {
    const unsigned char first = byte(i);
    std::size_t length = 0;
    if (first < 0x80) {
      length = 1;
    } else if (first >= 0xc2 && first <= 0xdf) {
      length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
      length = 3;
    } else if (first >= 0xf0 && first <= 0xf4) {
      length = 4;
    } else {
      return false;
    }
    if (length > text.size() - i) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    }
    if (first == 0xe0 && byte(i + 1) < 0xa0) return false;
    if (first == 0xed && byte(i + 1) > 0x9f) return false;
    if (first == 0xf0 && byte(i + 1) < 0x90) return false;
    if (first == 0xf4 && byte(i + 1) > 0x8f) return false;
    i += length;
  }
  return true;
}

/// A view on the file that reads its words in the file's own byte order.
class MoFile {
 public:
  MoFile(ByteView bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  [[nodiscard]] std::optional<std::uint32_t> word(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < 4) return std::nullopt;
    ByteReader reader(bytes_.subspan(static_cast<std::size_t>(offset), 4));
    return big_endian_ ? reader.be32() : reader.le32();
  }

  /// The string whose descriptor (length, offset) stands at `offset`. It must end in a NUL that its length
  /// does not count, hold no other NUL (we use neither plural forms nor contexts) and be UTF-8.
  [[nodiscard]] std::optional<std::string_view> string(std::uint64_t offset) const {
    const auto length = word(offset);
    const auto start = word(offset + 4);
    if (!length || !start) return std::nullopt;
    if (*start >= bytes_.size() || *length >= bytes_.size() - *start) return std::nullopt;
    if (bytes_[*start + *length] != 0) return std::nullopt;
    const std::string_view text = as_text(bytes_.subspan(*start, *length));
    if (text.find('\0') != std::string_view::npos || !is_utf8(text)) return std::nullopt;
    return text;
  }

 private:
  ByteView bytes_;
  bool big_endian_;
};

std::string_view value_of(std::string_view name, std::initializer_list<Insert> inserts, bool& found) {
  for (const Insert& insert : inserts) {
    if (insert.name == name) {
      found = true;
      return insert.value;
    }
  }
  found = false;
  return {};
}

}  // namespace

Result<Translations, TranslationProblem> Translations::parse(ByteView mo) {
  if (mo.size() > kLargestFile) return fail(TranslationProblem::TooLarge);
  const auto magic = MoFile(mo, false).word(0);
  if (!magic || (*magic != kMagic && *magic != kSwappedMagic)) return fail(TranslationProblem::NotAnMo);
  const MoFile file(mo, *magic == kSwappedMagic);
  const auto revision = file.word(4);
  const auto count = file.word(8);
  const auto originals = file.word(12);
  const auto translated = file.word(16);
  if (!revision || !count || !originals || !translated) return fail(TranslationProblem::Damaged);
  if (*revision >> 16 > 1) return fail(TranslationProblem::NotAnMo);
  if (*count > mo.size() / 16) return fail(TranslationProblem::Damaged);  // 16 bytes of descriptors each

  Translations result;
  result.entries_.reserve(*count);
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto key = file.string(std::uint64_t{*originals} + 8U * std::uint64_t{i});
    const auto value = file.string(std::uint64_t{*translated} + 8U * std::uint64_t{i});
    if (!key || !value) return fail(TranslationProblem::Damaged);
    const bool in_order = result.entries_.empty() || result.entries_.back().original < *key;
    if (!in_order) return fail(TranslationProblem::Damaged);
    result.entries_.push_back({std::string(*key), std::string(*value)});
  }
  return result;
}

Result<Translations, TranslationFault> Translations::load(const std::filesystem::path& mo) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(mo, error);
  const auto size = regular ? std::filesystem::file_size(mo, error) : 0;
  if (!regular || error) return fail(TranslationFault{TranslationProblem::CannotOpen, mo});
  if (size > kLargestFile) return fail(TranslationFault{TranslationProblem::TooLarge, mo});
  Bytes bytes(static_cast<std::size_t>(size));
  std::ifstream stream(mo, std::ios::binary);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!stream) return fail(TranslationFault{TranslationProblem::CannotOpen, mo});
  auto parsed = parse(bytes);
  if (!parsed) return fail(TranslationFault{parsed.error(), mo});
  return std::move(*parsed);
}

const Translations::Entry* Translations::find(std::string_view sentence) const {
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), sentence,
                       [](const Entry& entry, std::string_view key) { return entry.original < key; });
  return at != entries_.end() && at->original == sentence ? &*at : nullptr;
}

std::string_view Translations::tr(std::string_view sentence) const {
  // The empty key holds the catalogue's header, which is no sentence.
  if (sentence.empty()) return sentence;
  const Entry* entry = find(sentence);
  return entry != nullptr && !entry->translated.empty() ? std::string_view(entry->translated) : sentence;
}

bool Translations::has(std::string_view sentence) const {
  const Entry* entry = sentence.empty() ? nullptr : find(sentence);
  return entry != nullptr && !entry->translated.empty();
}

std::string isolated(std::string_view text) {
  std::string result(kFirstStrongIsolate);
  result += text;
  result += kPopIsolate;
  return result;
}

std::string fill(std::string_view sentence, std::initializer_list<Insert> inserts) {
  std::string result;
  while (!sentence.empty()) {
    const std::size_t open = sentence.find('{');
    const std::size_t close = open == std::string_view::npos ? open : sentence.find('}', open);
    if (close == std::string_view::npos) break;
    result += sentence.substr(0, open);
    bool found = false;
    const std::string_view value = value_of(sentence.substr(open + 1, close - open - 1), inserts, found);
    if (found) {
      result += isolated(value);
    } else {
      result += sentence.substr(open, close - open + 1);
    }
    sentence.remove_prefix(close + 1);
  }
  result += sentence;
  return result;
}

}  // namespace pishkhan
