#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pishkhan::e2e {

/// Looks for texts in the raw bytes of files, in every form in which a program is likely to have left them:
/// UTF-8, UTF-16 and UTF-32 of both byte orders, in the order of a screen that draws from right to left, with
/// Persian and Arabic digits, in base64 (both alphabets, at each of the three places that a text can begin),
/// hexadecimal, percent and JSON escapes. Thread: one at a time.
class SecretSearch {
 public:
  /// At least eight bytes in UTF-8, because shorter ones are found everywhere. `name` is told with a finding.
  void add(std::string_view name, std::string_view text);
  struct Finding {
    std::string name;  ///< of the text
    std::string form;
    std::filesystem::path file;
    std::size_t offset = 0;
  };
  /// All regular files under a folder, or one file. Names of files are looked through as well.
  [[nodiscard]] std::vector<Finding> in(const std::filesystem::path& place) const;
  struct Form {
    std::string name;
    std::string bytes;
  };
  /// Every form of a text that is looked for.
  [[nodiscard]] static std::vector<Form> forms_of(std::string_view text);
  [[nodiscard]] std::size_t size() const { return needles_.size(); }

 private:
  void search(std::string_view bytes, const std::filesystem::path& file, std::vector<Finding>& found) const;
  struct Needle {
    std::string name;
    std::string form;
    std::string bytes;
  };
  std::vector<Needle> needles_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_start_;  ///< by the first eight bytes
  std::vector<bool> may_start_ = std::vector<bool>(1U << 20U);            ///< by a hash of them
};

}  // namespace pishkhan::e2e
