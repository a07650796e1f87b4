#pragma once

#include "base/core/ensure.h"
#include "drivers/receipt-printer/model.h"

#include <string_view>

/// The models that are shipped, for tests, which run in the source tree's root.
namespace pishkhan::printer::test {

inline const Models& shipped_models() {
  static const Models models = Models::load("assets/printers");
  return models;
}

inline Model shipped(std::string_view id) {
  const Model* model = shipped_models().find(id);
  ENSURE(model != nullptr, "a model that is shipped; tests run in the root of the sources");
  return *model;
}

}  // namespace pishkhan::printer::test
