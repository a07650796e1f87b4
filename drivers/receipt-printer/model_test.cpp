#include "drivers/receipt-printer/model.h"

#include "drivers/receipt-printer/shipped_models_test.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace pishkhan::printer {
namespace {

using Kind = DataFault::Kind;

std::string text_of(const std::string& id) {
  std::ifstream file("assets/printers/" + id + ".json");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("every shipped model is read, and its name is its file's") {
  const Models& models = test::shipped_models();
  for (const auto& refused : models.refused()) FAIL(refused.file << ": " << describe(refused.fault));
  CHECK(models.all().size() >= 7);
  for (const Model& model : models.all()) {
    CAPTURE(model.id);
    CHECK(models.find(model.id) == &model);
    CHECK(model.dots_per_line % 8 == 0);
    CHECK(model.printable_dots() >= 384);
    if (model.presenter) CHECK(model.status == StatusForm::FullStatus);
  }
  CHECK(models.find("nobody's") == nullptr);
  CHECK(test::shipped("safe").proof == ProofOfPrint::None);
  CHECK(test::shipped("safe").matches.empty());
  CHECK(test::shipped("epson-tm-t20").proof == ProofOfPrint::ProcessIdEcho);
  CHECK(test::shipped("custom-vkp80").presenter->untaken == Presenter::Untaken::Retract);
}

TEST_CASE("a file that is wrong is refused by the field that is wrong") {
  const auto fault = [](const std::string& text) {
    const auto model = parse_model("x", text);
    REQUIRE_FALSE(model);
    return model.error();
  };
  const std::string good = text_of("custom-vkp80");
  REQUIRE(parse_model("x", good));
  CHECK(fault("{").kind == Kind::Syntax);
  CHECK(fault("[]").kind == Kind::WrongType);
  CHECK(fault("{}").kind == Kind::MissingField);
  const auto type = fault(replaced(good, "\"buffer_bytes\": 4096", "\"buffer_bytes\": \"4096\""));
  CHECK(describe(type) == "wrong-type: pishkhan.buffer_bytes: 2048 to 1048576");
  CHECK(fault(replaced(good, "4096", "18446744073709551615")).kind == Kind::WrongValue);
  CHECK(fault(replaced(good, "4096", "-9223372036854775808")).kind == Kind::WrongValue);
  CHECK(fault(replaced(good, "4096", "4096.5")).kind == Kind::WrongType);
  CHECK(fault(replaced(good, "\"esc-i\"", "\"esc-o\"")).field == "pishkhan.cut");
  const auto unknown = fault(replaced(good, "\"buffer_bytes\"", "\"bufer_bytes\": 1, \"buffer_bytes\""));
  CHECK(unknown.kind == Kind::UnknownField);
  CHECK(unknown.field == "pishkhan.bufer_bytes");
  CHECK(fault(replaced(good, "\"0dd4\"", "\"dd4\"")).field == "pishkhan.match.0.vendor_id");
  CHECK(fault(replaced(good, "\"full-status\"", "\"dle-eot\"")).field == "pishkhan.presenter");
  CHECK(fault(replaced(good, "\"bitImageRaster\": true", "\"bitImageRaster\": false")).field ==
        "features.bitImageRaster");
  CHECK(fault(replaced(good, "640", "150")).field == "pishkhan.margin_left_dots");
}

TEST_CASE("the README's table has the words that a model file may have, and no others") {
  std::ifstream readme("drivers/receipt-printer/README.md");
  std::map<std::string, std::set<std::string>> told;
  for (std::string line; std::getline(readme, line);) {
    const auto cell = line.find("` | ");
    if (!line.starts_with("| `") || cell == std::string::npos) continue;
    std::set<std::string>& words = told[line.substr(3, cell - 3)];
    for (auto at = line.find('`', cell + 1); at != std::string::npos; at = line.find('`', at + 1)) {
      const auto end = line.find('`', at + 1);
      REQUIRE(end != std::string::npos);
      words.insert(line.substr(at + 1, end - at - 1));
      at = end;
    }
  }
  for (const std::string field : {"proof", "status", "reset", "raster", "cut", "blank_rows"}) {
    CAPTURE(field);
    std::map<std::string, std::string> forms{{"proof", "none"}, {"status", "none"}, {"cut", "none"}};
    forms[field] = "nonsense";
    std::string text = R"({"name": "N", "vendor": "V", "media": {"dpi": 203, "width": {"pixels": 576}},)"
                       R"("pishkhan": {"buffer_bytes": 4096, "cut_distance_rows": 96)";
    for (const auto& [name, word] : forms) text += ", \"" + name + "\": \"" + word + "\"";
    const auto refused = parse_model("x", text + "}}");
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().field == "pishkhan." + field);
    std::set<std::string> read;
    std::istringstream allowed(refused.error().allowed);
    for (std::string word; allowed >> word;) read.insert(word.substr(0, word.find(',')));
    CHECK(told[field] == read);
  }
}

TEST_CASE("every truncation of a model file is refused") {
  const std::string good = text_of("epson-tm-t20");
  const std::size_t end = good.find_last_of('}');
  for (std::size_t length = 0; length <= end; ++length) {
    REQUIRE_FALSE(parse_model("x", std::string_view(good).substr(0, length)));
  }
}

TEST_CASE("a bad file costs its own model only") {
  const auto folder = std::filesystem::temp_directory_path() / "pishkhan-model-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file("assets/printers/safe.json", folder / "safe.json");
  std::ofstream(folder / "broken.json") << "{";
  std::ofstream(folder / "huge.json") << std::string(Models::most_bytes + 1, ' ');
  std::ofstream(folder / "notes.txt") << "no model";
  const Models models = Models::load(folder);
  std::filesystem::remove_all(folder);
  CHECK(models.all().size() == 1);
  REQUIRE(models.refused().size() == 2);
  CHECK(models.refused()[0].file == "broken.json");
  CHECK(models.refused()[1].fault.kind == Kind::TooLarge);
  CHECK(Models::load("no such folder").all().empty());
}

TEST_CASE("the model is found by what the printer says of itself") {
  const Models& models = test::shipped_models();
  const auto id_of = [&](std::uint16_t vendor, std::uint16_t product, std::string maker, std::string name,
                         int paper = 576) {
    return models.match({vendor, product, {std::move(maker), std::move(name), ""}}, paper).id;
  };
  CHECK(id_of(0x04B8, 0x0E15, "EPSON", "TM-T20II") == "epson-tm-t20");
  CHECK(id_of(0x04B8, 0x0202, "EPSON", "TM-T88V") == "epson-tm-t88");
  CHECK(id_of(0x04B8, 0x0202, "EPSON", "TM-T20") == "epson-tm-t20");  // its name says more than a shared id
  CHECK(id_of(0x04B8, 0x0202, "", "") == "epson-vendor-class");
  CHECK(id_of(0x0DD4, 0x1234, "CUSTOM SPA", "VKP80III") == "custom-vkp80");
  CHECK(id_of(0x0DD4, 0x1234, "Custom", "KPM302") == "custom-kpm");
  CHECK(id_of(0x0416, 0x5011, "", "") == "safe");
  CHECK(id_of(0x0416, 0x5011, "", "", 384) == "safe-58");
  CHECK(Models().match({1, 2, {}}, 384).dots_per_line == 384);
  CHECK(Models().match({1, 2, {}}, 576).proof == ProofOfPrint::None);
  bool hidden = false;
  for (const auto& id : models.wanted().ids)
    hidden = hidden || (id.vendor_id == 0x04B8 && id.product_id == 0x0202);
  CHECK(hidden);
}

TEST_CASE("a device ID is read whatever its length bytes say") {
  const auto parse = [](std::string_view text) { return parse_device_id(as_bytes(text)); };
  using namespace std::string_view_literals;
  const DeviceId expected{"EPSON", "TM-T20II", "ESC/POS"};
  constexpr auto body = "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20II;CLS:PRINTER;"sv;
  for (const std::string_view length : {"\x00\x31"sv, "\x31\x00"sv, "\x00\x2F"sv, "\xFF\xFF"sv}) {
    CHECK(parse(std::string(length) + std::string(body)) == expected);
  }
  CHECK(parse("\x00\x09MANUFACTURER: EPSON ; COMMAND SET:ESC/POS;model:TM-T20II"sv) == expected);
  CHECK_FALSE(parse(""));
  CHECK_FALSE(parse("\x01"sv));
  CHECK(parse("\x00\x02"sv) == DeviceId{});
  CHECK(parse("xx;;:;MFG;MFG:;MDL:A;MDL:B")->model == "A");
  CHECK(parse("xxMDL:a\x01\x80z")->model == "az");
  CHECK(parse("xxMDL:" + std::string(1000, 'y'))->model.size() == 64);
  const std::string whole = "xx" + std::string(body);
  for (std::size_t length = 2; length <= whole.size(); ++length) {
    const auto id = parse(std::string_view(whole).substr(0, length));
    REQUIRE(id);
    CHECK(std::string_view("EPSON").starts_with(id->manufacturer));
  }
}

}  // namespace
}  // namespace pishkhan::printer
