#pragma once

#include "base/core/bitmap.h"
#include "base/core/clock.h"
#include "base/core/personal.h"
#include "base/services/catalogue.h"
#include "ui/screens/action.h"
#include "ui/screens/view.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pishkhan::visit {

/// One citizen's stay at the counter. 64 random bits, never reused in practice; 0 is nobody's.
using VisitId = std::uint64_t;

/// A request that is durably in the queue: the commit has returned. Only this may be called filed.
struct FiledRequest {
  std::uint64_t sequence = 0;  ///< its place in the chain; the print outcome refers to it
  std::string tracking_code;   ///< ASCII digits, ungrouped
  std::string service;         ///< id of the service
  WallTime filed_at{};
  PersonalText receipt_secret;  ///< ASCII digits
  bool stored = false;          ///< the backend holds it already
  std::string statement;  ///< what the receipt's QR code says (offline-queue/protocol, receipt_statement.h)
};

enum class FilingFault {
  DiskFull,     ///< no room: nothing was filed
  StoreFault,   ///< the store refused or failed: nothing was filed
  NotEnrolled,  ///< the machine has no number yet
};

/// How a print ended; `Printed` only when the printer itself said so after the cut.
enum class PrintOutcome {
  Printed,
  PaperOut,
  CoverOpen,
  PrinterFault,
  CutterJam,
  PaperJam,
  Overheated,
  Offline,
  Broken,    ///< only a technician can help
  Unknown,   ///< nobody can tell what came out
  Unproven,  ///< the printer took everything without complaint; its model can prove no more
  Uncut,     ///< all the ink is on paper, and the knife is stuck: another one is a copy
};

/// What brought the citizen a receipt. The receipt says so itself.
enum class Occasion {
  Filed,      ///< the request was filed just now
  Joined,     ///< it had been filed before: nothing was filed twice
  Recovered,  ///< its receipt may not have come out in an earlier visit
};

enum class LookUpFault { Unreachable, TooOften };

