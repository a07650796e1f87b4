#include "drivers/receipt-printer/escpos.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace pishkhan::printer::escpos {
namespace {

std::string hex(void (*append)(Bytes&)) {
  Bytes bytes;
  append(bytes);
  return to_hex(bytes);
}

TEST_CASE("commands are the bytes of the Command Reference") {
  CHECK(hex([](Bytes& out) { append_initialise(out); }) == "1b40");
  CHECK(hex([](Bytes& out) { append_motion_unit(out, 203); }) == "1d5000cb");
  CHECK(hex([](Bytes& out) { append_feed(out, 1); }) == "1b4a01");
  CHECK(hex([](Bytes& out) { append_feed(out, 600); }) == "1b4aff1b4aff1b4a5a");
  CHECK(hex([](Bytes& out) { append_feed(out, 0); }).empty());
  CHECK(hex([](Bytes& out) { append_cut(out, Cut::Partial, 7); }) == "1d564207");
  CHECK(hex([](Bytes& out) { append_cut(out, Cut::Full, 0); }) == "1d564100");
  CHECK(hex([](Bytes& out) { append_fence(out, {0x20, 0x7E, 'A', 'z'}); }) == "1d284806003030207e417a");
  CHECK(hex([](Bytes& out) { append_status_request(out, StatusKind::Paper); }) == "100404");
  CHECK(hex([](Bytes& out) { append_clear(out); }) == "10140801031401060208");
}

TEST_CASE("a raster band carries its rows and nothing else") {
  Bitmap bitmap(12, 3);
  bitmap.set(0, 1);
  bitmap.set(11, 2);
  Bytes out;
  append_raster(out, bitmap, 1, 2);
  CHECK(to_hex(out) ==
        "1d76300002000200"
        "8000"
        "0010");
}

TEST_CASE("process IDs are drawn from all characters 32 to 126, and only from them") {
  SeededRandom random(4);
  std::array<int, 256> seen{};
  for (int i = 0; i < 5000; ++i) {
    for (const std::uint8_t character : random_process_id(random)) ++seen[character];
  }
  for (int i = 0; i < 256; ++i) CHECK((seen[static_cast<std::size_t>(i)] > 0) == (i >= 32 && i <= 126));
}

TEST_CASE("a byte whose fixed bits are wrong is not a status") {
  int statuses = 0;
  for (int i = 0; i < 256; ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    const bool fixed = (i & 1) == 0 && (i & 2) != 0 && (i & 16) != 0 && (i & 128) == 0;
    CHECK(is_status(byte) == fixed);
    CHECK(parse_printer_status(byte).has_value() == fixed);
    CHECK(parse_offline_status(byte).has_value() == fixed);
    CHECK(parse_error_status(byte).has_value() == fixed);
    if (!fixed) CHECK_FALSE(parse_paper_status(byte).has_value());
    statuses += fixed ? 1 : 0;
  }
  CHECK(statuses == 16);
}

TEST_CASE("status bits mean what the specification says") {
  CHECK(parse_printer_status(0x1A)->offline);
  CHECK_FALSE(parse_printer_status(0x16)->offline);
  CHECK(parse_offline_status(0x16)->cover_open);
  CHECK(parse_offline_status(0x1A)->feed_button);
  CHECK(parse_offline_status(0x32)->paper_end_stop);
  CHECK(parse_offline_status(0x52)->error);
  CHECK(parse_error_status(0x16)->recoverable);
  CHECK(parse_error_status(0x1A)->cutter);
  CHECK(parse_error_status(0x32)->unrecoverable);
  CHECK(parse_error_status(0x52)->overheated);
  CHECK(parse_paper_status(0x1E)->near_end);
  CHECK(parse_paper_status(0x7E)->out);
  CHECK_FALSE(parse_paper_status(0x12)->near_end);
  for (const int half : {0x16, 0x1A, 0x32, 0x52, 0x3E})
    CHECK_FALSE(parse_paper_status(static_cast<std::uint8_t>(half)).has_value());
}

TEST_CASE("answers are found however the transfers were cut, and every truncation is none") {
  const Bytes echo{0x37, 0x22, 'a', '7', 0x32, '~', 0x00};
  AnswerParser parser;
  for (std::size_t i = 0; i + 1 < echo.size(); ++i) CHECK_FALSE(parser.take(echo[i]).has_value());
  const auto answer = parser.take(echo.back());
  REQUIRE(answer);
  CHECK(std::get<Echo>(*answer).id == ProcessId{'a', '7', 0x32, '~'});
  CHECK(parser.noise_bytes() == 0);

  for (std::size_t length = 1; length < echo.size(); ++length) {
    AnswerParser cut;
    for (std::size_t i = 0; i < length; ++i) CHECK_FALSE(cut.take(echo[i]).has_value());
    // A real-time status in between ends what was half received, unless it could be a character of it.
    const auto next = cut.take(0x12);
    REQUIRE(next);
    CHECK(std::holds_alternative<StatusByte>(*next));
    CHECK(cut.noise_bytes() == length);
  }
}

TEST_CASE("the clear response, and answers one after another") {
  AnswerParser parser;
  int statuses = 0;
  int clears = 0;
  int echoes = 0;
  const Bytes bytes{0x12, 0x37, 0x25, 0x00, 0x37, 0x37, 0x22, 'a', 'b',
                    'c',  'd',  0x00, 0x16, 0xFF, 0x37, 0x22, 'a', 0x00};
  for (const std::uint8_t byte : bytes) {
    const auto answer = parser.take(byte);
    if (!answer) continue;
    statuses += std::holds_alternative<StatusByte>(*answer) ? 1 : 0;
    clears += std::holds_alternative<Cleared>(*answer) ? 1 : 0;
    echoes += std::holds_alternative<Echo>(*answer) ? 1 : 0;
  }
  CHECK(statuses == 2);
  CHECK(clears == 1);
  CHECK(echoes == 1);
}

TEST_CASE("every model is possible") {
  for (const Model& model : models()) {
    CHECK(find_model(model.name) != nullptr);
    CHECK(model.dots_per_line % 8 == 0);
    CHECK(model.buffer_bytes >= 2048);
  }
  CHECK(models()[0].proof == ProofOfPrint::None);
  CHECK(find_model("nobody's") == nullptr);
}

}  // namespace
}  // namespace pishkhan::printer::escpos
