#include "base/formats/calendar.h"
#include "base/formats/digits.h"
#include "base/formats/identifiers.h"
#include "base/formats/money.h"
#include "base/services/stages.h"
#include "kiosk/receipts/receipt.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace pishkhan::receipts {

namespace {

using Kind = Line::Kind;

/// The first `head` and last `tail` characters stay, so that the citizen knows their own; the rest are dots.
PersonalText masked_digits(std::string_view digits, std::size_t head, std::size_t tail) {
  std::string masked;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i < head || i + tail >= digits.size())
      masked += digits[i];
    else
      masked += "•";
  }
  // Dots between digits are neutral to the bidi algorithm: without an isolate Persian would turn the halves
  // around.
  std::string left_to_right = "\u2066" + masked + "\u2069";
  PersonalText result(left_to_right);
  wipe(masked.data(), masked.size());
  wipe(left_to_right.data(), left_to_right.size());
  return result;
}

/// A date is never broken in its middle, only before its other calendar's in brackets.
std::string kept_together(std::string_view date) {
  std::string kept;
  for (std::size_t i = 0; i < date.size(); ++i) {
    const bool before_bracket = i + 1 < date.size() && date[i + 1] == '(';
    if (date[i] == ' ' && !before_bracket)
      kept += "\u00a0";
    else
      kept += date[i];
  }
  return kept;
}

/// «سه‌شنبه ۳ آذر ۱۴۰۵ · ۰۲:۵۰»; in English the other calendar's day on a line of its
/// own, without brackets.
std::string date_and_time(WallTime moment, Language language) {
  const std::string date = formats::long_date(formats::local_time(moment).day, language);
  const std::size_t weekday = date.find(' ') + 1;  // it may stand on a line of its own
  const std::size_t bracket = std::min(date.size(), date.find(" ("));
  std::string text = date.substr(0, weekday) + kept_together(date.substr(weekday, bracket - weekday)) + " · " +
                     formats::time_text(moment, language);
  if (bracket < date.size()) text += "\n" + kept_together(date.substr(bracket + 2, date.size() - bracket - 3));
  return text;
}

class Composer {
 public:
  Composer(const Facts& facts, const Translations& translations) : facts_(facts), translations_(translations) {}

  std::vector<Line> compose() {
    heading();
    code();
    stages();
    answers();
    fees();
    follow_up();
    statement();
    return std::move(lines_);
  }

 private:
  [[nodiscard]] std::string_view tr(std::string_view sentence) const {
    return facts_.language == Language::English ? sentence : translations_.tr(sentence);
  }
  /// The sentence in English, whatever the language of the receipt.
  [[nodiscard]] static std::string_view english(std::string_view sentence) { return sentence; }
  [[nodiscard]] std::string digits(std::string_view text) const {
    return formats::localised_digits(text, facts_.language);
  }
  void add(Kind kind, std::string_view text = {}, std::string_view value = {}) {
    lines_.push_back(Line{kind, PersonalText(text), PersonalText(value), nullptr});
  }

  void heading() {
    const auto& city = facts_.catalogue->city;
    lines_.push_back(Line{Kind::Letterhead, PersonalText(city.municipality.in(facts_.language)),
                          PersonalText(city.office.in(facts_.language)), &city.logo});
    if (city.fictional) add(Kind::Small, city.fictional_notice.in(facts_.language));
    add(Kind::Rule);
    add(Kind::Heading, facts_.service->name.in(facts_.language));
    add(Kind::Text, date_and_time(facts_.filed_at, facts_.language));
    occasion();
  }

  /// A copy says so in one large word, and why there is one.
  void occasion() {
    if (facts_.copy == Copy::Again) add(Kind::Mark, tr("Copy"));
    switch (facts_.occasion) {
      case Occasion::Filed:
        if (facts_.copy == Copy::Again) add(Kind::Small, tr("This is the same request, with the same code."));
        return;
      case Occasion::Joined:
        return add(Kind::Small,
                   tr("You had already filed this request; this is its code. Nothing was filed twice."));
      case Occasion::Recovered:
        return add(Kind::Small, tr("Perhaps the receipt of this request did not come out; here it is again."));
    }
  }

  /// The code in the digits of the language, as bars for who reads it with a machine, and below these in the
  /// digits of the other language for who was handed the paper.
  void code() {
    const bool in_english = facts_.language == Language::English;
    add(Kind::Rule);
    add(Kind::Labels, tr("Tracking code"),
        in_english ? translations_.tr("Tracking code") : english("Tracking code"));
    add(Kind::Code, formats::group(facts_.tracking_code, formats::Grouping::TrackingCode, facts_.language));
    add(Kind::Bars,
        formats::group(facts_.tracking_code, formats::Grouping::TrackingCode,
                       in_english ? Language::Persian : Language::English),
        facts_.tracking_code);
    if (facts_.receipt_secret == nullptr || facts_.receipt_secret->empty()) return;
    add(Kind::Gap);
    lines_.push_back(
        Line{Kind::Pair, PersonalText(tr("Receipt secret")),
             formats::group(*facts_.receipt_secret, formats::Grouping::ReceiptSecret, facts_.language)});
    add(Kind::Small, tr("With it and the code, your request can be seen. Show it to nobody."));
  }

