// A card that says anything at T=1. The first byte chooses check and buffer; then, again and again, a length
// and so many bytes are what it says, with a right check byte if the length's highest bit is set.
#include "drivers/card-reader/t1.h"
#include "tests/fuzz/target.h"

#include <algorithm>

using namespace pishkhan;

namespace {

Bytes said(ByteReader& reader, card::BlockCheck check) {
  const std::uint8_t length = reader.u8();
  const ByteView run = reader.bytes(std::min<std::size_t>(length & 0x7F, reader.remaining()));
  Bytes block(run.begin(), run.end());
  if ((length & 0x80) == 0) return block;
  if (check == card::BlockCheck::Crc) {
    ByteWriter(block).be16(card::block_crc(block));
  } else {
    block.push_back(card::block_lrc(block));
  }
  return block;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(ByteView(data, size));
  const std::uint8_t choice = reader.u8();
  const auto check = (choice & 1) != 0 ? card::BlockCheck::Crc : card::BlockCheck::Lrc;
  card::T1 t1({.check = check, .card_buffer_bytes = 1 + choice % 254U});
  const Bytes command(1 + choice, 0x5A);
  for (int commands = 0; commands < 3; ++commands) {
    card::T1::Step step = commands == 1 ? t1.begin_buffer_size(254) : t1.begin(command);
    while (auto* send = std::get_if<card::T1::Send>(&step)) {
      ENSURE(send->block.size() >= 4 && send->block.size() <= 3 + 254 + 2, "what is sent is a block");
      if (reader.remaining() == 0) return 0;
      step = t1.hear(said(reader, check));
    }
    if (const auto* done = std::get_if<card::T1::Done>(&step)) {
      ENSURE(done->answer.size() <= 65'538, "no answer is longer than an APDU's");
    }
  }
  return 0;
}