/// What happened. Answers carry the id of the visit that asked.
namespace event {

struct Acted {
  screens::Action action;
};
/// Time passed; the stamp says how much.
struct Tick {};

// -- the devices
struct PrinterChanged {
  bool ready = false;
  bool paper_low = false;
  std::string staff_code = {};  ///< of what is wrong: "PRN-02"; empty: nothing
  std::string device = {};      ///< XFS4IoT's word, for staff: "online", "userError", "noDevice"
  std::string paper = {};       ///< likewise: "full", "low", "out", "jammed", "unknown"
};
/// XFS4IoT's names for a card reader's slot and chip (CardReader.Status: media, chipPower).
enum class CardMedia { Unknown, Present, NotPresent, Jammed, Entering };
enum class ChipPower { Unknown, Online, Busy, PoweredOff, NoDevice, HardwareError, NoCard };
struct ReaderChanged {
  bool present = false;  ///< one that reads cards; otherwise `staff_code` says what is wrong
  CardMedia media = CardMedia::Unknown;
  ChipPower chip = ChipPower::Unknown;
  std::string staff_code = {};  ///< "CRD-01"; empty: nothing
};
struct CardInserted {
  bool found = false;  ///< it was there when the reader was first looked at: nobody saw it go in
};
struct CardRemoved {};
struct CardReading {
  VisitId visit = 0;
};
/// What the card says, before it has proven that it is no copy: for a greeting, never for more.
struct CardNamed {
  VisitId visit = 0;
  PersonalText name;
};
/// The person has to type the card's PIN on the reader's keypad; what comes of it is CardRead or CardFailed.
struct CardPinWanted {
  VisitId visit = 0;
};
/// The card has proven itself.
struct CardRead {
  VisitId visit = 0;
  PersonalText national_id;
  PersonalText name;
};
enum class CardFault {
  Unknown,     ///< a chip card that no profile knows, or one that says nothing the counter needs
  Failed,      ///< could not be read
  NotGenuine,  ///< did not prove itself: a copy, or issued by nobody who may
  OutOfDate,   ///< its certificate is not valid today
  Bank,        ///< recognised by name, and not read
  Staff,       ///< of the municipality's own people
  WrongPin,
  Blocked,     ///< after too many wrong PINs
  NoPin,       ///< cancelled, or nothing typed for too long
  NoPinPad,    ///< it wants a PIN, and this reader has no keypad
};
struct CardFailed {
  VisitId visit = 0;
  CardFault fault = CardFault::Failed;
};
struct ReceiptLaidOut {
  VisitId visit = 0;
  Bitmap paper;
};
struct PrintEnded {
  VisitId visit = 0;
  std::uint64_t sequence = 0;
  PrintOutcome outcome = PrintOutcome::Unknown;
  std::string staff_code = {};  ///< "PRN-02"; empty: nothing is wrong
};
/// Where a printer holds receipts until they are taken. Visit 0: nobody knows whose it was.
struct ReceiptHeld {
  enum class State { Waiting, Taken, TakenBack };
  VisitId visit = 0;
  State state = State::Waiting;
};

// -- the queue
struct Filed {
  VisitId visit = 0;
  FiledRequest request;
  bool joined = false;
};
struct FilingFailed {
  VisitId visit = 0;
  FilingFault fault = FilingFault::StoreFault;
};
struct Recovered {
  VisitId visit = 0;
  SteadyTime asked{0};  ///< of the effect
  std::optional<FiledRequest> request;
};
/// Latest value: may a request be filed now, and can the last receipt still be fetched?
struct QueueChanged {
  std::optional<FilingFault> refuses;
  bool recovery_offered = false;
};

// -- the backend
struct NetworkChanged {
  bool reachable = false;
};
/// The backend holds every request up to this one durably (*stored* acknowledgements were verified; the queue
/// is sent oldest first). Latest value wins.
struct Sent {
  std::uint64_t sequence = 0;
};
struct LookedUp {
  VisitId visit = 0;
  screens::view::TrackResult result;
};
struct LookUpFailed {
  VisitId visit = 0;
  std::string code;  ///< that was asked for
  LookUpFault fault = LookUpFault::Unreachable;
};

// -- the house
/// A visit ends with the one that it began with; the next one begins with this.
struct CatalogueLoaded {
  const services::Catalogue* catalogue = nullptr;
};
/// Something was wrong at the start, and stays so until staff have mended it and started the program again.
struct StartedBroken {
  std::string staff_code;
};
struct OutOfOrder {
  std::string staff_code;
};
struct BackInOrder {};
/// The city's staff closed the counter from afar, or opened it again. Latest value wins.
struct ClosedByCity {
  std::optional<std::string> reason;  ///< for staff; nothing: it is open
};
/// The city's staff want the program to start afresh, when nobody is at the counter.
struct RestartOrdered {};

}  // namespace event

using Event = std::variant<event::Acted, event::Tick, event::PrinterChanged, event::ReaderChanged,
                           event::CardInserted, event::CardRemoved, event::CardReading, event::CardNamed,
                           event::CardPinWanted, event::CardRead, event::CardFailed, event::ReceiptLaidOut,
                           event::PrintEnded, event::ReceiptHeld, event::Filed, event::FilingFailed,
                           event::Recovered, event::QueueChanged, event::NetworkChanged, event::Sent,
                           event::LookedUp, event::LookUpFailed, event::CatalogueLoaded, event::StartedBroken,
                           event::OutOfOrder, event::BackInOrder, event::ClosedByCity, event::RestartOrdered>;

/// An event with what `step` may not fetch for itself.
struct Stamped {
  Event event;
  WallTime wall{};
  SteadyTime steady{0};
  VisitId fresh_id = 1;  ///< used if this event begins a visit
};

}  // namespace pishkhan::visit
