#include "drivers/receipt-printer/escpos.h"

#include "drivers/receipt-printer/answers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
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
  CHECK(hex([](Bytes& out) { append_sensor_question(out); }) == "1d7201");
  CHECK(hex([](Bytes& out) { append_silence(out); }) == "1d6100");
  CHECK(hex([](Bytes& out) { append_present(out, 12); }) == "1d65030c");
  CHECK(hex([](Bytes& out) { append_take_back(out, Presenter::Untaken::Retract); }) == "1d6502");
  CHECK(hex([](Bytes& out) { append_take_back(out, Presenter::Untaken::Eject); }) == "1d6505");
  CHECK(hex([](Bytes& out) { append_ejector_question(out); }) == "1d6506");
  CHECK(hex([](Bytes& out) {
          append_automatic_status(out, {.online = true, .errors = true, .paper = true});
        }) == "1d610e");
  CHECK(hex([](Bytes& out) { append_automatic_status(out, {.paper = true}); }) == "1d6108");
  CHECK(hex([](Bytes& out) { append_status_request(out, StatusKind::Full); }) == "100414");
  CHECK(hex([](Bytes& out) { append_fence(out, {0x20, 0x7E, 'A', 'z'}); }) == "1d284806003030207e417a");
  CHECK(hex([](Bytes& out) { append_status_request(out, StatusKind::Paper); }) == "100404");
  CHECK(hex([](Bytes& out) { append_clear(out); }) == "10140801031401060208");
}

TEST_CASE("a cut brings the last row to the knife, by itself or by our feed") {
  const auto cut = [](CutForm form) {
    Model model;
    model.cut = form;
    model.cut_distance_rows = 300;
    model.feed_before_cut_rows = 7;
    Bytes bytes;
    append_cut(bytes, model);
    return to_hex(bytes);
  };
  CHECK(cut(CutForm::FeedThenPartial) == "1d564207");
  CHECK(cut(CutForm::FeedThenFull) == "1d564107");
  CHECK(cut(CutForm::Full) ==
        "1b4aff1b4a34"
        "1d5600");
  CHECK(cut(CutForm::Partial) ==
        "1b4aff1b4a34"
        "1d5601");
  CHECK(cut(CutForm::EscI) ==
        "1b4aff1b4a34"
        "1b69");
  CHECK(cut(CutForm::EscM) ==
        "1b4aff1b4a34"
        "1b6d");
  CHECK(cut(CutForm::None) == "1b4aff1b4a34");
}

TEST_CASE("graphics: stored with its size, then printed") {
  Bitmap bitmap(12, 3);
  bitmap.set(0, 1);
  bitmap.set(11, 2);
  Bytes out;
  append_raster(out, RasterForm::Graphics, bitmap, 1, 2);
  CHECK(to_hex(out) ==
        "1d284c0e00"
        "3070"
        "30"
        "0101"
        "31"
        "1000"
        "0200"
        "8000"
        "0010"
        "1d284c0200"
        "3032");
}

