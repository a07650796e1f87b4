#pragma once

#include "base/core/bitmap.h"
#include "base/core/language.h"
#include "base/formats/calendar.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::services {

/// The same text in every language of the counter. UTF-8; Persian is never empty.
struct LocalText {
  std::string fa;
  std::string en;
  [[nodiscard]] std::string_view in(Language language) const {
    return language == Language::English && !en.empty() ? en : fa;
  }
};

/// How surely the person must be known before the service is given (written into the envelope).
enum class Assurance {
  MobileNumber,     ///< a mobile number typed by the citizen; nothing proven
  TypedNationalId,  ///< a national ID typed, its check digit right
  Card,             ///< a card read in the reader
};

/// What a citizen types or chooses. The kind decides keyboard, normalising, check rule and how it is shown.
enum class FieldKind {
  Text,          ///< one line of words
  LongText,      ///< several lines of words
  Choice,        ///< one of `choices`
  Number,        ///< digits, minimum..maximum
  Mobile,        ///< Iranian mobile number, stored as 09xxxxxxxxx
  NationalId,    ///< کد ملی, 10 digits with check digit
  PostalCode,    ///< 10 digits
  TrackingCode,  ///< our own code, with its check digits
};

struct Choice {
  std::string id;
  LocalText label;
};

struct Field {
  std::string id;  ///< unique within the service; a key of the request body
  FieldKind kind = FieldKind::Text;
  LocalText label;
  LocalText hint;  ///< may be empty
  bool required = true;
  bool personal = true;      ///< masked on paper
  int minimum_length = 0;    ///< in code points after trimming; for words
  int maximum_length = 250;  ///< in code points
  std::int64_t minimum = 0;  ///< for Number
  std::int64_t maximum = 0;
  std::vector<Choice> choices;
};

/// One screen of the form: one question.
struct FormStep {
  std::string id;
  LocalText title;
  std::vector<Field> fields;
};

/// One stage of handling after filing, with the unit that decides and its limit.
struct Stage {
  std::string id;
  LocalText name;
  LocalText unit;                         ///< who acts
  std::optional<int> limit_working_days;  ///< counted from filing; nothing: «مهلت اعلام نشده»
  std::string source;                     ///< where the limit is written; empty if none
  bool confirmed = false;                 ///< signed off by the municipality
};

struct FeeLine {
  LocalText name;
  std::int64_t rial = 0;
  std::string tariff;  ///< tariff line and council resolution
};

struct Requirement {
  LocalText name;
  LocalText why;  ///< may be empty
};

enum class ServiceKind {
  Request,   ///< form, filing, receipt
  Tracking,  ///< asks for a code and shows a case
};

struct Service {
  std::string id;    ///< "complaint-137"
  std::string area;  ///< id of its Area
  ServiceKind kind = ServiceKind::Request;
  LocalText name;
  LocalText summary;  ///< one line
  Assurance assurance = Assurance::MobileNumber;
  int minutes_to_fill = 0;
  std::vector<FeeLine> fees;  ///< empty: free of charge
  std::vector<Requirement> requirements;
  std::vector<Stage> stages;
  std::vector<FormStep> steps;
  /// Fields that together say "the same case" (see case_key.h). Empty: never joined.
  std::vector<std::string> case_key;
  LocalText follow_up;  ///< by which doors the request can be followed up
  [[nodiscard]] const Field* field(std::string_view id) const;
};

struct Area {
  std::string id;
  LocalText name;
  LocalText summary;
  std::string icon;                   ///< name in assets/icons
  std::vector<std::string> services;  ///< ids of open services; empty: served elsewhere
  LocalText served_at;                ///< where it is served today, if no service is open here
};

/// See base/formats/calendar.h.
using SolarDay = formats::SolarDay;

struct Holiday {
  SolarDay day;
  LocalText name;
  std::string source;      ///< where it is written; empty if nowhere
  bool confirmed = false;  ///< signed off by the municipality
};

struct City {
  std::string id;
  LocalText name;          ///< «شهر نمونه»
  LocalText municipality;  ///< «شهرداری شهر نمونه»
  LocalText office;        ///< where this kiosk stands, e.g. «پیشخوان شهر · منطقهٔ ۶»
  bool fictional = false;  ///< then every screen and print says that its values are invented
  LocalText fictional_notice;
  /// The municipality's emblem, for paper: logo.png of the pack. No pixels: it has none.
  GreyPicture logo;
  std::vector<int> weekend;       ///< 0 = Saturday … 6 = Friday
  std::vector<Holiday> holidays;  ///< dated data; lunar holidays move
  SolarDay calendar_until;        ///< the last day that `holidays` covers; no due day is promised after it
};

/// What the city offers, by which rules, all from data. Immutable once loaded; swapped on the welcome
/// screen only. Thread: share by const reference.
struct Catalogue {
  std::string version;  ///< "1405.3"
  std::string
      fingerprint;  ///< groups of upper-case hex of the files' hash, "7F2A-91C4"; set by the loader's caller
  City city;
  std::vector<Area> areas;  ///< in the order of display
  std::vector<Service> services;
  [[nodiscard]] const Service* service(std::string_view id) const;
  [[nodiscard]] const Area* area(std::string_view id) const;
};

}  // namespace pishkhan::services
