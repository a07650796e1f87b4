#pragma once

#include "base/core/bitmap.h"
#include "base/core/clock.h"
#include "base/core/language.h"
#include "base/core/personal.h"
#include "base/services/catalogue.h"
#include "base/services/validate.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pishkhan::screens {

using FieldValues = services::Values;
using FieldProblems = std::map<std::string, services::FieldProblem, std::less<>>;

/// What every screen shows at its edges. Borrowed; valid while the screen is drawn.
struct Situation {
  Language language = Language::Persian;
  const services::Catalogue* catalogue = nullptr;
  WallTime now{};
  bool large_text = false;
  bool high_contrast = false;
  bool network = true;        ///< the backend answered lately
  bool printer_ready = true;  ///< paper in, cover closed
  SteadyTime waiting_for{0};  ///< how long the present wait has lasted: 300 ms something moves, 3 s it says why
};

namespace view {

struct Welcome {
  bool recovery_offered =
      false;  ///< a request was filed in the last ten minutes whose receipt did not come out
  bool card_left_behind = false;  ///< by a visit that has ended
};
struct Services {};
/// One area: its open services, or where it is served today.
struct Area {
  const services::Area* area = nullptr;
};
struct Before {
  const services::Service* service = nullptr;
  /// In the order of service->stages; nothing where no limit was announced.
  std::vector<std::optional<services::SolarDay>> due;
};

enum class CardState {
  NoReader,
  Waiting,
  Reading,
  Checking,    ///< read; it is proving that it is no copy
  PinWanted,   ///< the person types on the reader's own keypad
  Unknown,     ///< a chip card that cannot be read here
  Failed,      ///< could not be read
  NotGenuine,  ///< did not prove itself
  OutOfDate,   ///< not valid today
  BankCard,    ///< recognised by name, and not read
  StaffCard,   ///< recognised; it opens nothing
  WrongPin,
  Blocked,     ///< the card takes no PIN any more
  NoPin,       ///< cancelled, or nothing typed for too long
  NoPinPad,    ///< the card wants a PIN, and the reader has no keypad
  PulledOut,   ///< in the middle of a visit that is bound to it
  LeftBehind,  ///< it is the card of somebody who has gone
};
struct Identify {
  const services::Service* service = nullptr;
  bool by_card = false;  ///< false: the number is typed
  CardState card = CardState::Waiting;
  const PersonalText* name = nullptr;   ///< that the card says, while Checking
  std::string staff_code = {};          ///< of the reader's trouble; empty: there is none
  const FieldValues* values = nullptr;  ///< key "national_id"
  const FieldProblems* problems = nullptr;
  std::string focused;
  int step = 0;  ///< of steps, from 0, for the progress bar
  int steps = 0;
};
struct Form {
  const services::Service* service = nullptr;
  int form_step = 0;  ///< index into service->steps
  const FieldValues* values = nullptr;
  const FieldProblems* problems = nullptr;  ///< only those that may be shown now
  std::string focused;                      ///< id of the field being typed in, or empty
  bool may_continue = false;                ///< main action is dimmed with a reason otherwise
  int step = 0;
  int steps = 0;
};
struct Review {
  const services::Service* service = nullptr;
  const FieldValues* values = nullptr;
  bool card_holder = false;  ///< the identity came from a card; "national_id" and "name" are in values
  int step = 0;
  int steps = 0;
};
struct Filing {
  const services::Service* service = nullptr;
};

enum class PrintState {
  Printing,
  Printed,
  PaperOut,
  CoverOpen,
  PrinterFault,
  CutterJam,
  PaperJam,
  Overheated,
  Offline,
  Broken,          ///< only a technician can help
  NotTaken,        ///< it waits in the printer's mouth
  TakenBack,       ///< nobody took it, so that nobody else could
  LookAtThePaper,  ///< nobody can tell what came out
  TakeIt,          ///< the printer took everything, and its model can prove no more
};
struct Receipt {
  const services::Service* service = nullptr;
  std::string tracking_code;      ///< ASCII digits, ungrouped
  const Bitmap* paper = nullptr;  ///< the very bitmap that is printed; may be null for a moment
  PrintState print = PrintState::Printing;
  std::string staff_code = {};  ///< of the printer's trouble; empty: there is none
  bool joined = false;          ///< the same case was already filed: this is its code
  bool sent = false;            ///< the backend holds it; otherwise it is kept here and will be sent
};
struct Goodbye {
  bool card_inside = false;
};

enum class LookUpState { Typing, Asking, Unreachable, TooOften };
struct Track {
  const FieldValues* values = nullptr;  ///< keys "code" and "secret"
  const FieldProblems* problems = nullptr;
  std::string focused;
  LookUpState state = LookUpState::Typing;
};
struct CaseStage {
  std::string name;  ///< in the visit's language
  std::string unit;
  bool done = false;
  std::optional<services::SolarDay> due;
};
/// What the backend says of a case.
enum class CaseState {
  Received,  ///< it arrived and was not read yet
  Opened,    ///< it is a case
  Joined,    ///< the same matter as an earlier case
  Invalid,   ///< it could not be used: the citizen has to ask at the office
};
struct TrackResult {
  CaseState state = CaseState::Received;
  bool found = false;
  bool kept_here = false;  ///< filed on this machine and not yet sent
  std::string tracking_code;
  std::string service_name;
  std::optional<WallTime> filed_at;
  std::vector<CaseStage> stages;
  std::string answer;  ///< the city's words, if there are any
  /// The city cannot be asked now: this is what it said last, and when.
  std::optional<WallTime> as_of;
};
struct Recover {
  const FieldValues* values = nullptr;  ///< key "mobile"
  const FieldProblems* problems = nullptr;
  std::string focused;
  bool searching = false;
  bool not_found = false;
};
/// Filing failed, or a filing cannot begin: a sentence, and what to do now.
enum class RefusalReason { DiskFull, StoreFault, NotEnrolled };
struct Refused {
  RefusalReason reason = RefusalReason::StoreFault;
  std::string staff_code;
  bool may_retry = false;  ///< something has been typed, and filing it again may succeed
};
struct OutOfService {
  std::string staff_code;
  std::optional<std::string> closed =
      {};  ///< nothing is broken: the city's staff closed it; their reason, for staff
};

}  // namespace view

using View = std::variant<view::Welcome, view::Services, view::Area, view::Before, view::Identify, view::Form,
                          view::Review, view::Filing, view::Receipt, view::Goodbye, view::Track,
                          view::TrackResult, view::Recover, view::Refused, view::OutOfService>;

/// Drawn over the screen, which dims.
struct IdleWarning {
  int seconds_left = 0;
};
struct EndQuestion {};  ///< "End and erase what you have typed?"
using Overlay = std::variant<std::monostate, IdleWarning, EndQuestion>;

}  // namespace pishkhan::screens
