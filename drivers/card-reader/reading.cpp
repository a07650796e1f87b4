#include "drivers/card-reader/reading.h"

#include "base/core/ensure.h"
#include "drivers/card-reader/card_session.h"
#include "drivers/card-reader/field_text.h"
#include "drivers/card-reader/profile_parts.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace pishkhan::card {

namespace {

constexpr std::uint16_t done = 0x9000;

/// A card whose application has been selected.
class Reading {
 public:
  explicit Reading(CardSession& session) : session_(session), proof_(session) {}

  Result<CardReading, CardFault> run() {
    const Profile& profile = session_.profile();
    if (profile.kiosk_first) {
      if (const auto shown = prove_kiosk(session_); !shown) return fail(shown.error());
    }
    for (const Step& step : profile.steps) {
      if (const auto done_it = session_.carry_out(step); !done_it) return fail(done_it.error());
      if (const auto greeted = take_fields(); !greeted) return fail(greeted.error());
    }
    if (profile.proof) {
      if (const auto found = proof_.find(); !found) return fail(found.error());
      certificate_ = true;
    }
    if (const auto taken = take_fields(); !taken) return fail(taken.error());
    if (profile.proof) {
      if (const auto proven = prove(); !proven) return fail(proven.error());
    }
    if (const auto valid = is_valid_today(); !valid) return fail(valid.error());
    std::erase_if(reading_.fields, [](const FieldValue& value) { return value.keep == Keep::Never; });
    return std::move(reading_);
  }

 private:
  /// Once everything that the fields come from is there: long before the certificate has been read.
  Result<void, CardFault> take_fields() {
    if (taken_) return {};
    const Profile& profile = session_.profile();
    for (const Field& field : profile.fields) {
      const bool there =
          field.from == profile_parts::subject ? certificate_ : session_.thing(field.from) != nullptr;
      if (!there) return {};
    }
    taken_ = true;
    reading_.profile = profile.id;
    reading_.kind = profile.kind;
    for (const Field& field : profile.fields) {
      auto text = text_of(field);
      if (!text && field.required) return fail(text.error());
      if (text) reading_.fields.push_back({field.meaning, field.keep, std::move(*text)});
    }
    if (session_.setup().read_so_far) session_.setup().read_so_far(reading_);
    return {};
  }

  Result<PersonalText, CardFault> text_of(const Field& field) {
    if (field.from == profile_parts::subject) {
      std::string subject = proof_.subject(field.common_name);
      auto text = field_text(field, as_bytes(subject));
      wipe(subject.data(), subject.size());
      return text;
    }
    const ByteView whole = *session_.thing(field.from);
    if (field.path.empty()) {
      if (field.offset + field.length > whole.size()) return fail(CardFault::Unreadable);
      return field_text(field, whole.subspan(field.offset, field.length));
    }
    const auto value = find_object(whole, field.path);
    if (!value) return fail(value.error());
    return field_text(field, *value);
  }

  Result<void, CardFault> prove() {
    const Profile& profile = session_.profile();
    const auto proven = proof_.prove();
    reading_.proven = proven.has_value();
    const bool must = profile.kind == CardKind::Citizen || profile.kind == CardKind::Staff;
    // A card that nobody is let in with may be told, unproven, as long as nothing speaks against it.
    const bool nobody_trusted = !proven && proven.error() == CardFault::Untrusted;
    if (proven || (!must && nobody_trusted && profile.proof->authorities.empty())) return {};
    return proven;
  }

  /// By the day that the card itself names, beside its certificate's: YYYYMMDD of the Gregorian calendar (SP 800-73-4,
  /// part 1, 3.1.2).
  [[nodiscard]] Result<void, CardFault> is_valid_today() const {
    namespace chrono = std::chrono;
    const PersonalText* words = reading_.find(Meaning::Expires);
    if (words == nullptr) return {};
    const std::string_view digits = words->reveal();
    const auto number = [digits](std::size_t at, std::size_t count) {
      unsigned value = 0;
      for (const char digit : digits.substr(at, count)) value = value * 10 + static_cast<unsigned>(digit - '0');
      return value;
    };
    const chrono::year_month_day day{chrono::year(static_cast<int>(number(0, 4))), chrono::month(number(4, 2)),
                                     chrono::day(number(6, 2))};
    if (!day.ok()) return fail(CardFault::Unreadable);
    // Until it has ended everywhere on earth.
    const bool over = session_.setup().trusted_time >= chrono::sys_days(day) + chrono::days(2);
    return over ? Result<void, CardFault>(fail(CardFault::OutOfDate)) : Result<void, CardFault>{};
  }

