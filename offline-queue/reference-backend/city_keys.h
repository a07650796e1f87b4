#pragma once

#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/enrolment_messages.h"
#include "offline-queue/reference-backend/certificate_parts.h"

#include <chrono>
#include <filesystem>
#include <string>

namespace pishkhan::backend {

enum class CityKeysFault {
  BadAuthority,  ///< authority.pem, authority.key: cannot be read, or do not belong together
  BadKey,        ///< signing.pem or ingest-public.pem cannot be read
};

/// The keys with which a city makes kiosks its own: the authority's (client certificates) and the city's
/// (receipt certificates, and the word over what enrolment gives). Cases holds them, since ingest faces the
/// network; a city that gives cases none enrols nobody. In one folder:
///
///     authority.pem, authority.key   the CA that kiosks pin, or one below it whose certificate comes first
///     signing.pem                    the city's key
///     ingest-public.pem              ingest's word key, for the kiosks
///
/// Thread: one owner.
class CityKeys {
 public:
  [[nodiscard]] static Result<CityKeys, CityKeysFault> load(const std::filesystem::path& folder);

  /// What every kiosk of this city gets; the rest is filled in for each.
  struct Terms {
    std::string backend_url;
    protocol::OpeningPublicKey opening_key;
    std::string cases_key_pem;
    std::string update_key_pem;
    /// Of a client certificate. A kiosk renews at two thirds; what is left then must outlast the longest time
    /// without a network (90 days).
    std::chrono::seconds certificate_life = std::chrono::hours(24 * 400);
  };
  [[nodiscard]] std::string city_key_pem() const { return city_.verifying_key().pem(); }
  /// Certificate, document and the city's signature; the proof is the caller's.
  [[nodiscard]] protocol::EnrolmentAnswer certify(int kiosk, int epoch, const protocol::PublicPoint& key,
                                                  const Terms& terms, WallTime now) const;

 private:
  CityKeys(CertificateHandle authority, PrivateKeyHandle authority_key, protocol::SigningKey city)
      : authority_(std::move(authority)), authority_key_(std::move(authority_key)), city_(std::move(city)) {}
  [[nodiscard]] std::string certificate_for(int kiosk, int epoch, const protocol::PublicPoint& key,
                                            WallTime from, WallTime to) const;

  CertificateHandle authority_;
  PrivateKeyHandle authority_key_;
  protocol::SigningKey city_;
  std::string ingest_key_pem_;
  std::string authority_pem_;
};

}  // namespace pishkhan::backend
