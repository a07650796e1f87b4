#include "base/core/base64.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

using namespace pishkhan;

TEST_CASE("base64 gives the vectors of RFC 4648 section 10") {
  CHECK(to_base64(as_bytes("")) == "");
  CHECK(to_base64(as_bytes("f")) == "Zg==");
  CHECK(to_base64(as_bytes("fo")) == "Zm8=");
  CHECK(to_base64(as_bytes("foo")) == "Zm9v");
  CHECK(to_base64(as_bytes("foobar")) == "Zm9vYmFy");
}

TEST_CASE("base64 returns what went in, and refuses every other spelling") {
  SeededRandom random(4648);
  for (std::size_t size = 0; size < 100; ++size) {
    Bytes bytes(size);
    random.fill(bytes);
    const std::string text = to_base64(bytes);
    REQUIRE(from_base64(text) == bytes);
    for (std::size_t cut = 1; cut < 4 && cut < text.size(); ++cut) {
      CHECK_FALSE(from_base64(std::string_view(text).substr(0, text.size() - cut)));
    }
  }
  for (const char* wrong : {"Zh==", "Zm9=", "Z===", "====", "Zm 9", "Zg==Zg==", "Zm9_", "Zm9v\n"}) {
    CAPTURE(wrong);
    CHECK_FALSE(from_base64(wrong));
  }
}
