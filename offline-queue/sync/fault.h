#pragma once

#include "offline-queue/protocol/problem.h"

#include <chrono>
#include <optional>

namespace pishkhan::sync {

/// What can go wrong between the kiosk and the backend, by what somebody can do about it.
enum class SyncFaultKind {
  Unreachable,       ///< no route, no name, connection refused or broken; try again later
  Timeout,           ///< no answer within the deadline; it may have arrived all the same
  Proxy,             ///< the configured proxy is not there, or lets us not through; staff
  CaptivePortal,     ///< something else answered (a login page); staff must look at the network
  WrongCertificate,  ///< the other side is not the pinned backend, or it refuses our certificate; staff
  Refused,           ///< the backend said no, for good; see `problem`
  Fork,              ///< the backend holds another chain for this kiosk and epoch; see `problem`; staff
  Busy,              ///< the backend asked to wait; see `retry_after`
  BadAnswer,         ///< the backend's own answer breaks the protocol
  Stopped,           ///< the caller asked to stop, or it gave way to somebody who waits
  OwnQueue,          ///< the kiosk's own queue could not be read or written; nobody else is to blame
};

/// What exactly, where staff must know more than the kind.
enum class SyncDetail {
  None,
  CertificateExpired,      ///< WrongCertificate: the backend's is over, or our clock is ahead
  CertificateNotYetValid,  ///< WrongCertificate: our clock is behind
  ForeignAuthority,        ///< WrongCertificate: not from the pinned CA; somebody stands in between
  WrongName,               ///< WrongCertificate: from the pinned CA, for another machine
  OwnCertificateExpired,   ///< WrongCertificate: the backend says that ours is over
  OwnCertificateRefused,   ///< WrongCertificate: the backend does not take ours
  OwnFilesUnreadable,      ///< WrongCertificate: our certificate, key or CA cannot be read, or is a demo's
  UpdateNeeded,            ///< Refused: the backend does not know our version of the protocol
  RestoredDisk,  ///< Fork: both sides agree on the beginning; this disk was put back to an older state
  ForeignChain,  ///< Fork: the two have nothing in common that the exchange could show
};

struct SyncFault {
  SyncFaultKind kind = SyncFaultKind::Unreachable;
  std::optional<protocol::Problem> problem;              ///< for Refused, Fork and Busy, if one was sent
  std::optional<std::chrono::milliseconds> retry_after;  ///< for Busy
  SyncDetail detail = SyncDetail::None;
};

/// Whether it is the backend that said it, so that it was reached: a refusal, a fork, "wait".
[[nodiscard]] bool is_answer(const SyncFault& fault);

/// A stable word for logs and for staff, e.g. "captive-portal".
[[nodiscard]] const char* name(SyncFaultKind kind);
[[nodiscard]] const char* name(SyncDetail detail);

}  // namespace pishkhan::sync
