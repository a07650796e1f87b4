#include "offline-queue/sync/fault.h"

namespace pishkhan::sync {

const char* name(SyncFaultKind kind) {
  switch (kind) {
    case SyncFaultKind::Unreachable:
      return "unreachable";
    case SyncFaultKind::Timeout:
      return "timeout";
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
  }
  return "unknown";
}

const char* name(SyncDetail detail) {
  switch (detail) {
    case SyncDetail::None:
      return "";
    case SyncDetail::RestoredDisk:
      return "restored-disk";
    case SyncDetail::ForeignChain:
      return "foreign-chain";
  }
  return "unknown";
}

}  // namespace pishkhan::sync
