#pragma once

#include "offline-queue/protocol/chain.h"

#include <string>

namespace pishkhan::protocol {

enum class AcknowledgementKind : std::uint8_t {
  Stored = 1,  ///< ingest has it durably; signed by ingest's key
  Opened = 2,  ///< the holder of the opening key has read it; signed by cases' key
};

/// What cases found. Meaningful for Opened only.
enum class Verdict : std::uint8_t {
  None = 0,      ///< a Stored acknowledgement
  Accepted = 1,  ///< valid; `case_number` is its case
  Joined = 2,    ///< valid, and the same matter as an earlier case, `case_number`
  Invalid = 3,   ///< cannot be opened or used, for good: kept on the kiosk, flagged, never erased
};

/// The backend's signed word about one record. Plain value.
struct Acknowledgement {
  AcknowledgementKind kind = AcknowledgementKind::Stored;
  Verdict verdict = Verdict::None;
  int kiosk = 0;
  int epoch = 0;
  int sequence = 0;
  RequestId request_id{};
  Hash hash{};              ///< the record's chain hash
  WallTime at{};            ///< the backend's clock
  std::string case_number;  ///< ASCII, at most 64; empty for Stored and for records that open no case
  Signature signature{};

  /// "PKA", version 1, kind, verdict, kiosk 2, epoch 1, sequence 4, request id 16, hash 32, at 8, length of
  /// case number 1, case number: what is signed.
  [[nodiscard]] Bytes signed_bytes() const;
  void sign(const SigningKey& backend);
  [[nodiscard]] bool verify(const VerifyingKey& backend) const;
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

}  // namespace pishkhan::protocol
