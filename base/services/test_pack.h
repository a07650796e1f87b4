#pragma once

#include "base/services/loader.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace pishkhan::services {

inline constexpr const char* kSecondCity = "base/services/testdata/second-city";
inline constexpr const char* kSampleCity = "assets/cities/shahr-e-nemuneh";

inline Pack pack_of(const char* folder) {
  auto pack = read_pack(folder);
  if (!pack) FAIL(describe(pack.error()));
  return *pack;
}

inline Catalogue catalogue_of(const char* folder) {
  auto catalogue = parse_pack(pack_of(folder));
  if (!catalogue) FAIL(describe(catalogue.error()));
  return *catalogue;
}

inline PackFile& file_of(Pack& pack, std::string_view name) {
  for (PackFile& file : pack) {
    if (file.name == name) return file;
  }
  FAIL("no such file in the pack");
  return pack.front();
}

/// Replaces the first occurrence in one file of the pack.
inline Pack changed(Pack pack, std::string_view name, std::string_view old_text, std::string_view new_text) {
  std::string& bytes = file_of(pack, name).bytes;
  const std::size_t at = bytes.find(old_text);
  REQUIRE(at != std::string::npos);
  bytes.replace(at, old_text.size(), new_text);
  return pack;
}

}  // namespace pishkhan::services
