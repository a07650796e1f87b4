#include "tests/end-to-end/secret_search.h"

#include "base/core/ensure.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

namespace pishkhan::e2e {
namespace {

namespace fs = std::filesystem;
using Points = std::vector<std::uint32_t>;

std::uint64_t start_of(const char* bytes) {
  std::uint64_t start = 0;
  std::memcpy(&start, bytes, sizeof start);
  return start;
}

std::size_t slot_of(std::uint64_t start) {
  return static_cast<std::size_t>(start * 0x9E3779B97F4A7C15U >> 44U);
}

Points points_of(std::string_view text) {
  Points points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k)
      point = point << 6U | (static_cast<std::uint8_t>(text[i + k]) & 0x3FU);
    points.push_back(point);
    i += length;
  }
  return points;
}

/// Persian and Latin texts: nothing here is longer than three bytes.
std::string utf8(const Points& points) {
  std::string text;
  const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  for (const std::uint32_t point : points) {
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xC0 | point >> 6U);
      put(0x80 | (point & 0x3FU));
    } else {
      put(0xE0 | point >> 12U);
      put(0x80 | (point >> 6U & 0x3FU));
      put(0x80 | (point & 0x3FU));
    }
  }
  return text;
}

std::string wide(const Points& points, std::size_t unit_bytes, bool big_endian) {
  std::string text;
  for (const std::uint32_t point : points) {
    for (std::size_t i = 0; i < unit_bytes; ++i) {
      const std::size_t shift = 8 * (big_endian ? unit_bytes - 1 - i : i);
      text += static_cast<char>(point >> shift & 0xFFU);
    }
  }
  return text;
}

std::string base64(std::string_view bytes, bool url) {
  const std::string_view alphabet = url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                                        : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = bits << 8U | static_cast<std::uint8_t>(byte);
    for (count += 8; count >= 6; count -= 6) text += alphabet[bits >> (count - 6) & 0x3FU];
  }
  return text;
}

/// What base64 makes of a text that begins `before` bytes behind a multiple of three, whatever stands around
/// it.
std::string base64_inside(std::string_view bytes, std::size_t before, bool url) {
  const std::string whole = base64(std::string(before, '\0') + std::string(bytes), url);
  // The first characters also hold bits of what stands before.
  const std::size_t tainted = before == 0 ? 0 : before + 1;
  const std::size_t full = (before + bytes.size()) * 8 / 6;
  return whole.substr(tainted, full - tainted);
}

template <class... Numbers>
std::string formatted(const char* format, Numbers... numbers) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, numbers...);
  return text.data();
}

Points with_digits_from(const Points& points, std::uint32_t zero) {
  Points changed = points;
  for (std::uint32_t& point : changed)
    if (point >= '0' && point <= '9') point = zero + (point - '0');
  return changed;
}

void add_plain(std::vector<SecretSearch::Form>& forms, const std::string& what, const Points& points) {
  forms.push_back({what + "UTF-8", utf8(points)});
  forms.push_back({what + "UTF-16LE", wide(points, 2, false)});
  forms.push_back({what + "UTF-16BE", wide(points, 2, true)});
  forms.push_back({what + "UTF-32LE", wide(points, 4, false)});
  forms.push_back({what + "UTF-32BE", wide(points, 4, true)});
}

}  // namespace

std::vector<SecretSearch::Form> SecretSearch::forms_of(std::string_view text) {
  std::vector<Form> forms;
  const Points points = points_of(text);
  const Points reversed(points.rbegin(), points.rend());
  add_plain(forms, "", points);
  add_plain(forms, "reversed ", reversed);
  const Points persian = with_digits_from(points, 0x06F0);
  if (persian != points) {
    add_plain(forms, "Persian digits ", persian);
    add_plain(forms, "Arabic digits ", with_digits_from(points, 0x0660));
  }
  for (std::size_t before = 0; before < 3; ++before) {
    forms.push_back({"base64 +" + std::to_string(before), base64_inside(text, before, false)});
    const std::string url = base64_inside(text, before, true);
    if (url != forms.back().bytes) forms.push_back({"base64url +" + std::to_string(before), url});
  }
  for (const bool upper : {false, true}) {
    std::string hex;
    std::string percent;
    std::string escaped;
    for (const char c : text) {
      hex += formatted(upper ? "%02X" : "%02x", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
      percent += formatted(upper ? "%%%02X" : "%%%02x", static_cast<unsigned>(static_cast<std::uint8_t>(c)));
    }
    for (const std::uint32_t point : points) escaped += formatted(upper ? "\\u%04X" : "\\u%04x", point);
    forms.push_back({"hexadecimal", hex});
    forms.push_back({"percent", percent});
    forms.push_back({"JSON escapes", escaped});
  }
  return forms;
}

void SecretSearch::add(std::string_view name, std::string_view text) {
  ENSURE(text.size() >= 8, "a text that is looked for has eight bytes");
  for (Form& form : forms_of(text)) {
    ENSURE(form.bytes.size() >= 8, "so has each of its forms");
    const std::uint64_t start = start_of(form.bytes.data());
    by_start_[start].push_back(needles_.size());
    may_start_[slot_of(start)] = true;
    needles_.push_back({std::string(name), std::move(form.name), std::move(form.bytes)});
  }
}

void SecretSearch::search(std::string_view bytes, const fs::path& file, std::vector<Finding>& found) const {
  for (std::size_t at = 0; at + 8 <= bytes.size(); ++at) {
    const std::uint64_t start = start_of(bytes.data() + at);
    if (!may_start_[slot_of(start)]) continue;
    const auto candidates = by_start_.find(start);
    if (candidates == by_start_.end()) continue;
    for (const std::size_t index : candidates->second) {
      const Needle& needle = needles_[index];
      if (bytes.substr(at, needle.bytes.size()) == needle.bytes)
        found.push_back({needle.name, needle.form, file, at});
    }
  }
}

std::vector<SecretSearch::Finding> SecretSearch::in(const fs::path& place) const {
  std::vector<fs::path> files;
  if (fs::is_regular_file(place)) files.push_back(place);
  if (fs::is_directory(place))
    for (const auto& one : fs::recursive_directory_iterator(place)) files.push_back(one.path());
  std::vector<Finding> found;
  for (const fs::path& file : files) {
    search(file.filename().string(), file, found);
    if (!fs::is_regular_file(file)) continue;
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    search(bytes, file, found);
  }
  return found;
}

}  // namespace pishkhan::e2e
