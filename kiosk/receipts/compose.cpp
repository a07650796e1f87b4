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
  [[nodiscard]] std::string digits(std::string_view text) const {
    return formats::localised_digits(text, facts_.language);
  }
  void add(Kind kind, std::string_view text = {}, std::string_view value = {}) {
    lines_.push_back(Line{kind, PersonalText(text), PersonalText(value)});
  }

  void heading() {
    const auto& city = facts_.catalogue->city;
    add(Kind::Title, city.municipality.in(facts_.language));
    add(Kind::Subtitle, city.office.in(facts_.language));
    if (city.fictional) add(Kind::Subtitle, city.fictional_notice.in(facts_.language));
    add(Kind::Rule);
    add(Kind::Heading, facts_.service->name.in(facts_.language));
    const formats::LocalTime filed = formats::local_time(facts_.filed_at);
    add(Kind::Text, formats::long_date(filed.day, facts_.language) + " · " +
                        formats::time_text(facts_.filed_at, facts_.language));
    if (facts_.copy == Copy::Again) add(Kind::Heading, tr("Copy of the receipt"));
  }

  void code() {
    add(Kind::Gap);
    add(Kind::Subtitle, tr("Tracking code"));
    add(Kind::Code, formats::group(facts_.tracking_code, formats::Grouping::TrackingCode, facts_.language));
    if (facts_.receipt_secret != nullptr && !facts_.receipt_secret->empty())
      lines_.push_back(Line{Kind::Pair, PersonalText(tr("Receipt secret (show it to nobody)")),
                            formats::localised_digits(*facts_.receipt_secret, facts_.language)});
    add(Kind::Gap);
  }

  void stages() {
    if (facts_.service->stages.empty()) return;
    add(Kind::Rule);
    add(Kind::Heading, tr("What happens now"));
    const auto due = services::due_days(*facts_.service, facts_.catalogue->city, facts_.filed_at);
    for (std::size_t i = 0; i < facts_.service->stages.size(); ++i) {
      const auto& stage = facts_.service->stages[i];
      std::string name = digits(std::to_string(i + 1)) + ". " + std::string(stage.name.in(facts_.language));
      const std::string_view unit = stage.unit.in(facts_.language);
      if (!unit.empty()) name += " · " + std::string(unit);
      std::string when(tr("No limit announced"));
      if (due[i]) when = fill(tr("by {date}"), {{"date", formats::short_date(*due[i], facts_.language)}});
      add(Kind::Stage, name, when);
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
    if (field.personal) return PersonalText(tr("Recorded, not printed here"));
    return formats::localised_digits(value, facts_.language);
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
      if (!fee.tariff.empty()) add(Kind::Small, fee.tariff);
      sum += fee.rial;
    }
    add(Kind::Pair, tr("Total"), formats::rial_text(sum, facts_.language));
  }

  void follow_up() {
    add(Kind::Rule);
    const std::string_view doors = facts_.service->follow_up.in(facts_.language);
    if (!doors.empty()) add(Kind::Text, doors);
    add(Kind::Small,
        tr("Your request is kept safely in this machine and is sent to the municipality, even if the network "
           "is down now."));
  }

  void statement() {
    if (facts_.statement.empty()) return;
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
