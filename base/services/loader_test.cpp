#include "base/services/loader.h"

#include "base/core/png.h"
#include "base/core/random.h"
#include "base/services/json_tree.h"
#include "base/services/test_pack.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

using namespace pishkhan;
using namespace pishkhan::services;
namespace fs = std::filesystem;
using Kind = CatalogueFault::Kind;

namespace {

/// A folder of its own, removed at the end.
class Scratch {
 public:
  Scratch() : path_(fs::temp_directory_path() / ("pishkhan-pack-" + std::to_string(getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Scratch() { fs::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] fs::path copy_of(const char* folder) const {
    fs::copy(folder, path_ / "city", fs::copy_options::recursive);
    return path_ / "city";
  }

 private:
  fs::path path_;
};

void write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

void expect_fault(const Pack& pack, Kind kind, std::string_view file, std::string_view where) {
  const auto parsed = parse_pack(pack);
  REQUIRE_FALSE(parsed.has_value());
  const CatalogueFault& fault = parsed.error();
  CAPTURE(describe(fault));
  CHECK(name(fault.kind) == name(kind));
  CHECK(fault.file == file);
  CHECK(fault.where == where);
  CHECK_FALSE(fault.allowed.empty());
}

struct Case {
  const char* file;
  const char* old_text;
  const char* new_text;
  Kind kind;
  const char* where;
};

constexpr const char* kPruning = "services/tree-pruning.json";
constexpr const char* kFelling = "services/tree-felling.json";

void expect_all(std::initializer_list<Case> cases) {
  const Pack pack = pack_of(kSecondCity);
  for (const Case& one : cases) {
    CAPTURE(std::string(one.old_text));
    expect_fault(changed(pack, one.file, one.old_text, one.new_text), one.kind, one.file, one.where);
  }
}

}  // namespace

TEST_CASE("unknown, doubled and missing keys are refused at their place") {
  expect_all({
      {"city.json", R"("weekend")", R"("week_end")", Kind::UnknownKey, "/week_end"},
      {"city.json", R"("weekend")", R"("x": 1, "weekend")", Kind::UnknownKey, "/x"},
      {"city.json", R"("weekend")", R"("a/b~c": 1, "weekend")", Kind::UnknownKey, "/a~1b~0c"},
      {"city.json", R"("fa": "شهر دوم")", R"("de": "x", "fa": "شهر دوم")", Kind::UnknownKey, "/name/de"},
      {"city.json", R"("weekend")", R"("id": "x", "weekend")", Kind::DuplicateKey, "/id"},
      {"city.json", R"("day")", R"("day": "x", "day")", Kind::DuplicateKey, "/holidays/0/day"},
      {"city.json", R"("fictional": false,)", "", Kind::MissingKey, "/fictional"},
      {"city.json", R"("fictional": false)", R"("fictional": true)", Kind::MissingKey, "/fictional_notice"},
      {"areas.json", R"("icon": "tree")", R"("icon": "tree", "services": [])", Kind::UnknownKey,
       "/areas/0/services"},
      {kPruning, R"("rial": 4820000, )", "", Kind::MissingKey, "/fees/0/rial"},
      {kPruning, R"("minimum": 1)", R"("minimum_length": 1)", Kind::UnknownKey,
       "/steps/0/fields/0/minimum_length"},
      {kPruning, R"("limit_working_days": null,)", "", Kind::MissingKey, "/stages/0/limit_working_days"},
  });
}

TEST_CASE("wrong types and wrong values are refused at their place") {
  expect_all({
      {"city.json", R"(["friday"])", R"("friday")", Kind::WrongType, "/weekend"},
      {"city.json", R"(["friday"])", R"(["Friday"])", Kind::WrongValue, "/weekend/0"},
      {"city.json", R"(["friday"])", R"([6])", Kind::WrongType, "/weekend/0"},
      {"city.json", R"(["friday"])",
       R"(["saturday","sunday","monday","tuesday","wednesday","thursday","friday"])", Kind::WrongValue, ""},
      {"city.json", "1404.12.1", "new", Kind::WrongValue, "/version"},
      {"city.json", "1405-01-01", "1405-12-30", Kind::WrongValue, "/holidays/0/day"},
      {"city.json", "1405-01-01", "1405-07-01", Kind::WrongValue, "/holidays/0"},
      {"city.json", R"("source": "تقویم شهر دوم، صفحهٔ ۳",)", "", Kind::WrongValue, "/holidays/0"},
      {"city.json", R"("fictional": false)", R"("fictional": "no")", Kind::WrongType, "/fictional"},
      {"areas.json", R"("areas": [)", R"("areas": [1, )", Kind::WrongType, "/areas/0"},
      {"areas.json", R"("trees")", R"("Trees")", Kind::WrongValue, "/areas/0/id"},
      {kPruning, R"("rial": 4820000)", R"("rial": -1)", Kind::WrongValue, "/fees/0/rial"},
      {kPruning, R"("rial": 4820000)", R"("rial": 1.5)", Kind::WrongType, "/fees/0/rial"},
      {kPruning, R"("rial": 4820000)", R"("rial": 18446744073709551615)", Kind::WrongType, "/fees/0/rial"},
      {kPruning, R"("kind": "number")", R"("kind": "tracking-code")", Kind::WrongValue,
       "/steps/0/fields/0/kind"},
      {kPruning, R"("minimum": 1)", R"("minimum": 601)", Kind::WrongValue, "/steps/0/fields/0"},
      {kPruning, R"("girth")", R"("national_id")", Kind::WrongValue, "/steps/0/fields/0/id"},
      {kPruning, R"("id": "tree-pruning")", R"("id": "tree-planting")", Kind::WrongValue, "/id"},
      {kPruning, R"("typed-national-id")", R"("mobile-number")", Kind::WrongValue, ""},
      {kPruning, R"("kind": "number")", R"("kind": "choice")", Kind::UnknownKey, "/steps/0/fields/0/minimum"},
      {kPruning, R"("limit_working_days": null)", R"("limit_working_days": 3)", Kind::WrongValue,
       "/stages/0/limit_working_days"},
      {kPruning, R"("confirmed": false)", R"("confirmed": true)", Kind::WrongValue, "/stages/0"},
      {kFelling, R"("minimum_length": 3)", R"("minimum_length": 41)", Kind::WrongValue, "/steps/0/fields/0"},
      {kFelling, R"("fees": [])", R"("fees": {})", Kind::WrongType, "/fees"},
      {kFelling, R"("fa": "چرا؟")", "\"fa\": \"چرا\u202e؟\"", Kind::WrongValue, "/steps/0/title/fa"},
      {kFelling, R"("fa": "چرا؟")", R"("fa": "a\u0007")", Kind::WrongValue, "/steps/0/title/fa"},
  });
}

TEST_CASE("missing translations, doubled ids, dangling references and stages out of order are refused") {
  expect_all({
      {"city.json", R"("fa": "شهر دوم", )", "", Kind::MissingTranslation, "/name/fa"},
      {"city.json", R"("en": "Second City")", R"("en": " ")", Kind::MissingTranslation, "/name/en"},
      {kFelling, R"("en": "Reason")", R"("en": "")", Kind::MissingTranslation, "/steps/0/fields/0/label/en"},
      {"city.json", R"(["friday"])", R"(["friday", "friday"])", Kind::DuplicateId, "/weekend/1"},
      {"areas.json", R"("id": "bills")", R"("id": "trees")", Kind::DuplicateId, "/areas/1"},
      {kPruning, R"("id": "vote")", R"("id": "visit")", Kind::DuplicateId, "/stages/1"},
      {kPruning, R"("id": "postcode")", R"("id": "girth")", Kind::DuplicateId, "/steps/0/fields/1"},
      {kPruning, R"(["postcode"])", R"(["postcode", "postcode"])", Kind::DuplicateId, "/case_key/1"},
      {kPruning, R"(["postcode"])", R"(["address"])", Kind::DanglingReference, "/case_key/0"},
      {kFelling, R"("area": "trees")", R"("area": "woods")", Kind::DanglingReference, "/area"},
      {kPruning, R"("limit_working_days": null,)", R"("limit_working_days": 11, "source": "x",)",
       Kind::StagesOutOfOrder, "/stages/1"},
      {"areas.json", R"(,
      "served_at": { "fa": "در ساختمان کهنه", "en": "In the old building" })",
       "", Kind::MissingKey, "/areas/1/served_at"},
  });
}

TEST_CASE("broken JSON is refused with line and column") {
  expect_all({
      {"areas.json", R"("areas")", "areas", Kind::NotJson, "line 2, column 3"},
      {kPruning, R"("id")", "\"\xff\"", Kind::NotJson, "line 2, column 4"},
  });
  const PackFile deep{"areas.json", std::string(100000, '[')};
  CHECK(parse_json(deep).error().kind == Kind::TooLarge);
  CHECK(parse_json({"areas.json", ""}).error().kind == Kind::NotJson);
  CHECK(parse_json({"areas.json", "{} {}"}).error().kind == Kind::NotJson);
}

TEST_CASE("packs with missing, doubled or foreign files are refused") {
  const Pack pack = pack_of(kSecondCity);
  for (const char* needed : {"city.json", "areas.json"}) {
    Pack without = pack;
    std::erase_if(without, [&](const PackFile& file) { return file.name == needed; });
    expect_fault(without, Kind::CannotRead, needed, "");
  }
  Pack twice = pack;
  twice.push_back(twice.front());
  expect_fault(twice, Kind::DuplicateId, twice.front().name, "");
  Pack foreign = pack;
  foreign.push_back({"services/note.txt", "x"});
  expect_fault(foreign, Kind::UnknownFile, "services/note.txt", "");
}

TEST_CASE("a logo is a PNG of a size that can be printed, or there is none") {
  const Scratch scratch;
  const fs::path city = scratch.copy_of(kSecondCity);
  CHECK(parse_pack(*read_pack(city))->city.logo.pixels.empty());
  const auto with_logo = [&city](int width, int height) {
    const auto side = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    const Picture picture{width, height, std::vector<std::uint32_t>(side, 0xFF808080)};
    REQUIRE(write_png(city / "logo.png", picture));
    return *read_pack(city);
  };
  const auto catalogue = parse_pack(with_logo(64, 1024));
  REQUIRE(catalogue);
  CHECK(catalogue->city.logo.width == 64);
  CHECK(catalogue->city.logo.height == 1024);
  CHECK(catalogue->city.logo.pixels == std::vector<std::uint8_t>(64 * 1024, 0x80));
  for (const auto& [width, height] :
       {std::pair{63, 100}, std::pair{100, 63}, std::pair{1025, 100}, std::pair{100, 1025}})
    expect_fault(with_logo(width, height), Kind::NotPicture, "logo.png", "");
  Pack pack = with_logo(100, 100);
  CHECK(pack_of(ByteView(canonical_bytes(pack))).has_value());
  Pack cut = pack;
  file_of(cut, "logo.png").bytes.resize(60);
  expect_fault(cut, Kind::NotPicture, "logo.png", "");
  file_of(pack, "logo.png").bytes = "a letter";
  expect_fault(pack, Kind::NotPicture, "logo.png", "");
}

TEST_CASE("a folder is read byte for byte, and refused where it is no pack") {
  const Scratch scratch;
  const fs::path city = scratch.copy_of(kSecondCity);
  const Pack pack = *read_pack(city);
  REQUIRE(pack.size() == 4);
  CHECK(pack[0].name == "areas.json");
  CHECK(pack[3].name == "services/tree-pruning.json");
  CHECK(canonical_bytes(pack) == canonical_bytes(pack_of(kSecondCity)));
  write(city / "city.json~", "x");
  CHECK(read_pack(city).error().kind == Kind::UnknownFile);
  fs::remove(city / "city.json~");
  write(city / "services/notes.txt", "x");
  CHECK(read_pack(city).error().file == "services/notes.txt");
  fs::remove(city / "services/notes.txt");
  fs::create_directory(city / "services/folder.json");
  CHECK(read_pack(city).error().kind == Kind::CannotRead);
  fs::remove(city / "services/folder.json");
  write(city / "services/large.json", std::string(300 * 1024, ' '));
  CHECK(read_pack(city).error().kind == Kind::TooLarge);
  fs::remove(city / "services/large.json");
  for (int i = 0; i < 201; ++i) write(city / "services" / ("s" + std::to_string(i) + ".json"), "{}");
  CHECK(read_pack(city).error().kind == Kind::TooLarge);
  fs::remove_all(city / "services");
  CHECK(read_pack(city).error().kind == Kind::CannotRead);
  CHECK(read_pack(city / "nowhere").error().kind == Kind::CannotRead);
}

TEST_CASE("one file dropped into services opens a service, with no other edit") {
  const Scratch scratch;
  const fs::path city = scratch.copy_of(kSecondCity);
  REQUIRE(parse_pack(*read_pack(city))->area("bills")->services.empty());
  Pack pack = *read_pack(city);
  std::string bytes = file_of(pack, kFelling).bytes;
  const auto replace = [&bytes](std::string_view old_text, std::string_view new_text) {
    bytes.replace(bytes.find(old_text), old_text.size(), new_text);
  };
  replace(R"("id": "tree-felling")", R"("id": "bill-copy")");
  replace(R"("area": "trees")", R"("area": "bills")");
  write(city / "services/bill-copy.json", bytes);
  const auto catalogue = parse_pack(*read_pack(city));
  REQUIRE(catalogue.has_value());
  CHECK(catalogue->area("bills")->services == std::vector<std::string>{"bill-copy"});
  CHECK(catalogue->service("bill-copy")->assurance == Assurance::Card);
  CHECK(catalogue->area("trees")->services == std::vector<std::string>{"tree-felling", "tree-pruning"});
}

TEST_CASE("the fingerprint's bytes tell any two packs apart") {
  const Pack pack = pack_of(kSecondCity);
  Pack moved = pack;
  moved[0].bytes.insert(0, moved[0].name);
  moved[0].name.clear();
  CHECK(canonical_bytes(moved) != canonical_bytes(pack));
  CHECK(canonical_bytes(changed(pack, "city.json", "friday", "monday")) != canonical_bytes(pack));
  CHECK(fingerprint_text(Bytes{0x7f, 0x2a, 0x91, 0xc4, 0xff}) == "7F2A-91C4");
}

TEST_CASE("a file cut at any byte is refused by its name") {
  const Pack pack = pack_of(kSecondCity);
  for (const PackFile& file : pack) {
    for (std::size_t length = 0; length + 1 < file.bytes.size(); ++length) {
      Pack cut = pack;
      file_of(cut, file.name).bytes.resize(length);
      const auto parsed = parse_pack(cut);
      REQUIRE_FALSE(parsed.has_value());
      REQUIRE(parsed.error().kind == Kind::NotJson);
      REQUIRE(parsed.error().file == file.name);
      REQUIRE(parsed.error().where.substr(0, 5) == "line ");
    }
  }
}

TEST_CASE("a file changed at any byte is either a pack or refused by a file's name") {
  const std::uint64_t seed = 0x5eed0101;
  MESSAGE("seed ", seed);
  SeededRandom random(seed);
  const Pack pack = pack_of(kSecondCity);
  int refused = 0;
  int accepted = 0;
  for (const PackFile& file : pack) {
    for (std::size_t at = 0; at < file.bytes.size(); ++at) {
      for (const char byte : {'"', '}', '0', static_cast<char>(random.next())}) {
        Pack mutated = pack;
        file_of(mutated, file.name).bytes[at] = byte;
        const auto parsed = parse_pack(mutated);
        (parsed ? accepted : refused) += 1;
        if (parsed) continue;
        const bool named = std::any_of(pack.begin(), pack.end(),
                                       [&](const PackFile& one) { return one.name == parsed.error().file; });
        REQUIRE_MESSAGE(named, "seed ", seed, " byte ", at);
        REQUIRE_FALSE(describe(parsed.error()).empty());
      }
    }
  }
  CHECK(refused > 1000);
  CHECK(accepted > 100);
}

TEST_CASE("a pack travels as one file, and no piece of it is one") {
  const auto pack = read_pack("assets/cities/shahr-e-nemuneh");
  REQUIRE(pack.has_value());
  const Bytes run = canonical_bytes(*pack);
  const auto read = pack_of(run);
  REQUIRE(read.has_value());
  CHECK(canonical_bytes(*read) == run);
  CHECK(parse_pack(*read).has_value());
  for (std::size_t length = 0; length < run.size(); length += length < 200 ? 1 : 97)
    CHECK_FALSE(pack_of(ByteView(run).first(length)).has_value());
  Bytes longer = run;
  longer.push_back(0);
  CHECK_FALSE(pack_of(longer).has_value());
  Pack unsorted = *pack;
  std::swap(unsorted.front(), unsorted.back());
  CHECK_FALSE(pack_of(canonical_bytes(unsorted)).has_value());
}