  CardSession& session_;
  CardProof proof_;
  CardReading reading_;
  bool certificate_ = false;
  bool taken_ = false;
};

/// Nothing: this profile is not the card's.
Result<std::optional<CardReading>, CardFault> try_profile(CardChannel& card, const Profile& profile,
                                                          const ReadingSetup& setup) {
  CardSession session(card, profile, setup);
  for (const Bytes& application : profile.applications) {
    const auto selected = session.select({step::Select::By::Application, application});
    if (!selected) return fail(selected.error());
    if (selected->status != done) continue;
    if (setup.account != nullptr) setup.account->profile = &profile;
    auto reading = Reading(session).run();
    if (!reading) return fail(reading.error());
    return std::optional<CardReading>(std::move(*reading));
  }
  return std::optional<CardReading>();
}

}  // namespace

std::string_view name_of(CardFault fault) {
  switch (fault) {
    case CardFault::UnknownCard:
      return "unknown-card";
    case CardFault::NoCard:
      return "no-card";
    case CardFault::CardMute:
      return "card-mute";
    case CardFault::Unreadable:
      return "unreadable";
    case CardFault::Refused:
      return "refused";
    case CardFault::Timeout:
      return "timeout";
    case CardFault::NoReader:
      return "no-reader";
    case CardFault::ReaderFailed:
      return "reader-failed";
    case CardFault::NoPinPad:
      return "no-pin-pad";
    case CardFault::PinNotEntered:
      return "pin-not-entered";
    case CardFault::WrongPin:
      return "wrong-pin";
    case CardFault::PinBlocked:
      return "pin-blocked";
    case CardFault::Copied:
      return "copied";
    case CardFault::Untrusted:
      return "untrusted";
    case CardFault::OutOfDate:
      return "out-of-date";
  }
  return "unknown-card";
}

std::string_view name_of(CardKind kind) {
  switch (kind) {
    case CardKind::Citizen:
      return "citizen";
    case CardKind::Staff:
      return "staff";
    case CardKind::Bank:
      return "bank";
    case CardKind::Other:
      break;
  }
  return "other";
}

CardFault fault_of(ReaderFault fault) {
  switch (fault) {
    case ReaderFault::NoCard:
      return CardFault::NoCard;
    case ReaderFault::CardMute:
      return CardFault::CardMute;
    case ReaderFault::CardFailed:
    case ReaderFault::CannotCarry:
      return CardFault::Unreadable;
    case ReaderFault::Unplugged:
      return CardFault::NoReader;
    case ReaderFault::Timeout:
      return CardFault::Timeout;
    case ReaderFault::NoPinPad:
      return CardFault::NoPinPad;
    case ReaderFault::PinNotEntered:
      return CardFault::PinNotEntered;
    case ReaderFault::ReaderFailed:
      break;
  }
  return CardFault::ReaderFailed;
}

const PersonalText* CardReading::find(Meaning meaning) const {
  const auto found = std::ranges::find(fields, meaning, &FieldValue::meaning);
  return found == fields.end() ? nullptr : &found->text;
}

Result<CardReading, CardFault> read_powered(CardChannel& card, ByteView answer_to_reset,
                                            const ReadingSetup& setup) {
  ENSURE(setup.clock != nullptr && setup.random != nullptr, "a reading has a clock and randomness");
  for (const Profile& profile : setup.profiles) {
    if (!profile.may_be(answer_to_reset)) continue;
    auto reading = try_profile(card, profile, setup);
    if (!reading) return fail(reading.error());
    if (*reading) return std::move(**reading);
  }
  return fail(CardFault::UnknownCard);
}

Result<CardReading, CardFault> read_card(CardReader& reader, const ReadingSetup& setup) {
  const Result<Atr, ReaderFault> atr = reader.power_on();
  if (!atr) return fail(fault_of(atr.error()));
  ReaderChannel channel(reader);
  auto reading = read_powered(channel, atr->bytes, setup);
  // Whatever came of it, the card is left without power; that this may fail changes nothing that was read.
  const Result<void, ReaderFault> off = reader.power_off();
  static_cast<void>(off);
  return reading;
}

}  // namespace pishkhan::card
