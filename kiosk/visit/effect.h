#pragma once

#include "kiosk/visit/event.h"

#include <variant>
#include <vector>

namespace pishkhan::visit {

/// What `step` decided shall be done. Each carries the id of its visit, which comes back in the answer.
namespace effect {

/// Read the card that is in the reader. Answers: CardReading, then CardRead or CardFailed.
struct ReadCard {
  VisitId visit = 0;
};
/// Seal, sign and commit. Answer: Filed or FilingFailed. `values` are normalised and complete.
struct File {
  VisitId visit = 0;
  const services::Catalogue* catalogue = nullptr;
  const services::Service* service = nullptr;
  services::Assurance assurance = services::Assurance::MobileNumber;
  Language language = Language::Persian;
  screens::FieldValues values;
};
enum class Copy { Original, Again };
/// Lay the receipt out once, show it and print it. Answers: ReceiptLaidOut, then PrintEnded.
struct Print {
  VisitId visit = 0;
  const services::Catalogue* catalogue = nullptr;
  const services::Service* service = nullptr;
  Language language = Language::Persian;
  bool large_text = false;  ///< letters on paper as large as on the screen
  screens::FieldValues values;
  FiledRequest request;
  Copy copy = Copy::Original;
  Occasion occasion = Occasion::Filed;
};
/// Append how the print ended to the chain, beside its request.
struct RecordPrint {
  std::uint64_t sequence = 0;
  PrintOutcome outcome = PrintOutcome::Unknown;
};
/// Answer: LookedUp or LookUpFailed.
struct LookUp {
  VisitId visit = 0;
  const services::Catalogue* catalogue = nullptr;
  Language language = Language::Persian;
  std::string code;
  PersonalText secret;
};
/// The code of the request whose receipt did not come out, for who knows its mobile number. Answer: Recovered.
struct Recover {
  VisitId visit = 0;
  const services::Catalogue* catalogue = nullptr;
  PersonalText mobile;
  SteadyTime asked{0};  ///< comes back with the answer: a late one to an earlier number is none to this one
};
/// The visit is over: every layout cache, caret, buffer and dead stack that may hold its words is wiped.
struct Forget {
  VisitId visit = 0;
};
/// End the program; the service manager starts it again. Only while nobody is at the counter.
struct Restart {};

/// A sound that says: your card is still here.
struct Chime {
  VisitId visit = 0;
};
/// Nobody took the card: written down, without a word about whose it is.
struct NoteForgottenCard {
  VisitId visit = 0;
  int asked_seconds = 0;  ///< how long it was asked for
};

}  // namespace effect

using Effect =
    std::variant<effect::ReadCard, effect::File, effect::Print, effect::RecordPrint, effect::LookUp,
                 effect::Recover, effect::Forget, effect::Restart, effect::Chime, effect::NoteForgottenCard>;
using Effects = std::vector<Effect>;

}  // namespace pishkhan::visit
