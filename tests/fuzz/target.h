#pragma once

#include "base/core/bytes.h"
#include "base/core/ensure.h"

/// libFuzzer's entry; in the everyday build replay_main.cpp calls it for every file of the corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace pishkhan::fuzz {

/// What a parser took must mean the same after it was written and read again.
template <class Message>
void round_trip(ByteView bytes) {
  const auto parsed = Message::parse(bytes);
  if (!parsed) return;
  const auto encoded = parsed->encode();
  const auto again = Message::parse(encoded);
  ENSURE(again && *again == *parsed, "what was parsed survives encoding");
}
template <class Message>
void round_trip_text(ByteView bytes) {
  const auto parsed = Message::parse(as_text(bytes));
  if (!parsed) return;
  const auto encoded = parsed->encode();
  const auto again = Message::parse(encoded);
  ENSURE(again.has_value(), "what was parsed survives encoding");
  ENSURE(again->encode() == encoded, "the second encoding is the first");
}

}  // namespace pishkhan::fuzz
