#pragma once

#include "kiosk/visit/event.h"

#include <optional>
#include <string>
#include <variant>

namespace pishkhan::visit {

/// What is known of the machine around the citizen; survives visits and holds nothing of any of them.
struct Surroundings {
  const services::Catalogue* catalogue = nullptr;  ///< the newest; a visit keeps the one it began with
  bool printer_ready = false;
  bool paper_low = false;                   ///< for staff
  std::string printer_code;                 ///< for staff, of what is wrong with the printer; empty: nothing
  std::string printer_device = "noDevice";  ///< XFS4IoT's words, for staff
  std::string printer_paper = "unknown";
  int receipts_retracted = 0;  ///< since the start, that nobody took; for staff
  bool reader_present = false;
  event::CardMedia reader_media = event::CardMedia::Unknown;  ///< for staff, as is the chip's
  event::ChipPower reader_chip = event::ChipPower::Unknown;
  std::string reader_code;  ///< for staff, of what is wrong with the reader; empty: nothing
  bool card_inside = false;
  bool card_left_behind = false;  ///< it is the card of a visit that has ended: nobody else's identity
  SteadyTime card_since{0};       ///< when it was put in, if it is inside
  bool card_unseen = false;       ///< it was in the reader when that went away; perhaps it is still there
  bool network = false;
  std::optional<FilingFault> queue_refuses;
  bool recovery_offered = false;
  std::string start_code;  ///< not empty: out of order since the start
  std::string staff_code;  ///< not empty: out of order; takes effect when the present visit has ended
  std::optional<std::string> closed;  ///< by the city's staff, and why; takes effect likewise
  bool restart_ordered = false;       ///< carried out likewise
};

/// Where in the visit the citizen is. Back goes to the page that the flow names, not through a history.
namespace page {

struct Services {};
struct Area {
  std::string area;
};
struct Before {};
struct Identify {
  bool by_card = false;
  screens::view::CardState card = screens::view::CardState::Waiting;
  PersonalText name;  ///< that the card says, while it is proving itself
};
struct Form {
  int step = 0;
  bool from_review = false;
};
struct Review {};
struct Filing {
  SteadyTime since{0};
};
struct Receipt {
  FiledRequest request;
  Occasion occasion = Occasion::Filed;
  bool sent = false;
  bool only_copies = false;  ///< an original came out, or may have
  Bitmap paper;
  screens::view::PrintState print = screens::view::PrintState::Printing;
  std::string staff_code;  ///< of the printer's trouble; empty: there is none
  int resumed = 0;         ///< how often it was printed afresh because the printer was mended
};
struct Goodbye {
  SteadyTime since{0};
  SteadyTime chimed{0};  ///< when the sound last said that a card is still in the reader
};
struct Track {
  screens::view::LookUpState state = screens::view::LookUpState::Typing;
  SteadyTime since{0};
};
struct TrackResult {
  screens::view::TrackResult result;
};
struct Recover {
  bool searching = false;
  bool not_found = false;
  SteadyTime since{0};
};
struct Refused {
  FilingFault fault = FilingFault::StoreFault;
};

}  // namespace page

using Page = std::variant<page::Services, page::Area, page::Before, page::Identify, page::Form, page::Review,
                          page::Filing, page::Receipt, page::Goodbye, page::Track, page::TrackResult,
                          page::Recover, page::Refused>;

enum class Question { None, StillThere, EndAndErase };

/// Nobody is at the counter.
struct Attract {};

struct Visit {
  VisitId id = 0;
  const services::Catalogue* catalogue = nullptr;
  Language language = Language::Persian;
  bool large_text = false;
  bool high_contrast = false;
  SteadyTime last_touch{0};
  Question question = Question::None;
  SteadyTime asked_at{0};
  Page page = page::Services{};
  const services::Service* service = nullptr;
  screens::FieldValues values;
  screens::FieldProblems problems;  ///< those that the citizen is shown
  std::string focused;
  /// The queue was asked to file and has not answered. Until it does nothing is changed and nothing is filed
  /// again, even if it takes longer than the citizen is asked to wait.
  bool filing_unanswered = false;
  bool reading = false;      ///< the card: asked for, and not answered yet
  bool pin_wanted = false;   ///< and it waits for the PIN
  bool card_holder = false;  ///< "national_id" and "name" came from the card in the reader
  /// The number on the card by which somebody has identified before they came back to the card's place: what they
  /// typed is shown to no other.
  PersonalText bound_to;
};

struct OutOfService {
  std::string staff_code;
  std::optional<std::string> closed = {};  ///< nothing is broken: the city's staff closed it, and this is why
};

/// The whole counter as a value.
struct State {
  Surroundings around;
  std::variant<Attract, Visit, OutOfService> mode = Attract{};
};

}  // namespace pishkhan::visit
