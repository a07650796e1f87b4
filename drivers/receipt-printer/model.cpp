#include "drivers/receipt-printer/model.h"

#include <array>

namespace pishkhan::printer {

namespace {
constexpr std::array all_models{generic_80, generic_58, epson_tm_t20, epson_tm_t88};
}  // namespace

std::span<const Model> models() {
  return all_models;
}

const Model* find_model(std::string_view name) {
  for (const Model& model : all_models) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

}  // namespace pishkhan::printer
