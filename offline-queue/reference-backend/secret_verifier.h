#pragma once

#include "base/core/random.h"

#include <string>
#include <string_view>

namespace pishkhan::backend {

/// What ingest may hold of a receipt secret: "s1$salt$hash" (hex), scrypt (RFC 7914) with N=4096, r=8, p=1.
/// Eight digits can be searched by whoever steals the table, at about 10 ms a guess; online the attempts are
/// limited. So the secret guards replies and case numbers, nothing sealed. Pure functions; about 10 ms each.
[[nodiscard]] std::string make_secret_verifier(std::string_view secret, Random& random);
/// False for an empty or broken verifier, after the same work.
[[nodiscard]] bool secret_matches(std::string_view secret, std::string_view verifier);

}  // namespace pishkhan::backend
