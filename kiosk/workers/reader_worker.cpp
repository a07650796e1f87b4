#include "kiosk/workers/reader_worker.h"

#include "base/core/log.h"
#include "base/core/personal.h"

#include <algorithm>
#include <utility>

namespace pishkhan::workers {

namespace {

/// How long one look at the reader lasts; it ends at once when a card moves. A job waits no longer than this.
constexpr std::chrono::milliseconds look{150};
constexpr std::chrono::milliseconds between_connects{1000};
/// One look that is not answered may be bad luck; a reader that fails so many in a row is dead.
constexpr int most_troubled_looks = 5;
/// About six seconds: longer than the slowest command, or a reader's own beginning with a card.
constexpr int most_busy_looks = 40;
/// Readings that fail at the reader, whatever card is in it, while it says that all is well.
constexpr int most_failed_reads = 3;
constexpr std::size_t most_refused = 16;
// What staff are told about the reader.
constexpr const char* no_reader = "CRD-01";
constexpr const char* dead_reader = "CRD-02";
constexpr const char* unusable_reader = "CRD-03";
constexpr const char* jammed_reader = "CRD-04";

visit::event::CardMedia media_of(card::MediaState state) {
  switch (state) {
    case card::MediaState::Present:
      return visit::event::CardMedia::Present;
    case card::MediaState::NotPresent:
      return visit::event::CardMedia::NotPresent;
    case card::MediaState::Entering:
      return visit::event::CardMedia::Entering;
    case card::MediaState::Jammed:
      return visit::event::CardMedia::Jammed;
    case card::MediaState::Unknown:
      break;
  }
  return visit::event::CardMedia::Unknown;
}
visit::event::ChipPower chip_of(card::ChipState state) {
  using visit::event::ChipPower;
  switch (state) {
    case card::ChipState::Online:
      return ChipPower::Online;
    case card::ChipState::PoweredOff:
      return ChipPower::PoweredOff;
    case card::ChipState::NoCard:
      return ChipPower::NoCard;
    case card::ChipState::NoDevice:
      return ChipPower::NoDevice;
    case card::ChipState::HardwareError:
      return ChipPower::HardwareError;
    case card::ChipState::Busy:
      return ChipPower::Busy;
    case card::ChipState::Unknown:
      break;
  }
  return ChipPower::Unknown;
}
visit::event::CardFault fault_of(card::CardFault fault) {
  using visit::event::CardFault;
  switch (fault) {
    case card::CardFault::UnknownCard:
      return CardFault::Unknown;
    case card::CardFault::Copied:
    case card::CardFault::Untrusted:
      return CardFault::NotGenuine;
    case card::CardFault::OutOfDate:
      return CardFault::OutOfDate;
    case card::CardFault::WrongPin:
      return CardFault::WrongPin;
    case card::CardFault::PinBlocked:
      return CardFault::Blocked;
    case card::CardFault::PinNotEntered:
      return CardFault::NoPin;
    case card::CardFault::NoPinPad:
      return CardFault::NoPinPad;
    default:
      return CardFault::Failed;
  }
}
visit::event::CardFault fault_of(card::CardKind kind) {
  using visit::event::CardFault;
  if (kind == card::CardKind::Bank) return CardFault::Bank;
  return kind == card::CardKind::Staff ? CardFault::Staff : CardFault::Unknown;
}

}  // namespace

ReaderWorker::ReaderWorker(Setup setup)
    : setup_(std::move(setup)), thread_([this](const std::stop_token& stop) { run(stop); }) {
  if (setup_.port == nullptr) return;
  setup_.port->on_change([this] {
    jobs_.replace_or_post(Look{}, [](const Job& job) { return std::holds_alternative<Look>(job); });
  });
}

ReaderWorker::~ReaderWorker() {
  if (setup_.port != nullptr) setup_.port->on_change({});
}

void ReaderWorker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!reader_) connect();
    // With a reader the wait is at the reader, which reports a card at once; without, at the mailbox.
    // A reader that cannot notify, or is in trouble, answers at once: then the pace is ours.
    const bool paces =
        reader_ && reader_->descriptor().interrupt == card::ccid::InterruptEndpoint::Present && troubled_ == 0;
    auto job = paces ? jobs_.try_take() : jobs_.take(stop, reader_ ? look : between_connects);
    if (!job) {
      if (reader_) watch();
      continue;
    }
    if (const auto* read = std::get_if<visit::effect::ReadCard>(&*job)) read_card(read->visit);
    wipe_dead_stack();
  }
}

void ReaderWorker::connect() {
  if (setup_.port == nullptr) return lose(no_reader);
  const char* why_not = no_reader;
  auto transport = setup_.port->connect_first([&](usb::Transport& one) { return take(one, why_not); });
  if (!transport) {
    const bool dead = why_not == dead_reader;
    return lose(why_not, dead ? visit::event::ChipPower::HardwareError : visit::event::ChipPower::NoDevice);
  }
  transport_ = std::move(*transport);
  troubled_ = busy_looks_ = failed_reads_ = 0;
  tell({.present = true});
}

/// Opens a reader; of several the first that can be used is taken, whatever else is plugged in beside it.
bool ReaderWorker::take(usb::Transport& transport, const char*& why_not) {
  card::CardReader::Options options;
  if (setup_.quirks != nullptr) options.quirk = setup_.quirks->match(transport.identity());
  auto reader = card::CardReader::open(transport, *setup_.clock, options);
  if (!reader) {
    const std::uint64_t generation = transport.identity().generation;
    if (std::ranges::find(refused_, generation) == refused_.end()) {
      // One that comes and goes with a bad cable has a new generation each time.
      if (refused_.size() == most_refused) refused_.erase(refused_.begin());
      refused_.push_back(generation);
      log::warning("reader.refused", {{"fault", static_cast<int>(reader.error())}});
    }
    if (why_not == no_reader) why_not = unusable_reader;
    return false;
  }
  // That its descriptors can be read says nothing: one that was dead has to answer before it counts again.
  const bool was_dead = told_ && told_->staff_code == dead_reader;
  if (was_dead) {
    const card::ReaderStatus status = reader->poll({});
    if (status.media == card::MediaState::Unknown || status.chip == card::ChipState::Busy) {
      why_not = dead_reader;
      return false;
    }
  }
  reader_.emplace(std::move(*reader));
  return true;
}

