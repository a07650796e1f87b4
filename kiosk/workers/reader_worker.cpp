#include "kiosk/workers/reader_worker.h"

#include "base/core/log.h"
#include "base/core/personal.h"
#include "drivers/card-reader/profile.h"

#include <utility>

namespace pishkhan::workers {

namespace {

/// How long one look at the reader lasts; it ends at once when a card moves. A job waits no longer than this.
constexpr std::chrono::milliseconds look{150};
constexpr std::chrono::milliseconds between_connects{1000};

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
        reader_ && reader_->descriptor().interrupt == card::ccid::InterruptEndpoint::Present && !troubled_;
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
  if (setup_.port == nullptr) return;
  auto transport = setup_.port->connect();
  if (!transport) return;
  transport_ = std::move(*transport);
  auto reader = card::CardReader::open(*transport_, *setup_.clock);
  if (!reader) {
    const std::uint64_t generation = transport_->identity().generation;
    if (generation != refused_generation_) {
      log::warning("reader.refused", {{"fault", static_cast<int>(reader.error())}});
    }
    refused_generation_ = generation;
    transport_.reset();
    return;
  }
  reader_.emplace(std::move(*reader));
  tell_presence(true);
}

void ReaderWorker::tell_presence(bool present) {
  if (told_present_ == present) return;
  told_present_ = present;
  log::info("reader.state", {{"present", static_cast<int>(present)}});
  setup_.events->post(visit::event::ReaderChanged{present});
}

void ReaderWorker::watch() {
  const card::ReaderStatus status = reader_->poll(look);
  if (status.chip == card::ChipState::NoDevice) {
    reader_.reset();
    transport_.reset();
    card_inside_ = false;
    tell_presence(false);
    return;
  }
  // One slot that did not answer in time is no card drawn out.
  troubled_ = status.media == card::MediaState::Unknown;
  if (troubled_) return;
  const bool inside = status.media == card::MediaState::Present;
  if (inside == card_inside_) return;
  card_inside_ = inside;
  if (inside)
    setup_.events->post(visit::event::CardInserted{});
  else
    setup_.events->post(visit::event::CardRemoved{});
}

void ReaderWorker::read_card(visit::VisitId visit) {
  using visit::event::CardFault;
  if (!reader_) {
    setup_.events->post(visit::event::CardFailed{visit, CardFault::Failed});
    return;
  }
  setup_.events->post(visit::event::CardReading{visit});
  auto holder = card::read_card(*reader_, *setup_.clock);
  if (holder) {
    setup_.events->post(visit::event::CardRead{visit, std::move(holder->national_id), std::move(holder->name)});
    return;
  }
  log::info("reader.card-failed", {{"fault", static_cast<int>(holder.error())}});
  const bool unknown = holder.error() == card::CardFault::UnknownCard;
  setup_.events->post(visit::event::CardFailed{visit, unknown ? CardFault::Unknown : CardFault::Failed});
}

}  // namespace pishkhan::workers
