#pragma once

#include "drivers/simulated/card_program.h"

namespace pishkhan::simulated {

/// A card whose every answer follows from the command, so that a test knows what is right without asking it:
///   GET DATA CA, P1 P2 = size: so many bytes of counted();
///   PUT DATA DA, data: the sum of its bytes is kept, and 9000; INTERNAL AUTHENTICATE 88: each byte xor A5.
class EchoCard : public CardProgram {
 public:
  // Answers to reset (ISO 7816-3, 8.2).
  static Bytes only_t0();         ///< default rate
  static Bytes only_t1();         ///< LRC, IFSC 254
  static Bytes t1_with_crc();     ///< IFSC 32
  static Bytes both_protocols();  ///< T=0 first, then T=1; TA1 = 95
  static Bytes specific_t1();     ///< TA2: T=1 at once

  explicit EchoCard(Bytes answer_to_reset = only_t0()) : CardProgram(std::move(answer_to_reset)) {}
  /// Byte i is i + 7 * (i / 256) + size, so that no part of an answer looks like another.
  [[nodiscard]] static Bytes counted(std::size_t size);
  [[nodiscard]] static Bytes echoed(ByteView data);
  [[nodiscard]] std::uint32_t sum() const { return sum_; }

 protected:
  Answer run(const CardCommand& command) override;

 private:
  std::uint32_t sum_ = 0;
};

}  // namespace pishkhan::simulated