/// There is no reader, or none that can be used: cards are no way to identify oneself until there is.
void ReaderWorker::lose(const char* staff_code, visit::event::ChipPower chip) {
  reader_.reset();
  transport_.reset();
  card_inside_.reset();
  tell({.present = false, .chip = chip, .staff_code = staff_code});
}

void ReaderWorker::tell(visit::event::ReaderChanged now) {
  const bool same = told_ && told_->present == now.present && told_->media == now.media &&
                    told_->chip == now.chip && told_->staff_code == now.staff_code;
  if (same) return;
  if (!told_ || told_->present != now.present || told_->staff_code != now.staff_code) {
    const log::Field present{"present", static_cast<int>(now.present)};
    if (now.staff_code.empty())
      log::info("reader.state", {present});
    else
      log::warning("reader.state", {present, {"code", log::PublicText{now.staff_code}}});
  }
  told_ = now;
  setup_.events->post(std::move(now));
}

void ReaderWorker::watch() {
  const card::ReaderStatus status = reader_->poll(look);
  if (status.chip == card::ChipState::NoDevice) return lose(no_reader);
  if (status.media == card::MediaState::Unknown) {
    // One slot that did not answer in time is no card drawn out; a reader that stays silent is dead, and is
    // opened anew until it lives again.
    if (++troubled_ >= most_troubled_looks) lose(dead_reader, visit::event::ChipPower::HardwareError);
    return;
  }
  troubled_ = 0;
  busy_looks_ = status.chip == card::ChipState::Busy ? busy_looks_ + 1 : 0;
  const bool jammed = status.media == card::MediaState::Jammed;
  const bool broken = status.chip == card::ChipState::HardwareError;
  tell({.present = !jammed,
        .media = media_of(status.media),
        .chip = chip_of(status.chip),
        .staff_code = jammed ? jammed_reader : broken ? dead_reader : trouble()});
  if (jammed) card_inside_.reset();
  if (jammed || status.media == card::MediaState::Entering) return;
  const bool inside = status.media == card::MediaState::Present;
  if (inside == card_inside_) return;
  const bool found = !card_inside_;
  card_inside_ = inside;
  if (inside)
    setup_.events->post(visit::event::CardInserted{.found = found});
  else
    setup_.events->post(visit::event::CardRemoved{});
}

/// What staff are told of a reader that answers each look and does not do its work.
const char* ReaderWorker::trouble() const {
  return busy_looks_ >= most_busy_looks || failed_reads_ >= most_failed_reads ? dead_reader : "";
}

card::ReadingSetup ReaderWorker::reading_setup(visit::VisitId visit) {
  card::ReadingSetup setup;
  setup.profiles = setup_.profiles;
  setup.clock = setup_.clock;
  setup.random = &random_;
  setup.prover = setup_.prover;
  setup.trusted_time = setup_.clock->wall();
  const auto passed = setup_.certainly_passed ? setup_.certainly_passed() : std::nullopt;
  if (passed) setup.trusted_time = std::max(setup.trusted_time, *passed);
  setup.read_so_far = [this, visit](const card::CardReading& so_far) {
    const PersonalText* name = so_far.find(card::Meaning::Name);
    if (so_far.kind == card::CardKind::Citizen && name != nullptr)
      setup_.events->post(visit::event::CardNamed{visit, *name});
  };
  setup.pin_taken = [this, visit] { setup_.events->post(visit::event::CardReading{visit}); };
  setup.pin_wanted = [this, visit] { setup_.events->post(visit::event::CardPinWanted{visit}); };
  return setup;
}

void ReaderWorker::read_card(visit::VisitId visit) {
  if (!reader_) {
    setup_.events->post(visit::event::CardFailed{visit, visit::event::CardFault::Failed});
    return;
  }
  tell({.present = true,
        .media = visit::event::CardMedia::Present,
        .chip = visit::event::ChipPower::Busy,
        .staff_code = trouble()});
  setup_.events->post(visit::event::CardReading{visit});
  const auto reading = card::read_card(*reader_, reading_setup(visit));
  const bool by_reader = !reading && reading.error() == card::CardFault::ReaderFailed;
  failed_reads_ = by_reader ? failed_reads_ + 1 : 0;
  if (!reading) {
    log::info("reader.card-failed", {{"fault", log::PublicText{std::string(card::name_of(reading.error()))}}});
    setup_.events->post(visit::event::CardFailed{visit, fault_of(reading.error())});
    return;
  }
  log::info("reader.card",
            {{"profile", log::PublicText{reading->profile}}, {"proven", static_cast<int>(reading->proven)}});
  const PersonalText* number = reading->find(card::Meaning::NationalId);
  const PersonalText* name = reading->find(card::Meaning::Name);
  const bool citizen =
      reading->kind == card::CardKind::Citizen && reading->proven && number != nullptr && name != nullptr;
  if (citizen)
    setup_.events->post(visit::event::CardRead{visit, *number, *name});
  else
    setup_.events->post(visit::event::CardFailed{visit, fault_of(reading->kind)});
}

}  // namespace pishkhan::workers
