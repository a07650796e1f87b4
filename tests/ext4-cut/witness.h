#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::ext4_cut {

/// What a program under test told the world: the lines of its output, kept on another disk than the one that
/// loses power. Only what was read before the cut was promised.
class Witness {
 public:
  explicit Witness(std::filesystem::path file) : file_(std::move(file)) {}
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  /// All whole lines so far, each split at its spaces.
  using Words = std::vector<std::string>;
  [[nodiscard]] std::vector<Words> read() const;
  /// How many lines start with this word.
  [[nodiscard]] int count(std::string_view first_word) const;

 private:
  std::filesystem::path file_;
};

/// What the program under test calls: one line, written at once (to standard output).
void tell(const std::string& line);

}  // namespace pishkhan::ext4_cut
