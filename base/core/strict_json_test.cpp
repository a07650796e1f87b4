#include "base/core/strict_json.h"

#include "base/core/data_files.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace pishkhan;
using Need = StrictObject::Need;

namespace {

/// What is said about one reading of an object; "good" if nothing is.
template <class Reading>
std::string said(const char* json, Reading read) {
  const auto parsed = StrictObject::Json::parse(json);
  std::optional<DataFault> fault;
  StrictObject object(parsed, "steps.3", fault);
  read(object);
  CHECK(object.whole() == !fault);
  return fault ? describe(*fault) : "good";
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "pishkhan-data-files-test";
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const char* name, const std::string& text) const { std::ofstream(path / name) << text; }
};

}  // namespace

TEST_CASE("a number is whole, in its range, and no other type") {
  int target = 7;
  const auto read = [&](StrictObject& object) { object.number("n", Need::Must, target, 1, 64); };
  CHECK(said(R"({"n": 64})", read) == "good");
  CHECK(target == 64);
  for (const char* wrong : {R"({"n": 0})", R"({"n": 65})", R"({"n": 18446744073709551615})",
                            R"({"n": -9223372036854775808})", R"({"n": 4294967297})"}) {
    CHECK(said(wrong, read) == "wrong-value: steps.3.n: 1 to 64");
  }
  CHECK(said(R"({"n": 4.0})", read) == "wrong-type: steps.3.n: 1 to 64");
  CHECK(said(R"({"n": "4"})", read) == "wrong-type: steps.3.n: 1 to 64");
  CHECK(said("{}", read) == "missing-field: steps.3.n: 1 to 64");
  CHECK(target == 64);
}

TEST_CASE("a text has a length, in bytes") {
  std::string target;
  const auto read = [&](StrictObject& object) { object.text("t", Need::May, target, 4); };
  CHECK(said(R"({"t": "شه"})", read) == "good");
  CHECK(target == "شه");
  CHECK(said(R"({"t": "شهر"})", read) == "wrong-value: steps.3.t: 1 to 4 bytes");
  CHECK(said(R"({"t": ""})", read) == "wrong-value: steps.3.t: 1 to 4 bytes");
  CHECK(said(R"({"t": 4})", read) == "wrong-type: steps.3.t: a text");
  CHECK(said("{}", read) == "good");
}

TEST_CASE("words, answers, lists and ids") {
  int chosen = 0;
  const auto word = [&](StrictObject& object) {
    object.word<int>("w", Need::Must, chosen, {{"a", 1}, {"b", 2}});
  };
  CHECK(said(R"({"w": "b"})", word) == "good");
  CHECK(chosen == 2);
  CHECK(said(R"({"w": "c"})", word) == "wrong-value: steps.3.w: a, b");
  CHECK(said(R"({"w": 1})", word) == "wrong-type: steps.3.w: a, b");

  std::optional<bool> answer;
  const auto yes_or_no = [&](StrictObject& object) { answer = object.yes_or_no("y", Need::May); };
  CHECK(said(R"({"y": false})", yes_or_no) == "good");
  CHECK(answer == false);
  CHECK(said("{}", yes_or_no) == "good");
  CHECK_FALSE(answer);
  CHECK(said(R"({"y": 0})", yes_or_no) == "wrong-type: steps.3.y: true or false");

  const auto list = [](StrictObject& object) { static_cast<void>(object.list("l", Need::Must, 1, 2)); };
  CHECK(said(R"({"l": [1, 2]})", list) == "good");
  CHECK(said(R"({"l": []})", list) == "wrong-value: steps.3.l: a list of 1 to 2");
  CHECK(said(R"({"l": [1, 2, 3]})", list) == "wrong-value: steps.3.l: a list of 1 to 2");
  CHECK(said(R"({"l": {}})", list) == "wrong-type: steps.3.l: a list of 1 to 2");

  std::optional<std::uint16_t> id;
  const auto ids = [&](StrictObject& object) { object.sixteen_bits("id", Need::Must, id); };
  CHECK(said(R"({"id": "0dd4"})", ids) == "good");
  CHECK(id == 0x0DD4);
  for (const char* wrong : {R"({"id": "dd4"})", R"({"id": "0dd4a"})", R"({"id": "0xd4"})"})
    CHECK(said(wrong, ids) == "wrong-value: steps.3.id: four hexadecimal digits");
}

TEST_CASE("what nobody has asked for is refused, and the first fault stays") {
  int target = 0;
  const auto read = [&](StrictObject& object) {
    object.number("n", Need::May, target, 1, 9);
    object.nothing_else();
  };
  CHECK(said(R"({"n": 4})", read) == "good");
  CHECK(said(R"({"n": 4, "m": 5})", read) == "unknown-field: steps.3.m");
  CHECK(said(R"({"n": 40, "m": 5})", read) == "wrong-value: steps.3.n: 1 to 9");
  CHECK(said("[]", read) == "wrong-type: steps.3: an object");
}

TEST_CASE("the data files of a folder come by name, and one that is too large is not read") {
  const Folder folder;
  folder.write("b.json", "12345");
  folder.write("a.json", "");
  folder.write("c.json.sig", "no");
  const auto files = data_files(folder.path, 10);
  REQUIRE(files.size() == 2);
  CHECK(files[0].filename() == "a.json");
  CHECK(files[1].filename() == "b.json");
  CHECK(data_files(folder.path, 1).size() == 1);
  CHECK(data_files(folder.path / "none", 10).empty());
  CHECK(read_data_file(files[0], 5).value().empty());
  CHECK(read_data_file(files[1], 5) == std::string("12345"));
  CHECK(read_data_file(files[1], 4).error().kind == DataFault::Kind::TooLarge);
  CHECK(read_data_file(folder.path / "none", 4).error().kind == DataFault::Kind::CannotRead);
}
