#include "base/formats/calendar.h"
#include "base/services/case_key.h"
#include "base/services/json_tree.h"
#include "base/services/request_rules.h"
#include "base/services/stages.h"
#include "base/services/test_pack.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace pishkhan;
using namespace pishkhan::services;

namespace {

WallTime utc(int year, unsigned month, unsigned day, int hour) {
  return WallTime{std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                                        std::chrono::day{day}}} +
         std::chrono::hours{hour};
}

Values complaint() {
  Values values;
  values.insert_or_assign("topic", PersonalText("pothole"));
  values.insert_or_assign("district", PersonalText("d6"));
  values.insert_or_assign("address", PersonalText("خیابان باغ، پلاک ۱۲"));
  values.insert_or_assign("mobile", PersonalText("09123456789"));
  return values;
}

Values with(Values values, std::string_view field, std::string_view text) {
  values.insert_or_assign(std::string(field), PersonalText(text));
  return values;
}

}  // namespace

TEST_CASE("the sample city offers eleven areas, in order, each open or saying where it is served") {
  const Catalogue city = catalogue_of(kSampleCity);
  CHECK(city.version == "1405.3");
  CHECK(city.city.fictional);
  std::vector<std::string> ids;
  for (const Area& area : city.areas) {
    ids.push_back(area.id);
    CHECK((area.services.empty() != area.served_at.fa.empty()));
  }
  CHECK(ids == std::vector<std::string>{"permits", "supervision", "trades", "land", "inquiries", "complaints",
                                        "dues", "city-services", "civil-works", "traffic", "properties"});
  CHECK(city.area("complaints")->services == std::vector<std::string>{"complaint-137", "tracking"});
  CHECK(city.area("permits")->name.in(Language::Persian) == "پروانهٔ ساختمانی");
  CHECK(city.area("nowhere") == nullptr);
  CHECK(city.service("nowhere") == nullptr);
}

TEST_CASE("every area's icon is one that is drawn") {
  std::ifstream stream("assets/icons/icons.json", std::ios::binary);
  REQUIRE(stream.is_open());
  const auto icons = parse_json(
      {"icons.json", std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>())});
  REQUIRE(icons.has_value());
  for (const char* folder : {kSampleCity, kSecondCity}) {
    for (const Area& area : catalogue_of(folder).areas) {
      CAPTURE(area.icon);
      CHECK(icons->member(area.icon) != nullptr);
    }
  }
}

TEST_CASE("no value of the invented city claims to be confirmed") {
  const Catalogue city = catalogue_of(kSampleCity);
  for (const Service& service : city.services) {
    for (const Stage& stage : service.stages) CHECK_FALSE(stage.confirmed);
    CHECK(service.fees.empty());
  }
  for (const Holiday& holiday : city.city.holidays) CHECK_FALSE(holiday.confirmed);
}

TEST_CASE("the texts are written with Persian letters and digits") {
  for (const PackFile& file : pack_of(kSampleCity)) {
    for (const char* foreign : {"ي", "ك", "ى", "٠", "٤", "٥", "٦", "\u200e", "\u200f"}) {
      CHECK(file.bytes.find(foreign) == std::string::npos);
    }
  }
}

TEST_CASE("the 137 complaint: one question a step, a mobile number, limits that are counted in working days") {
  const Catalogue city = catalogue_of(kSampleCity);
  const Service& service = *city.service("complaint-137");
  CHECK(service.assurance == Assurance::MobileNumber);
  CHECK(service.requirements.size() == 1);
  CHECK(service.steps.size() == 5);
  CHECK(service.field("details")->maximum_length == 500);
  CHECK(service.field("address")->maximum_length == 250);
  // Monday 2 Azar 1405: Thursdays, Fridays and the invented 10 Azar are skipped.
  const auto due = due_days(service, city.city, utc(2026, 11, 23, 7));
  REQUIRE(due.size() == 3);
  CHECK(due[0] == SolarDay{1405, 9, 4});
  CHECK(due[1] == SolarDay{1405, 9, 11});
  CHECK(due[2] == SolarDay{1405, 9, 14});
  // 23:45 UTC on Monday is Tuesday in Iran.
  CHECK(due_days(service, city.city, utc(2026, 11, 23, 21))[0] == SolarDay{1405, 9, 7});
}

TEST_CASE("no due day is promised without a limit, nor beyond the known holidays") {
  const Catalogue city = catalogue_of(kSecondCity);
  const Service& pruning = *city.service("tree-pruning");
  const auto due = due_days(pruning, city.city, utc(2026, 4, 4, 8));
  REQUIRE(due.size() == 2);
  CHECK_FALSE(due[0].has_value());
  CHECK(due[1] == SolarDay{1405, 1, 26});  // ten working days after 15 Farvardin, Fridays 21 and 28 closed
  const Service& felling = *city.service("tree-felling");
  CHECK(due_days(felling, city.city, utc(2026, 9, 22, 8))[0] == SolarDay{1405, 6, 31});
  CHECK_FALSE(due_days(felling, city.city, utc(2026, 9, 23, 8))[0].has_value());
  CHECK_FALSE(due_days(pruning, city.city, utc(2026, 9, 20, 8))[1].has_value());
}

