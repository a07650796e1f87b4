#pragma once

#include "kiosk/visit/test_counter.h"

#include <doctest/doctest.h>

#include <string>

namespace pishkhan::visit {

/// A counter with a reader, at the place where the service asks for the card.
inline Counter at_identify(const services::Catalogue& city, const std::string& service = "card") {
  Counter counter(city);
  counter.happen(event::ReaderChanged{true});
  open_service(counter, service, Language::English);
  counter.act(screens::action::Next{});
  REQUIRE(counter.page<page::Identify>() != nullptr);
  return counter;
}

inline const char* const number = "0499370899";

inline void read(Counter& counter, const char* national_id = number) {
  counter.happen(event::CardRead{counter.visit()->id, PersonalText(national_id), PersonalText("سارا")});
}

inline screens::view::CardState state_of(const Counter& counter) {
  return counter.page<page::Identify>()->card;
}

}  // namespace pishkhan::visit