TEST_CASE("a raster band carries its rows and nothing else") {
  Bitmap bitmap(12, 3);
  bitmap.set(0, 1);
  bitmap.set(11, 2);
  Bytes out;
  append_raster(out, RasterForm::GsV0, bitmap, 1, 2);
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

TEST_CASE("the port's status and the ejector's: each bit") {
  CHECK(parse_port_status(0x18).selected);
  CHECK_FALSE(parse_port_status(0x18).error);
  CHECK_FALSE(parse_port_status(0x18).paper_empty);
  CHECK(parse_port_status(0x10).error);
  CHECK(parse_port_status(0x38).paper_empty);
  CHECK_FALSE(parse_port_status(0x08).selected);
  CHECK(parse_port_status(0xDF).selected);  // reserved bits that some printers set

  const auto fine = parse_ejector_status(0x04);
  REQUIRE(fine);
  CHECK(fine->paper_present);
  CHECK_FALSE(
      (fine->near_end || fine->in_mouth || fine->motor_on || fine->ejecting || fine->error || fine->paper_jam));
  CHECK(parse_ejector_status(0x05)->near_end);
  CHECK(parse_ejector_status(0x0C)->in_mouth);
  CHECK(parse_ejector_status(0x14)->motor_on);
  CHECK(parse_ejector_status(0x24)->ejecting);
  CHECK(parse_ejector_status(0x44)->error);
  CHECK(parse_ejector_status(0x84)->paper_jam);
  CHECK_FALSE(parse_ejector_status(0x06).has_value());
}

TEST_CASE("answers are found however the transfers were cut, and every truncation is none") {
  const Bytes echo{0x37, 0x22, 'a', '7', 0x32, '~', 0x00};
  AnswerParser parser(StatusForm::RealTime1To4, ProofOfPrint::ProcessIdEcho);
  for (std::size_t i = 0; i + 1 < echo.size(); ++i) CHECK_FALSE(parser.take(echo[i]).has_value());
  const auto answer = parser.take(echo.back());
  REQUIRE(answer);
  CHECK(std::get<Echo>(*answer).id == ProcessId{'a', '7', 0x32, '~'});
  CHECK(parser.noise_bytes() == 0);

  for (std::size_t length = 1; length < echo.size(); ++length) {
    AnswerParser cut(StatusForm::RealTime1To4, ProofOfPrint::ProcessIdEcho);
    for (std::size_t i = 0; i < length; ++i) CHECK_FALSE(cut.take(echo[i]).has_value());
    // A real-time status in between ends what was half received, unless it could be a character of it.
    const auto next = cut.take(0x12);
    REQUIRE(next);
    CHECK(std::holds_alternative<StatusByte>(*next));
    CHECK(cut.noise_bytes() == length);
  }
}

TEST_CASE("the clear response, and answers one after another") {
  AnswerParser parser(StatusForm::RealTime1To4, ProofOfPrint::ProcessIdEcho);
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

TEST_CASE("automatic status is told from the answers that were asked for") {
  AnswerParser parser(StatusForm::RealTime1To4, ProofOfPrint::ProcessIdEcho);
  // Off-line, cover open; cutter; near end and end; then a status that was asked for.
  std::optional<AutomaticStatus> automatic;
  int statuses = 0;
  for (const int byte : {0x38, 0x08, 0x0F, 0x00, 0x12}) {
    const auto answer = parser.take(static_cast<std::uint8_t>(byte));
    if (!answer) continue;
    if (const auto* found = std::get_if<AutomaticStatus>(&*answer)) automatic = *found;
    statuses += std::holds_alternative<StatusByte>(*answer) ? 1 : 0;
  }
  REQUIRE(automatic);
  CHECK(automatic->offline);
  CHECK(automatic->cover_open);
  CHECK(automatic->error.cutter);
  CHECK_FALSE(automatic->error.unrecoverable);
  CHECK(automatic->paper.near_end);
  CHECK(automatic->paper.out);
  CHECK(statuses == 1);
  CHECK(parser.noise_bytes() == 0);
  // Cut off in the middle: what comes next is not lost.
  CHECK_FALSE(parser.take(0x10).has_value());
  CHECK_FALSE(parser.take(0x00).has_value());
  REQUIRE(parser.take(0x12).has_value());
  CHECK(parser.noise_bytes() == 2);
}

TEST_CASE("sensor echoes exist only where the model fences with them") {
  AnswerParser with(StatusForm::FullStatus, ProofOfPrint::SensorEcho);
  const auto answer = with.take(0x03);
  REQUIRE(answer);
  CHECK(std::get<SensorEcho>(*answer).paper.near_end);
  CHECK_FALSE(std::get<SensorEcho>(*answer).paper.out);
  AnswerParser without(StatusForm::RealTime1To4, ProofOfPrint::ProcessIdEcho);
  CHECK_FALSE(without.take(0x03).has_value());
  CHECK(without.noise_bytes() == 1);
}

TEST_CASE("FULL STATUS: each bit, and every truncation") {
  const auto parse = [](std::initializer_list<int> bytes) {
    AnswerParser parser(StatusForm::FullStatus, ProofOfPrint::SensorEcho);
    std::optional<FullStatus> found;
    for (const int byte : bytes) {
      const auto answer = parser.take(static_cast<std::uint8_t>(byte));
      if (answer && std::holds_alternative<FullStatus>(*answer)) found = std::get<FullStatus>(*answer);
    }
    return found;
  };
  const auto fine = parse({0x10, 0x0F, 0, 0, 0, 0});
  REQUIRE(fine);
  CHECK_FALSE((fine->paper.out || fine->paper.near_end || fine->in_mouth || fine->cover_open ||
               fine->overheated || fine->voltage || fine->paper_jam || fine->cutter || fine->memory));
  CHECK(parse({0x10, 0x0F, 0x01, 0, 0, 0})->paper.out);
  CHECK(parse({0x10, 0x0F, 0x04, 0, 0, 0})->paper.near_end);
  CHECK(parse({0x10, 0x0F, 0x20, 0, 0, 0})->in_mouth);
  CHECK(parse({0x10, 0x0F, 0, 0x01, 0, 0})->cover_open);
  CHECK(parse({0x10, 0x0F, 0, 0x02, 0, 0})->cover_open);
  CHECK(parse({0x10, 0x0F, 0, 0, 0x01, 0})->overheated);
  CHECK(parse({0x10, 0x0F, 0, 0, 0x08, 0})->voltage);
  CHECK(parse({0x10, 0x0F, 0, 0, 0x40, 0})->paper_jam);
  CHECK(parse({0x10, 0x0F, 0, 0, 0, 0x01})->cutter);
  CHECK(parse({0x10, 0x0F, 0, 0, 0, 0x02})->cover_open);
  CHECK(parse({0x10, 0x0F, 0, 0, 0, 0x08})->memory);
  CHECK_FALSE(parse({0x10, 0x0F, 0, 0, 0}).has_value());
  CHECK_FALSE(parse({0x10, 0x0E, 0, 0, 0, 0}).has_value());
}

}  // namespace
}  // namespace pishkhan::printer::escpos
