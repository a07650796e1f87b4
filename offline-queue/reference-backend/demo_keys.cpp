#include "offline-queue/reference-backend/demo_keys.h"

#include "offline-queue/protocol/device_secret.h"
#include "offline-queue/reference-backend/certificates.h"
#include "offline-queue/reference-backend/kiosk_register.h"
#include "offline-queue/sync/demo_authority.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <system_error>

namespace pishkhan::backend {
namespace {

namespace fs = std::filesystem;

bool write_private(const fs::path& file, std::string_view text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  bool good = true;
  while (good && !text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    good = written > 0;
    if (good) text.remove_prefix(static_cast<std::size_t>(written));
  }
  good = ::fsync(descriptor) == 0 && good;
  return ::close(descriptor) == 0 && good;
}

bool make_private(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  fs::permissions(folder, fs::perms::owner_all, error);
  return !error;
}

bool write_tls(const fs::path& folder, const DemoAuthority& authority, const CertifiedKey& own) {
  return make_private(folder) && write_private(folder / "authority.pem", authority.certificate_pem()) &&
         write_private(folder / "tls.pem", own.certificate_pem) &&
         write_private(folder / "tls.key", own.key_pem);
}

bool write_all(const fs::path& folder, const DemoKeysOptions& options, const Clock& clock, Random& random) {
  const auto authority = DemoAuthority::make(std::string(sync::kDemoAuthorityName));
  const std::string kiosk_name = "kiosk-" + std::to_string(options.kiosk);
  const bool tls = make_private(folder) &&
                   write_tls(folder / "kiosk", authority, authority.issue_client(kiosk_name, "kiosk")) &&
                   write_tls(folder / "ingest", authority, authority.issue_server("ingest")) &&
                   write_tls(folder / "cases", authority, authority.issue_client("cases", "cases")) &&
                   make_private(folder / "city") &&
                   write_private(folder / "city" / "authority.pem", authority.certificate_pem()) &&
                   write_private(folder / "city" / "authority.key", authority.key_pem());
  if (!tls) return false;
  const auto kiosk = protocol::SigningKey::generate();
  const auto ingest = protocol::SigningKey::generate();
  const auto cases = protocol::SigningKey::generate();
  const auto city = protocol::SigningKey::generate();
  const auto updates = protocol::SigningKey::generate();
  const auto opening = protocol::OpeningKey::generate(1);
  protocol::Enrolment enrolment;
  enrolment.kiosk = options.kiosk;
  enrolment.epoch = options.epoch;
  enrolment.demo = true;
  enrolment.backend_url = options.backend_url;
  enrolment.opening_key = opening.public_part();
  enrolment.city_key_pem = city.verifying_key().pem();
  enrolment.ingest_key_pem = ingest.verifying_key().pem();
  enrolment.cases_key_pem = cases.verifying_key().pem();
  enrolment.update_key_pem = updates.verifying_key().pem();
  enrolment.certificate.kiosk = options.kiosk;
  enrolment.certificate.epoch = options.epoch;
  enrolment.certificate.public_key = kiosk.verifying_key().point();
  enrolment.certificate.not_after =
      std::chrono::floor<std::chrono::seconds>(clock.wall()) + std::chrono::hours(87'600);
  enrolment.certificate.sign(city);
  const std::string kiosks = KioskRegister::encode(
      {{options.kiosk, options.epoch, kiosk.verifying_key().point(), EpochState::Active}});
  return kiosk.save(folder / "kiosk" / "signing.pem") && ingest.save(folder / "ingest" / "signing.pem") &&
         cases.save(folder / "cases" / "signing.pem") && city.save(folder / "city" / "signing.pem") &&
         opening.save(folder / "cases" / "opening.json") && updates.save(folder / "cases" / "updates.pem") &&
         protocol::DeviceSecret::generate(random).save(folder / "kiosk" / "device.secret") &&
         write_private(folder / "ingest" / "kiosks.json", kiosks) &&
         write_private(folder / "cases" / "kiosks.json", kiosks) &&
         write_private(folder / "city" / "ingest-public.pem", ingest.verifying_key().pem()) &&
         write_private(folder / "ingest" / "cases-public.pem", cases.verifying_key().pem()) &&
         write_private(folder / "kiosk" / "enrolment.json", enrolment.encode());
}

}  // namespace

Result<DemoKeysMade, DemoKeysFault> ensure_demo_keys(const DemoKeysOptions& options, const Clock& clock,
                                                     Random& random) {
  std::error_code error;
  if (fs::exists(options.folder / "kiosk" / "enrolment.json", error)) return DemoKeysMade::WereThere;
  if (fs::exists(options.folder, error) && !fs::is_empty(options.folder, error)) {
    return fail(DemoKeysFault::Incomplete);
  }
  const fs::path making = options.folder.string() + ".making-" + to_hex(random.bytes<6>());
  if (write_all(making, options, clock, random)) {
    // Renaming onto an empty folder, or none, is one step; whoever comes second finds it full.
    fs::rename(making, options.folder, error);
    if (!error) return DemoKeysMade::Fresh;
  }
  fs::remove_all(making, error);
  if (fs::exists(options.folder / "kiosk" / "enrolment.json", error)) return DemoKeysMade::WereThere;
  return fail(DemoKeysFault::CannotWrite);
}

}  // namespace pishkhan::backend
