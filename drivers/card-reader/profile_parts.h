#pragma once

#include "base/core/strict_json.h"
#include "drivers/card-reader/profile.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What the files that read a profile share. Internal to drivers/card-reader.
namespace pishkhan::card::profile_parts {

inline constexpr int most_bytes = 8192;  ///< of one reading, and of one thing in it
/// Where a field comes from that is part of the certificate's subject.
inline constexpr std::string_view subject = "certificate-subject";

/// "steps.3"
[[nodiscard]] std::string place(std::string_view field, std::size_t index);
/// `least` to `most` bytes in hexadecimal.
[[nodiscard]] std::optional<Bytes> hex_field(StrictObject& object, std::string_view field,
                                             StrictObject::Need need, std::size_t least, std::size_t most);
/// `least` to `most` such texts.
[[nodiscard]] std::vector<Bytes> hex_list(StrictObject& object, std::string_view field, StrictObject::Need need,
                                          std::size_t least, std::size_t most, std::size_t least_bytes,
                                          std::size_t longest_bytes);
[[nodiscard]] std::vector<std::uint32_t> tag_path(StrictObject& object, std::string_view field,
                                                  StrictObject::Need need);

/// Each thing is read once, and only what was read can be asked for.
class Names {
 public:
  void add(StrictObject& object, std::string& target);
  void expect(StrictObject& object, std::string_view field, const std::string& name) const;

 private:
  std::set<std::string, std::less<>> names_;
};

[[nodiscard]] Step parse_step(const StrictObject::Json& value, const std::string& path, Names& names,
                              std::optional<DataFault>& fault);

}  // namespace pishkhan::card::profile_parts
