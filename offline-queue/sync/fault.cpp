#include "offline-queue/sync/fault.h"

namespace pishkhan::sync {

bool is_answer(const SyncFault& fault) {
  return fault.problem || fault.kind == SyncFaultKind::Refused || fault.kind == SyncFaultKind::Fork ||
         fault.kind == SyncFaultKind::Busy;
}

const char* name(SyncFaultKind kind) {
  switch (kind) {
    case SyncFaultKind::Unreachable:
      return "unreachable";
    case SyncFaultKind::Timeout:
      return "timeout";
    case SyncFaultKind::Proxy:
      return "proxy";
    case SyncFaultKind::CaptivePortal:
      return "captive-portal";
    case SyncFaultKind::WrongCertificate:
      return "wrong-certificate";
    case SyncFaultKind::Refused:
      return "refused";
    case SyncFaultKind::Fork:
      return "fork";
    case SyncFaultKind::Busy:
      return "busy";
    case SyncFaultKind::BadAnswer:
      return "bad-answer";
    case SyncFaultKind::Stopped:
      return "stopped";
    case SyncFaultKind::OwnQueue:
      return "own-queue";
  }
  return "unknown";
}

const char* name(SyncDetail detail) {
  switch (detail) {
    case SyncDetail::None:
      return "";
    case SyncDetail::CertificateExpired:
      return "certificate-expired";
    case SyncDetail::CertificateNotYetValid:
      return "certificate-not-yet-valid";
    case SyncDetail::ForeignAuthority:
      return "foreign-authority";
    case SyncDetail::WrongName:
      return "wrong-name";
    case SyncDetail::OwnCertificateExpired:
      return "own-certificate-expired";
    case SyncDetail::OwnCertificateRefused:
      return "own-certificate-refused";
    case SyncDetail::OwnFilesUnreadable:
      return "own-files-unreadable";
    case SyncDetail::UpdateNeeded:
      return "update-needed";
    case SyncDetail::RestoredDisk:
      return "restored-disk";
    case SyncDetail::ForeignChain:
      return "foreign-chain";
  }
  return "unknown";
}

}  // namespace pishkhan::sync
