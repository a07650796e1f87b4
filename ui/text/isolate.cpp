#include "ui/text/isolate.h"

#include "ui/text/utf8.h"

#include <vector>

namespace pishkhan::text {
namespace {

constexpr std::string_view kLri = "\u2066";
constexpr std::string_view kRli = "\u2067";
constexpr std::string_view kFsi = "\u2068";
constexpr std::string_view kPdi = "\u2069";
constexpr std::string_view kPdf = "\u202C";
constexpr std::string_view kNoBreakSpace = "\u00A0";
constexpr std::string_view kWordJoiner = "\u2060";

enum class Mark { None, Isolate, Embedding, ClosesIsolate, ClosesEmbedding };

Mark mark_of(char32_t code_point) {
  if (code_point >= 0x2066 && code_point <= 0x2068) return Mark::Isolate;
  if (code_point == 0x2069) return Mark::ClosesIsolate;
  if (code_point == 0x202C) return Mark::ClosesEmbedding;
  const bool embeds =
      code_point == 0x202A || code_point == 0x202B || code_point == 0x202D || code_point == 0x202E;
  return embeds ? Mark::Embedding : Mark::None;
}

/// Pops what `closing` closes. A PDI also closes the embeddings inside its isolate; a PDF closes nothing
/// across an isolate's edge (UAX #9, X6a and X7). False if there is nothing to close.
bool close(std::vector<Mark>& open, Mark closing) {
  if (closing == Mark::ClosesEmbedding) {
    if (open.empty() || open.back() != Mark::Embedding) return false;
    open.pop_back();
    return true;
  }
  std::size_t depth = open.size();
  while (depth > 0 && open[depth - 1] != Mark::Isolate) --depth;
  if (depth == 0) return false;
  open.resize(depth - 1);
  return true;
}

/// Appends the value with its own directional marks balanced, so that it can neither close our isolate nor
/// leave one open behind it.
void append_balanced(std::string_view value, std::string& result) {
  std::vector<Mark> open;
  for (std::size_t at = 0; at < value.size();) {
    const Decoded letter = decode(value, at);
    const Mark mark = mark_of(letter.code_point);
    bool keep = true;
    if (mark == Mark::Isolate || mark == Mark::Embedding) open.push_back(mark);
    if (mark == Mark::ClosesIsolate || mark == Mark::ClosesEmbedding) keep = close(open, mark);
    if (keep) result += value.substr(at, letter.bytes);
    at += letter.bytes;
  }
  for (; !open.empty(); open.pop_back()) result += open.back() == Mark::Isolate ? kPdi : kPdf;
}

PersonalText taken_from(std::string& text) {
  PersonalText result(text);
  wipe(text.data(), text.size());
  return result;
}

}  // namespace

std::string isolate(std::string_view value, Direction direction) {
  std::string result;
  // Room for all of it at once: growing would leave a citizen's words behind. Every mark, three bytes long,
  // needs at most three more to close it.
  result.reserve(value.size() * 2 + 2 * kPdi.size());
  result += direction == Direction::LeftToRight ? kLri : direction == Direction::RightToLeft ? kRli : kFsi;
  append_balanced(value, result);
  result += kPdi;
  return result;
}

PersonalText isolate(const PersonalText& value, Direction direction) {
  std::string text = isolate(value.reveal(), direction);
  return taken_from(text);
}

std::string isolate_identifier(std::string_view grouped) {
  std::string joined;
  joined.reserve(grouped.size() * (1 + kWordJoiner.size()));
  for (const char letter : grouped) {
    if (letter == ' ') {
      joined += kNoBreakSpace;
      continue;
    }
    joined += letter;
    // UAX #14 allows a break after a hyphen or slash before a letter; the word joiner forbids it.
    if (letter == '-' || letter == '/') joined += kWordJoiner;
  }
  std::string result = isolate(joined, Direction::LeftToRight);
  wipe(joined.data(), joined.size());
  return result;
}

PersonalText isolate_identifier(const PersonalText& grouped) {
  std::string text = isolate_identifier(grouped.reveal());
  return taken_from(text);
}

std::string group_identifier(std::string_view identifier, std::size_t group) {
  std::string grouped;
  std::size_t count = 0;
  for (std::size_t at = 0; at < identifier.size();) {
    const std::size_t next = next_code_point(identifier, at);
    if (group > 0 && count > 0 && count % group == 0) grouped += ' ';
    grouped += identifier.substr(at, next - at);
    ++count;
    at = next;
  }
  return isolate_identifier(grouped);
}

}  // namespace pishkhan::text