TEST_CASE("the same case is the same, however it is typed; another case is another") {
  const Catalogue city = catalogue_of(kSampleCity);
  const Service& service = *city.service("complaint-137");
  const auto key = case_key(service, complaint());
  REQUIRE(key.has_value());
  CHECK(case_key(service, with(complaint(), "address", "خيابان  باغ پلاک 12")) == key);
  CHECK(case_key(service, with(complaint(), "details", "چیز دیگر")) == key);
  CHECK(case_key(service, with(complaint(), "address", "خیابان باغ، پلاک ۱۳")) != key);
  CHECK(case_key(service, with(complaint(), "mobile", "09123456780")) != key);
  CHECK(case_key(service, with(complaint(), "topic", "noise")) != key);
  // Text cannot slip from one field into the next.
  CHECK(case_key(service, with(with(complaint(), "address", ""), "district", "d6\naddress=خیابانباغپلاک12")) !=
        key);
  const Catalogue second = catalogue_of(kSecondCity);
  CHECK_FALSE(case_key(*second.service("tree-felling"), {}).has_value());
  CHECK(case_key(*second.service("tree-pruning"), {})->reveal() ==
        "pishkhan case 1\ntree-pruning\npostcode=\n");
}

TEST_CASE("a complete request is accepted, and each way of breaking it has its fault") {
  using Kind = RequestFault::Kind;
  const Catalogue city = catalogue_of(kSampleCity);
  const auto check = [&](std::string_view service, const Values& values) {
    return check_request(city, service, Assurance::MobileNumber, values);
  };
  CHECK(check("complaint-137", complaint()).has_value());
  CHECK(check("complaint-137", with(complaint(), "landmark", "")).has_value());
  CHECK(check("nowhere", complaint()).error().kind == Kind::UnknownService);
  CHECK(check("tracking", {}).error().kind == Kind::NotARequest);
  CHECK(check("complaint-137", with(complaint(), "extra", "x")).error().kind == Kind::UnknownField);
  CHECK(check("complaint-137", with(complaint(), "national_id", "0499370899")).error().kind ==
        Kind::UnknownField);
  const auto missing = check("complaint-137", with(complaint(), "mobile", "")).error();
  CHECK(missing.kind == Kind::Field);
  CHECK(missing.field == "mobile");
  CHECK(missing.problem.kind == FieldProblem::Kind::Missing);
  CHECK(check("complaint-137", with(complaint(), "mobile", "۰۹۱۲۳۴۵۶۷۸۹")).error().kind == Kind::NotStoredForm);
  CHECK(check("complaint-137", with(complaint(), "address", " خیابان باغ")).error().kind ==
        Kind::NotStoredForm);
  CHECK(check("complaint-137", with(complaint(), "topic", "ghosts")).error().problem.kind ==
        FieldProblem::Kind::NotAChoice);
}

TEST_CASE("services of another city demand a national ID or a card: no city is compiled in") {
  using Kind = RequestFault::Kind;
  const Catalogue city = catalogue_of(kSecondCity);
  Values pruning;
  pruning.insert_or_assign("girth", PersonalText("40"));
  pruning.insert_or_assign("postcode", PersonalText("1619735744"));
  const auto check = [&](std::string_view service, Assurance assurance, const Values& values) {
    return check_request(city, service, assurance, values);
  };
  CHECK(check("tree-pruning", Assurance::MobileNumber, pruning).error().kind == Kind::TooLowAssurance);
  CHECK(check("tree-pruning", Assurance::TypedNationalId, pruning).error().field == "national_id");
  const Values identified = with(pruning, "national_id", "0499370899");
  CHECK(check("tree-pruning", Assurance::TypedNationalId, identified).has_value());
  CHECK(check("tree-pruning", Assurance::Card, with(identified, "name", "سارا")).has_value());
  CHECK(check("tree-pruning", Assurance::Card, with(identified, "national_id", "0499370898")).error().field ==
        "national_id");
  Values felling;
  felling.insert_or_assign("reason", PersonalText("خشک شده است"));
  felling.insert_or_assign("national_id", PersonalText("0499370899"));
  CHECK(check("tree-felling", Assurance::TypedNationalId, felling).error().kind == Kind::TooLowAssurance);
  CHECK(check("tree-felling", Assurance::Card, felling).has_value());
}
