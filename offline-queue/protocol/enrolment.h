#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/protocol/receipt_statement.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace pishkhan::protocol {

enum class EnrolmentFault {
  Missing,  ///< the kiosk was never enrolled: nothing is filed
  Unreadable,
  NotJson,
  UnknownKey,  ///< `key` says which
  MissingKey,
  WrongType,
  BadValue,     ///< out of range, no key, certificate of another kiosk, not signed by the city
  DemoRefused,  ///< a demonstration's keys in a build that is for citizens
};

struct EnrolmentProblem {
  EnrolmentFault fault = EnrolmentFault::Unreadable;
  std::string key;  ///< the member that is wrong; empty if none
};

/// Whether the keys of a demonstration are taken.
enum class DemoPolicy { Accept, Refuse };

/// What this build does: only a build with PISHKHAN_DEMO accepts.
[[nodiscard]] DemoPolicy built_demo_policy();

/// What enrolment gave this kiosk. Public keys only; the kiosk's own private key is a file of its own.
/// Plain value; loaded once at start.
struct Enrolment {
  int kiosk = 0;  ///< 1000-9999
  int epoch = 0;  ///< 1-99; a new one after every re-imaging
  bool demo = false;
  std::string backend_url;  ///< "https://host:port"
  OpeningPublicKey opening_key;
  std::string city_key_pem;    ///< verifies KioskCertificate
  std::string ingest_key_pem;  ///< verifies Stored
  std::string cases_key_pem;   ///< verifies Opened
  std::string update_key_pem;  ///< verifies SignedUpdate (update_item.h)
  KioskCertificate certificate;

  /// JSON with exactly these members: "kiosk", "epoch", "demo", "backend-url", "opening-key" {"id",
  /// "public" (hex)}, "city-key", "ingest-key", "cases-key", "update-key" (PEM), "kiosk-certificate" (hex).
  [[nodiscard]] static Result<Enrolment, EnrolmentProblem> parse(std::string_view json, DemoPolicy policy);
  [[nodiscard]] static Result<Enrolment, EnrolmentProblem> load(const std::filesystem::path& file,
                                                                DemoPolicy policy);
  [[nodiscard]] std::string encode() const;
};

}  // namespace pishkhan::protocol
