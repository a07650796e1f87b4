#include "base/formats/utf8.h"

namespace pishkhan::formats {
namespace {

struct Lead {
  int length = 0;              ///< bytes of the sequence; 0: no lead byte
  unsigned second_low = 0x80;  ///< allowed range of the second byte
  unsigned second_high = 0xBF;
};

Lead classify(unsigned byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {};
}

unsigned byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& position) {
  ENSURE(position < text.size(), "there is a next code point");
  const std::size_t start = position++;
  const unsigned first = byte_at(text, start);
  if (first < 0x80) return first;
  const Lead lead = classify(first);
  if (lead.length == 0 || text.size() - start < static_cast<std::size_t>(lead.length)) return kBrokenByte;
  const unsigned second = byte_at(text, start + 1);
  if (second < lead.second_low || second > lead.second_high) return kBrokenByte;
  char32_t code_point = first & (0x7FU >> lead.length);
  code_point = code_point << 6 | (second & 0x3FU);
  for (int i = 2; i < lead.length; ++i) {
    const unsigned next = byte_at(text, start + static_cast<std::size_t>(i));
    if ((next & 0xC0U) != 0x80) return kBrokenByte;
    code_point = code_point << 6 | (next & 0x3FU);
  }
  position = start + static_cast<std::size_t>(lead.length);
  return code_point;
}

void append_code_point(std::string& text, char32_t code_point) {
  const auto put = [&text](char32_t byte) {
    text.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  };
  if (code_point > 0x10FFFF) code_point = 0xFFFD;
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

bool is_space(char32_t c) {
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_bidi_control(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

bool is_dash(char32_t c) {
  return c == '-' || c == 0xAD || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

int digit_value(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 0x06F0 && c <= 0x06F9) return static_cast<int>(c - 0x06F0);
  if (c >= 0x0660 && c <= 0x0669) return static_cast<int>(c - 0x0660);
  return -1;
}

}  // namespace pishkhan::formats
