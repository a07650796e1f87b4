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
  std::string field;     ///< id of the field; empty unless the fault is in a known field
  FieldProblem problem;  ///< for Field
};

/// Ids of what the visit itself learns when a person identifies; they lie among the values of a request.
inline constexpr std::string_view kNationalIdField = "national_id";
inline constexpr std::string_view kNameField = "name";
/// Ids that no form may use: these two, and "code" and "secret" of the tracking page.
[[nodiscard]] bool is_reserved_field(std::string_view id);

/// Does a request satisfy its service's definition? The same code in the kiosk before filing and in the
/// backend's *cases* after opening. Above MobileNumber the values must hold a national ID and may hold a name.
/// Thread: a pure function.
[[nodiscard]] Result<void, RequestFault> check_request(const Catalogue& catalogue, std::string_view service_id,
                                                       Assurance assurance, const Values& values);

}  // namespace pishkhan::services
