#pragma once

#include "base/core/random.h"
#include "base/services/catalogue.h"

#include <string>
#include <string_view>

namespace pishkhan::fleet {

/// A city with three services that ask for everything personal that a visit can: words, a mobile number, a
/// typed national ID, a card. Made in code, so that the simulation does not depend on a city's pack.
[[nodiscard]] services::Catalogue make_city();

/// What one citizen has come to file. Every word and number in it is a canary: it is found wherever it does not
/// belong.
struct Matter {
  std::string service;
  std::string address;
  std::string mobile;
  std::string national_id;
  std::string name;
};
/// `serial` makes the words unlike anybody else's.
[[nodiscard]] Matter some_matter(SeededRandom& random, int serial);

/// Whether any canary is in these bytes, as it was typed.
[[nodiscard]] bool holds_canary(std::string_view bytes);

}  // namespace pishkhan::fleet
