#pragma once

#include "base/core/result.h"
#include "base/services/catalogue.h"
#include "base/services/validate.h"

#include <string>
#include <string_view>

namespace pishkhan::services {

/// Why a request cannot be accepted. It holds ids of the catalogue only, nothing that a citizen typed.
struct RequestFault {
  enum class Kind {
    UnknownService,   ///< no such service in this catalogue
    NotARequest,      ///< the service is not one that is filed
    UnknownField,     ///< the request has a field that the service does not ask for
    Field,            ///< `field` breaks its rule, see `problem`
    NotStoredForm,    ///< `field` is not as validate() would have stored it
    TooLowAssurance,  ///< the person is known less surely than the service demands
  };
  Kind kind = Kind::UnknownService;
  std::string field;     ///< id of the field; empty for the first two and the last
  FieldProblem problem;  ///< for Field
};

/// Does a request satisfy its service's definition? The same code in the kiosk before filing and in the
/// backend's *cases* after opening. Thread: a pure function.
[[nodiscard]] Result<void, RequestFault> check_request(const Catalogue& catalogue, std::string_view service_id,
                                                       Assurance assurance, const Values& values);

}  // namespace pishkhan::services
