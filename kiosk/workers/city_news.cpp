#include "kiosk/workers/city_news.h"

#include "base/core/log.h"

#include <algorithm>
#include <utility>

namespace pishkhan::workers {

using protocol::AuditEntry;
using protocol::AuditKind;
using protocol::Command;
using updates::Order;

namespace {

/// A book whose disk failed is opened again this often.
constexpr SteadyTime reopen_interval{10'000};
/// A full or failing disk must not hold up the orders that might mend it; then the log alone tells.
constexpr SteadyTime audit_patience{60'000};

/// The longest that the protocol's sentences may be.
constexpr std::size_t longest_fault = 200;

AuditEntry entry_of(const Order& order, AuditKind own, AuditKind common) {
  const bool to_all = order.kiosk == protocol::UpdateItem::all_kiosks;
  const auto number = std::min<std::uint64_t>(order.number, AuditEntry::highest_number);
  return {to_all ? common : own, static_cast<std::int64_t>(number)};
}
AuditEntry done(const Order& order) {
  return entry_of(order, AuditKind::OrderDone, AuditKind::CommonOrderDone);
}
AuditEntry interrupted(const Order& order) {
  return entry_of(order, AuditKind::OrderInterrupted, AuditKind::CommonOrderInterrupted);
}
AuditEntry expired(const Order& order) {
  return entry_of(order, AuditKind::OrderExpired, AuditKind::CommonOrderExpired);
}

/// Begun is done: the book's own entry is what it does.
bool is_done_by_the_book(Command command) {
  return command == Command::OutOfService || command == Command::InService;
}

}  // namespace

CityNews::CityNews(Setup setup)
    : setup_(std::move(setup)),
      own_files_(setup_.files == nullptr ? store::system_files() : nullptr),
      files_(setup_.files == nullptr ? own_files_.get() : setup_.files),
      shelf_(setup_.folder, *files_),
      updater_(setup_.epoch, *setup_.random, setup_.limits, std::chrono::minutes(1)) {}

bool CityNews::open_book() {
  if (book_) return true;
  if (setup_.clock->steady() < next_open_) return false;
  next_open_ = setup_.clock->steady() + reopen_interval;
  auto book = updates::UpdateBook::open(
      {setup_.folder, setup_.kiosk, setup_.epoch, setup_.update_key, files_, setup_.program_version});
  if (!book) {
    log::error("city.book-not-opened", {{"fault", static_cast<int>(book.error())}});
    return false;
  }
  book_.emplace(std::move(*book));
  closed_ = book_->closed();
  if (boots_ == 0) boots_ = book_->boots();  // opening it again is no start of the program
  return true;
}

/// What the disk holds is known only after another look.
void CityNews::lose_book(store::FileFault fault) {
  log::error("city.book-lost", {{"fault", static_cast<int>(fault)}});
  book_.reset();
}

std::optional<services::Catalogue> CityNews::begin() {
  if (!open_book()) return std::nullopt;
  auto found = updates::pack_in_force(*book_, shelf_);
  for (const std::string& fault : found.faults) {
    log::error("city.pack-unusable", {{"fault", log::PublicText{fault}}});
    update_fault_ = fault.substr(0, longest_fault);
  }
  if (found.disk) lose_book(*found.disk);
  return std::move(found.catalogue);
}

std::optional<std::string> CityNews::closed() const {
  return closed_;
}

WallTime CityNews::no_earlier_than(WallTime certainly_passed) const {
  return book_ ? std::max(certainly_passed, book_->newest_issue()) : certainly_passed;
}

std::chrono::milliseconds CityNews::ask(updates::UpdateSource& source, House& house,
                                        WallTime certainly_passed) {
  server_time_.reset();
  if (!open_book()) return reopen_interval;
  updates::UpdateReport report = updater_.step(source, *book_, shelf_, no_earlier_than(certainly_passed));
  server_time_ = report.server_time;
  if (report.taken.fresh > 0) log::info("city.said", {{"items", report.taken.fresh}});
  refused_ += report.taken.refused;
  unknown_ += report.taken.unknown;
  if (!report.taken.fault.empty()) {
    log::warning("city.item-refused", {{"fault", log::PublicText{report.taken.fault}}});
    update_fault_ = report.taken.fault;
  }
  if (!report.pack_refused.empty()) {
    log::error("city.pack-refused", {{"fault", log::PublicText{report.pack_refused}}});
    update_fault_ = report.pack_refused.substr(0, longest_fault);
  }
  if (report.disk) lose_book(*report.disk);
  if (report.activated) {
    update_fault_.clear();
    house.show(std::move(report.activated));
  }
  act(house, certainly_passed);
  return report.wait;
}

protocol::RemoteSettings CityNews::settings(WallTime now) const {
  protocol::RemoteSettings result = book_->settings(now);
  result.values.insert(setup_.own.values.begin(), setup_.own.values.end());  // leaves the city's
  return result;
}

void CityNews::act(House& house, WallTime certainly_passed) {
  if (!open_book()) return;
  const WallTime now = no_earlier_than(certainly_passed);
  if (const auto wanted = settings(now); applied_ != wanted) {
    for (const auto& [key, value] : wanted.values) {
      const auto before = applied_ ? applied_->values.find(key) : setup_.own.values.find(key);
      const auto end = applied_ ? applied_->values.end() : setup_.own.values.end();
      if (before == end || before->second != value)
        log::info("city.setting", {{"key", log::PublicText{key}}, {"value", value}});
    }
    applied_ = wanted;
    updater_.set_period(setup_.period_of_a_rig.count() > 0
                            ? setup_.period_of_a_rig
                            : std::chrono::seconds(wanted.values.at("sync.updates_seconds")));
    house.apply(wanted);
  }
  carry_out_orders(house, now);
  tell_closed(house);
}

void CityNews::tell_closed(House& house) {
  if (closed_told_ && told_closed_ == closed_) return;
  closed_told_ = true;
  told_closed_ = closed_;
  house.close_counter(closed_);
}

void CityNews::carry_out_orders(House& house, WallTime now) {
  while (book_) {
    if (owed_ && !settle(house)) return;
    if (!book_) return;
    const auto order = book_->next_order(now);
    if (!order || !take_up(house, *order)) return;
  }
}

/// False: the book was lost.
bool CityNews::take_up(House& house, const Order& order) {
  const SteadyTime since = setup_.clock->steady();
  switch (order.state) {
    case Order::State::Expired:
      owed_ = Owed{order, expired(order), {expired(order)}, since};
      break;
    case Order::State::Interrupted:
      owed_ = Owed{order,
                   is_done_by_the_book(order.command.command) ? done(order) : interrupted(order),
                   {done(order), interrupted(order)},
                   since};
      break;
    case Order::State::Fresh:
      if (const auto begun = book_->begin(order); !begun) {
        lose_book(begun.error());
        return false;
      }
      closed_ = book_->closed();
      if (order.command.command == Command::SyncNow) house.sync_now();
      if (order.command.command == Command::SendHealth) house.send_health();
      owed_ = Owed{order, done(order), {}, since};
      break;
  }
  const std::string_view command = protocol::name(order.command.command);
  log::info("city.order", {{"command", log::PublicText{command}},
                           {"number", order.number},
                           {"state", static_cast<int>(order.state)}});
  return true;
}

/// Its entry in the chain, then its end in the book. False: not yet.
bool CityNews::settle(House& house) {
  const Owed owed = *owed_;
  Audited audited = house.audit(owed.entry, owed.unless);
  if (audited == Audited::NotNow && setup_.clock->steady() - owed.since >= audit_patience)
    audited = Audited::Never;
  if (audited == Audited::NotNow) {
    // Whether it got into the chain before the disk failed is not known.
    owed_->unless = {done(owed.order), interrupted(owed.order), expired(owed.order)};
    return false;
  }
  if (audited == Audited::Never) log::error("city.order-without-audit", {{"number", owed.order.number}});
  owed_.reset();
  const auto finished = book_->finish(owed.order);
  if (!finished) lose_book(finished.error());
  // Last of all: if the power goes before it, it has had its restart.
  const bool restarts =
      owed.order.command.command == Command::Restart && owed.order.state == Order::State::Fresh;
  if (restarts) house.restart();
  return finished.has_value();
}

std::optional<updates::KnownCase> CityNews::case_at(int sequence) const {
  return book_ ? book_->case_at(sequence) : std::nullopt;
}

void CityNews::fill(protocol::Health& health) const {
  health.boots = boots_;
  health.closed = closed_.value_or("");
  health.update_fault = update_fault_;
  health.refused_updates = refused_;
  health.unknown_updates = unknown_;
}

}  // namespace pishkhan::workers
