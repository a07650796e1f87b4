#include "base/core/png.h"
#include "base/services/loader.h"
#include "base/services/parse_service.h"

#include <algorithm>
#include <optional>
#include <set>

namespace pishkhan::services {
namespace {

using Kind = CatalogueFault::Kind;

// formats::Weekday counts the days in the same order.
constexpr std::pair<std::string_view, int> kWeekdays[] = {{"saturday", 0}, {"sunday", 1},    {"monday", 2},
                                                          {"tuesday", 3},  {"wednesday", 4}, {"thursday", 5},
                                                          {"friday", 6}};
/// The head prints 8 to the millimetre, a logo is 10 to 20 mm high: fewer pixels would be seen as steps, more
/// as nothing.
constexpr int kSmallestLogoSide = 64;
constexpr int kLargestLogoSide = 1024;
constexpr std::string_view kServicesFolder = "services/";
constexpr std::string_view kEnding = ".json";

const PackFile* find_file(const Pack& pack, std::string_view name) {
  const auto found =
      std::find_if(pack.begin(), pack.end(), [&](const PackFile& file) { return file.name == name; });
  return found == pack.end() ? nullptr : &*found;
}

void parse_weekend(const Place& place, City& city) {
  UniqueIds unique;
  place.each_at("weekend", Presence::Required, [&](const Place& item) {
    city.weekend.push_back(item.one_of<int>(kWeekdays));
    unique.add(item, std::to_string(city.weekend.back()));
  });
  if (city.weekend.size() > 6) place.report_wrong("a weekend that leaves a working day");
}

void parse_holidays(const Place& place, City& city) {
  UniqueIds unique;
  place.each_at("holidays", Presence::Required, [&](const Place& item) {
    if (!item.has_only({"day", "name", "source", "confirmed"})) return;
    Holiday holiday;
    if (const auto day = item.get("day", Presence::Required)) holiday.day = day->day();
    holiday.name = item.local_text_at("name");
    holiday.source = item.words_at("source", Presence::Optional);
    holiday.confirmed = item.boolean_at("confirmed");
    if (holiday.day > city.calendar_until) item.report_wrong("a day up to calendar_until");
    if (holiday.confirmed && holiday.source.empty()) {
      item.report_wrong("\"confirmed\" may be true only where \"source\" says what was confirmed");
    }
    unique.add(item, std::to_string(holiday.day.year * 10000 + holiday.day.month * 100 + holiday.day.day));
    city.holidays.push_back(std::move(holiday));
  });
}

void parse_city(const Place& place, Catalogue& catalogue) {
  if (!place.has_only({"version", "id", "name", "municipality", "office", "fictional", "fictional_notice",
                       "weekend", "calendar_until", "holidays"})) {
    return;
  }
  City& city = catalogue.city;
  if (const auto version = place.get("version", Presence::Required)) {
    catalogue.version = version->words(20);
    if (catalogue.version.find_first_not_of("0123456789.") != std::string::npos) {
      version->report_wrong("digits and full stops, such as \"1405.3\"");
    }
  }
  city.id = place.id_at("id");
  city.name = place.local_text_at("name");
  city.municipality = place.local_text_at("municipality");
  city.office = place.local_text_at("office");
  city.fictional = place.boolean_at("fictional");
  if (city.fictional) {
    city.fictional_notice = place.local_text_at("fictional_notice");
  } else if (const auto notice = place.get("fictional_notice", Presence::Optional)) {
    notice->report_wrong("nothing, because the city is not fictional");
  }
  parse_weekend(place, city);
  if (const auto until = place.get("calendar_until", Presence::Required)) city.calendar_until = until->day();
  parse_holidays(place, city);
}

void parse_areas(const Place& place, Catalogue& catalogue) {
  if (!place.has_only({"areas"})) return;
  UniqueIds unique;
  place.each_at("areas", Presence::Required, [&](const Place& item) {
    if (!item.has_only({"id", "name", "summary", "icon", "served_at"})) return;
    Area area;
    area.id = item.id_at("id");
    area.name = item.local_text_at("name");
    area.summary = item.local_text_at("summary");
    area.icon = item.id_at("icon");
    area.served_at = item.local_text_at("served_at", Presence::Optional);
    unique.add(item, area.id);
    catalogue.areas.push_back(std::move(area));
  });
  if (catalogue.areas.empty()) place.report_wrong("at least one area");
}

/// A pack without one prints the municipality's name alone.
Result<void, CatalogueFault> parse_logo(const Pack& pack, City& city) {
  const PackFile* const file = find_file(pack, "logo.png");
  if (file == nullptr) return {};
  auto picture = read_grey_png(as_bytes(file->bytes), kLargestLogoSide);
  if (!picture || std::min(picture->width, picture->height) < kSmallestLogoSide) {
    return fail(CatalogueFault{Kind::NotPicture, file->name, "",
                               "a PNG, " + std::to_string(kSmallestLogoSide) + " to " +
                                   std::to_string(kLargestLogoSide) + " pixels wide and high"});
  }
  city.logo = std::move(*picture);
  return {};
}

/// Parses one file and hands its root to `read`.
template <class Read>
Result<void, CatalogueFault> with_root(const PackFile& file, Read read) {
  auto tree = parse_json(file);
  if (!tree) return fail(std::move(tree.error()));
  FirstFault sink{file.name, std::nullopt};
  read(Place(*tree, "", sink));
  if (sink.fault) return fail(std::move(*sink.fault));
  return {};
}

template <class Read>
Result<void, CatalogueFault> with_file(const Pack& pack, std::string_view name, Read read) {
  const PackFile* const file = find_file(pack, name);
  if (file == nullptr)
    return fail(CatalogueFault{Kind::CannotRead, std::string(name), "", "every pack has this file"});
  return with_root(*file, read);
}

/// Services come in the order of their files; each joins the area that it names.
void add_service(const Place& place, Service service, Catalogue& catalogue) {
  const auto area = std::find_if(catalogue.areas.begin(), catalogue.areas.end(),
                                 [&](const Area& candidate) { return candidate.id == service.area; });
  if (area == catalogue.areas.end()) {
    if (const auto named = place.get("area", Presence::Required)) {
      named->report(Kind::DanglingReference, "the id of an area in areas.json");
    }
    return;
  }
  area->services.push_back(service.id);
  catalogue.services.push_back(std::move(service));
}

Result<void, CatalogueFault> parse_services(const Pack& pack, Catalogue& catalogue) {
  for (const PackFile& file : pack) {
    if (file.name == "city.json" || file.name == "areas.json" || file.name == "logo.png") continue;
    const std::string_view name = file.name;
    const bool service_file = name.size() > kServicesFolder.size() + kEnding.size() &&
                              name.substr(0, kServicesFolder.size()) == kServicesFolder &&
                              name.substr(name.size() - kEnding.size()) == kEnding;
    if (!service_file) {
      return fail(CatalogueFault{Kind::UnknownFile, file.name, "",
                                 "city.json, areas.json, logo.png and services/*.json"});
    }
    const auto stem =
        name.substr(kServicesFolder.size(), name.size() - kServicesFolder.size() - kEnding.size());
    auto parsed = with_root(file, [&](const Place& place) {
      Service service = parse_service(place, stem);
      if (!service.area.empty()) add_service(place, std::move(service), catalogue);
    });
    if (!parsed) return parsed;
  }
  return {};
}

/// An area without an open service says where it is served: a door that leads nowhere is not drawn.
Result<void, CatalogueFault> check_served(const Catalogue& catalogue) {
  for (std::size_t i = 0; i < catalogue.areas.size(); ++i) {
    const Area& area = catalogue.areas[i];
    if (!area.services.empty() || !area.served_at.fa.empty()) continue;
    return fail(CatalogueFault{Kind::MissingKey, "areas.json", "/areas/" + std::to_string(i) + "/served_at",
                               "where the area is served today, because no service of it is open here"});
  }
  return {};
}

Result<void, CatalogueFault> check_names(const Pack& pack) {
  std::set<std::string_view> names;
  for (const PackFile& file : pack) {
    if (names.insert(file.name).second) continue;
    return fail(CatalogueFault{Kind::DuplicateId, file.name, "", "each file once"});
  }
  return {};
}

}  // namespace

Result<Catalogue, CatalogueFault> parse_pack(const Pack& pack) {
  Catalogue catalogue;
  auto checked = check_names(pack);
  if (checked) checked = with_file(pack, "city.json", [&](const Place& root) { parse_city(root, catalogue); });
  if (checked)
    checked = with_file(pack, "areas.json", [&](const Place& root) { parse_areas(root, catalogue); });
  if (checked) checked = parse_logo(pack, catalogue.city);
  if (checked) checked = parse_services(pack, catalogue);
  if (checked) checked = check_served(catalogue);
  if (!checked) return fail(std::move(checked.error()));
  return catalogue;
}

}  // namespace pishkhan::services