  void stages() {
    if (facts_.service->stages.empty()) return;
    add(Kind::Rule);
    add(Kind::Heading, tr("What happens now"));
    const auto due = services::due_days(*facts_.service, facts_.catalogue->city, facts_.filed_at);
    for (std::size_t i = 0; i < facts_.service->stages.size(); ++i) {
      const auto& stage = facts_.service->stages[i];
      add(Kind::Stage, digits(std::to_string(i + 1)) + ".", stage.name.in(facts_.language));
      std::string when(tr("No limit announced"));
      if (due[i]) {
        const std::string date = kept_together(formats::short_date(*due[i], facts_.language));
        when = fill(kept_together(tr("by {date}")), {{"date", date}});
      }
      add(Kind::Detail, stage.unit.in(facts_.language), when);
    }
  }

  void answers() {
    if (facts_.values == nullptr || facts_.values->empty()) return;
    add(Kind::Rule);
    add(Kind::Heading, tr("What you told us"));
    for (const auto& step : facts_.service->steps)
      for (const auto& field : step.fields) {
        const auto value = facts_.values->find(field.id);
        if (value == facts_.values->end() || value->second.empty()) continue;
        lines_.push_back(
            Line{Kind::Pair, PersonalText(field.label.in(facts_.language)), shown(field, value->second)});
      }
  }

  /// Paper may be lost: what is personal is masked so far that only its owner knows it again.
  [[nodiscard]] PersonalText shown(const services::Field& field, const PersonalText& value) const {
    using services::FieldKind;
    const bool partly_shown = field.kind == FieldKind::Mobile || field.kind == FieldKind::NationalId ||
                              field.kind == FieldKind::PostalCode;
    if (field.personal && !partly_shown) return PersonalText(tr("Recorded, not printed here"));
    switch (field.kind) {
      case FieldKind::Choice:
        for (const auto& choice : field.choices)
          if (choice.id == value.reveal()) return PersonalText(choice.label.in(facts_.language));
        return value;
      case FieldKind::Mobile:
        return formats::localised_digits(masked_digits(value.reveal(), 4, 2), facts_.language);
      case FieldKind::NationalId:
      case FieldKind::PostalCode:
        return formats::localised_digits(masked_digits(value.reveal(), 3, 2), facts_.language);
      case FieldKind::Number:
        return formats::localised_digits(value, facts_.language);
      case FieldKind::TrackingCode:
        return formats::group(value, formats::Grouping::TrackingCode, facts_.language);
      case FieldKind::Text:
      case FieldKind::LongText:
        break;
    }
    return value;  // the citizen's own words stay as they were written
  }

  void fees() {
    add(Kind::Rule);
    if (facts_.service->fees.empty()) {
      add(Kind::Pair, tr("Cost"), tr("Free"));
      return;
    }
    add(Kind::Heading, tr("Fee sheet"));
    std::int64_t sum = 0;
    for (const auto& fee : facts_.service->fees) {
      add(Kind::Pair, fee.name.in(facts_.language), formats::rial_text(fee.rial, facts_.language));
      if (!fee.tariff.empty()) add(Kind::Small, fill(tr("Tariff: {tariff}"), {{"tariff", fee.tariff}}));
      sum += fee.rial;
    }
    add(Kind::Pair, tr("Total"), formats::rial_text(sum, facts_.language));
  }

  void follow_up() {
    add(Kind::Rule);
    const std::string_view doors = facts_.service->follow_up.in(facts_.language);
    if (!doors.empty()) {
      add(Kind::Heading, tr("How to follow up"));
      add(Kind::Text, doors);
      add(Kind::Gap);
    }
    add(Kind::Small,
        tr("Your request is kept safely in this machine and is sent to the municipality, even if the network "
           "is down now."));
  }

  void statement() {
    if (facts_.statement.empty()) return;
    add(Kind::Rule);
    const std::string beside =
        fill(tr("Rules version {version}"), {{"version", digits(facts_.catalogue->version)}}) + "\n" +
        fill(tr("Fingerprint {fingerprint}"), {{"fingerprint", facts_.catalogue->fingerprint}}) + "\n" +
        std::string(tr("This code proves the order of filing and holds nothing about you."));
    add(Kind::Statement, beside, facts_.statement);
  }

  const Facts& facts_;
  const Translations& translations_;
  std::vector<Line> lines_;
};

}  // namespace

std::vector<Line> compose(const Facts& facts, const Translations& translations) {
  return Composer(facts, translations).compose();
}

}  // namespace pishkhan::receipts
