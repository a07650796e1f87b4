#include "kiosk/workers/queue_worker.h"

#include <utility>

namespace pishkhan::workers {

namespace {

IdentityFault key_fault(protocol::KeyFault fault, const std::filesystem::path& file) {
  switch (fault) {
    case protocol::KeyFault::NoTpm:
      return {"TPM", file, "queue.key is \"tpm\", but no TPM answers (or tpm2-openssl is not installed)"};
    case protocol::KeyFault::TpmFailed:
      return {"TPM", file, "the TPM does not take this key: it was made by another one"};
    case protocol::KeyFault::WrongKind:
      return {"KEYS", file, "the signing key does not lie where queue.key says, \"file\" or \"tpm\""};
    default:
      return {"KEYS", file, "no usable signing key"};
  }
}

}  // namespace

Result<std::unique_ptr<Identity>, IdentityFault> load_identity(const std::filesystem::path& folder,
                                                               protocol::KeyPlace place) {
  using protocol::EnrolmentFault;
  sync::KeyFolder key_folder(folder);
  const auto set = key_folder.current();
  if (!set && set.error() != sync::KeyFolderFault::NotEnrolled)
    return fail(IdentityFault{"KEYS", folder / "current", "the folder of keys cannot be read, or is damaged"});
  // What is not there is looked for under its first name, and said so.
  const auto enrolment_file = set ? set->enrolment : folder / "enrolment.json";
  auto enrolment = protocol::Enrolment::load(enrolment_file, protocol::built_demo_policy());
  if (!enrolment) {
    const EnrolmentFault fault = enrolment.error().fault;
    std::string code = "ENROLMENT";
    if (fault == EnrolmentFault::Missing) code = "NOT-ENROLLED";
    if (fault == EnrolmentFault::DemoRefused) code = "DEMO-KEYS";
    return fail(
        IdentityFault{code, enrolment_file,
                      enrolment.error().key.empty() ? "cannot be read" : "member " + enrolment.error().key});
  }
  const auto key_file = set ? set->signing_key : folder / "signing.pem";
  auto key = protocol::SigningKey::load(key_file, place);
  if (!key) return fail(key_fault(key.error(), key_file));
  const auto secret_file = folder / "device.secret";
  auto secret = protocol::DeviceSecret::load(secret_file);
  if (!secret) return fail(IdentityFault{"KEYS", secret_file, "no usable device secret"});
  auto ingest = protocol::VerifyingKey::from_pem(enrolment->ingest_key_pem);
  auto cases = protocol::VerifyingKey::from_pem(enrolment->cases_key_pem);
  auto updates = protocol::VerifyingKey::from_pem(enrolment->update_key_pem);
  if (!ingest || !cases || !updates)
    return fail(IdentityFault{"ENROLMENT", enrolment_file, "the backend's keys"});
  return std::unique_ptr<Identity>(new Identity{std::move(*enrolment), std::move(*key), std::move(*secret),
                                                std::move(*ingest), std::move(*cases), std::move(*updates),
                                                set.value_or(sync::KeySet())});
}

}  // namespace pishkhan::workers
