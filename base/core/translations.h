#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan {

enum class TranslationProblem {
  CannotOpen,  ///< missing, unreadable or no regular file
  TooLarge,    ///< larger than a book; certainly not ours
  NotAnMo,     ///< no compiled gettext catalogue, or one of another major revision
  Damaged,     ///< cut short, offsets that lead nowhere, text that is not UTF-8, sentences out of order
};

struct TranslationFault {
  TranslationProblem problem = TranslationProblem::CannotOpen;
  std::filesystem::path file;
};

/// A compiled gettext catalogue (.mo, made by msgfmt from assets/translations): the sentences of the program
/// in one other language. The sentences in the sources are English and are their own keys. The layout is that
/// of the GNU gettext manual, "The Format of GNU MO Files". All of it is checked on loading, so that looking
/// up cannot fail. Immutable; share by const reference between threads.
class Translations {
 public:
  static constexpr std::size_t kLargestFile = 4U << 20;

  /// Knows no sentence: everything stays English.
  Translations() = default;

  static Result<Translations, TranslationFault> load(const std::filesystem::path& mo);
  /// The same from memory.
  static Result<Translations, TranslationProblem> parse(ByteView mo);

  /// The translation, or the sentence itself where there is none. Valid as long as the longer-lived of
  /// this object and the argument's text.
  [[nodiscard]] std::string_view tr(std::string_view sentence) const;
  [[nodiscard]] bool has(std::string_view sentence) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string original;
    std::string translated;
  };
  [[nodiscard]] const Entry* find(std::string_view sentence) const;
  std::vector<Entry> entries_;  ///< sorted by original
};

/// One named value for fill().
struct Insert {
  std::string_view name;
  std::string_view value;
};

/// Puts values into a sentence: `fill("{count} minutes", {{"count", "۵"}})`. Each value is wrapped in FSI … PDI
/// (U+2068, U+2069), so that a number, a code or a foreign name inside keeps its own order and cannot turn
/// its neighbours around (Unicode Standard Annex 9, section 2.4). A name that nobody gave stays as written.
/// Not for personal words: the result is not wiped.
[[nodiscard]] std::string fill(std::string_view sentence, std::initializer_list<Insert> inserts);

/// `text` between FSI and PDI.
[[nodiscard]] std::string isolated(std::string_view text);

}  // namespace pishkhan
