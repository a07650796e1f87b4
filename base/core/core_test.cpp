#include "base/core/bitmap.h"
#include "base/core/bytes.h"
#include "base/core/mailbox.h"
#include "base/core/personal.h"
#include "base/core/png.h"
#include "base/core/random.h"
#include "base/core/result.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <thread>

using namespace pishkhan;

TEST_CASE("hex goes there and back, and refuses what is not hex") {
  const Bytes bytes{0x00, 0x7f, 0xff, 0x1a};
  CHECK(to_hex(bytes) == "007fff1a");
  CHECK(from_hex("007FfF1a") == bytes);
  CHECK_FALSE(from_hex("0").has_value());
  CHECK_FALSE(from_hex("0g").has_value());
}

TEST_CASE("a byte reader survives every truncation of what a writer wrote") {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.u8(1);
  writer.be16(0x0203);
  writer.le32(0x07060504);
  writer.be64(0x08090a0b0c0d0e0fU);
  writer.bytes(as_bytes("xyz"));
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    ByteReader reader(ByteView(bytes).first(length));
    const auto a = reader.u8();
    const auto b = reader.be16();
    const auto c = reader.le32();
    const auto d = reader.be64();
    const auto e = reader.bytes(3);
    CHECK(reader.ok() == (length == bytes.size()));
    if (!reader.ok()) continue;
    CHECK(a == 1);
    CHECK(b == 0x0203);
    CHECK(c == 0x07060504);
    CHECK(d == 0x08090a0b0c0d0e0fU);
    CHECK(as_text(e) == "xyz");
    CHECK(reader.at_end());
  }
}

TEST_CASE("personal text is gone from its memory when it is cleared") {
  PersonalText text("a long enough text to live on the heap, 0912 345 6789");
  const char* place = text.reveal().data();
  const std::size_t size = text.reveal().size();
  text.clear();
  CHECK(text.empty());
  for (std::size_t i = 0; i < size; ++i) CHECK(place[i] == 0);  // the capacity still belongs to the string
}

TEST_CASE("personal text moved from is empty") {
  PersonalText first("0499370899");
  PersonalText second(std::move(first));
  CHECK(second.reveal() == "0499370899");
  CHECK(first.empty());  // NOLINT: the promise under test
}

TEST_CASE("a mailbox hands messages over in order and lets the latest status win") {
  Mailbox<int> box(3);
  box.post(1);
  box.post(2);
  box.replace_or_post(22, [](int waiting) { return waiting == 2; });
  CHECK(box.try_take() == 1);
  CHECK(box.try_take() == 22);
  CHECK_FALSE(box.try_take().has_value());

  std::jthread poster([&box] { box.post(7); });
  CHECK(box.take({}, std::chrono::seconds(5)) == 7);
}

TEST_CASE("a bitmap keeps the head's bit order and clips at its edges") {
  Bitmap bitmap(10, 2);
  bitmap.set(0, 0);
  bitmap.set(9, 1);
  bitmap.set(10, 1);
  bitmap.set(-1, 0);
  CHECK(bitmap.row(0)[0] == 0x80);
  CHECK(bitmap.row(1)[1] == 0x40);
  CHECK(bitmap.black(9, 1));
  CHECK_FALSE(bitmap.black(8, 1));
}

TEST_CASE("a picture survives a PNG file") {
  const auto path = std::filesystem::temp_directory_path() / "pishkhan-core-test.png";
  const Picture picture{2, 2, {0xff102030, 0xffffffff, 0xff000000, 0xffc9790a}};
  REQUIRE(write_png(path, picture).has_value());
  const auto read = read_png(path);
  REQUIRE(read.has_value());
  CHECK(*read == picture);
  std::filesystem::remove(path);
  CHECK(read_png(path).error() == PngFault::CannotOpen);
}

TEST_CASE("seeded randomness repeats; the kernel's does not") {
  CHECK(SeededRandom(7).bytes<16>() == SeededRandom(7).bytes<16>());
  SystemRandom system;
  CHECK(system.bytes<16>() != system.bytes<16>());
}
