#pragma once

#include "offline-queue/protocol/enrolment.h"

#include <string_view>

namespace pishkhan::sync {

/// The common name that the demo's private CA carries, and that no real one may.
inline constexpr std::string_view kDemoAuthorityName = "Pishkhan demo CA";

/// Whether any certificate in the PEM text names the demo CA, as subject or as issuer. Errs on the side of yes.
[[nodiscard]] bool mentions_demo_authority(std::string_view pem);

/// Whether to believe this authority at all; `policy` is protocol::built_demo_policy() outside tests.
[[nodiscard]] bool acceptable_authority(std::string_view pem, protocol::DemoPolicy policy);

}  // namespace pishkhan::sync
