#include "base/core/strict_json.h"

namespace pishkhan {

std::string describe(const DataFault& fault) {
  using Kind = DataFault::Kind;
  std::string words;
  switch (fault.kind) {
    case Kind::CannotRead:
      words = "cannot-read";
      break;
    case Kind::TooLarge:
      words = "too-large";
      break;
    case Kind::Syntax:
      words = "syntax";
      break;
    case Kind::MissingField:
      words = "missing-field";
      break;
    case Kind::UnknownField:
      words = "unknown-field";
      break;
    case Kind::WrongType:
      words = "wrong-type";
      break;
    case Kind::WrongValue:
      words = "wrong-value";
      break;
  }
  if (!fault.field.empty()) words += ": " + fault.field;
  if (!fault.allowed.empty()) words += ": " + fault.allowed;
  return words;
}

}  // namespace pishkhan
