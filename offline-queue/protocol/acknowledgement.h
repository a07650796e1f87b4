#pragma once

#include "offline-queue/protocol/chain.h"

#include <string>

namespace pishkhan::protocol {

/// Ingest's signed word about a whole epoch so far: every place up to `sequence` is durably stored, with `hash`
/// as the chain's hash there. Plain value.
struct StoredWord {
  int kiosk = 0;
  int epoch = 0;
  int sequence = 0;
  Hash hash{};
  WallTime at{};  ///< ingest's clock when it signed
  Signature signature{};

  /// "PKS", version 1, kiosk 2, epoch 1, sequence 4, hash 32, at 8: what is signed.
  [[nodiscard]] Bytes signed_bytes() const;
  void sign(const SigningKey& ingest);
  [[nodiscard]] bool verify(const VerifyingKey& ingest) const;
  friend bool operator==(const StoredWord&, const StoredWord&) = default;
};

/// What cases found.
enum class Verdict : std::uint8_t {
  Accepted = 1,  ///< valid; `case_number` is its case
  Joined = 2,    ///< valid, and the same matter as an earlier case, `case_number`
  Invalid = 3,   ///< cannot be opened or used, for good: kept on the kiosk, flagged, never erased
  Missing = 4,   ///< its content never came, only its link: the one word that a later one may replace
};

/// Cases' signed word about one record ("opened"). Plain value.
struct Acknowledgement {
  Verdict verdict = Verdict::Accepted;
  int kiosk = 0;
  int epoch = 0;
  int sequence = 0;
  RequestId request_id{};   ///< zeros if only the hash of the record came
  Hash hash{};              ///< the record's chain hash
  WallTime at{};            ///< cases' clock
  std::string case_number;  ///< ASCII, at most 64; empty for records that open no case
  Signature signature{};

  /// "PKA", version 1, verdict, kiosk 2, epoch 1, sequence 4, request id 16, hash 32, at 8, length of case
  /// number 1, case number: what is signed.
  [[nodiscard]] Bytes signed_bytes() const;
  void sign(const SigningKey& cases);
  [[nodiscard]] bool verify(const VerifyingKey& cases) const;
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

}  // namespace pishkhan::protocol
