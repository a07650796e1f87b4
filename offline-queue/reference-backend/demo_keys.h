#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "base/core/result.h"
#include "offline-queue/protocol/enrolment.h"

#include <filesystem>
#include <string>

namespace pishkhan::backend {

struct DemoKeysOptions {
  std::filesystem::path folder;
  int kiosk = 1042;
  int epoch = 1;
  std::string backend_url = "https://127.0.0.1:18443";
};

enum class DemoKeysFault {
  CannotWrite,
  Incomplete,  ///< the folder exists and holds something else
};
enum class DemoKeysMade { Fresh, WereThere };

/// Everything that a demo (or a test) of kiosk and backend needs, made on first use and then left alone. It
/// appears under its name whole or not at all. Files are 0600, folders 0700, by who may hold what:
///
///     kiosk/   authority.pem, tls.pem, tls.key, signing.pem, device.secret, enrolment.json
///     ingest/  authority.pem, tls.pem, tls.key, signing.pem, cases-public.pem, kiosks.json
///     cases/   authority.pem, tls.pem, tls.key, signing.pem, opening.json, updates.pem, kiosks.json
///     city/    authority.pem, authority.key, signing.pem, ingest-public.pem (city_keys.h)
///
/// The authority's name marks it as the demo's (sync/demo_authority.h), and so does
/// the enrolment; a build without PISHKHAN_DEMO refuses both.
Result<DemoKeysMade, DemoKeysFault> ensure_demo_keys(const DemoKeysOptions& options, const Clock& clock,
                                                     Random& random);

}  // namespace pishkhan::backend
