#include "offline-queue/updates/update_book.h"

#include <algorithm>
#include <array>
#include <system_error>

namespace pishkhan::updates {

using protocol::SignedUpdate;
using protocol::UpdateItem;
using protocol::UpdateKind;

namespace {

/// The journal's kinds of entries. On disk; never reuse a number.
enum class Kept : std::uint8_t {
  Item = 1,     ///< signature 64 · the item's bytes
  Cursor = 2,   ///< length of the program's version 1 · version · cursor
  Active = 3,   ///< hash 32; zeros: none
  Refused = 4,  ///< hash 32 · the program's version, which may be able to read it when it is another
  Begun = 5,    ///< kiosk 2 · number 8
  Done = 6,     ///< kiosk 2 · number 8
  Closed = 7,   ///< staff's reason; empty: open
  Boots = 8,    ///< count 4
};

constexpr std::size_t kCompactFromBytes = std::size_t{1} << 20;

Journal::Entry entry_of(Kept kind, ByteView bytes) {
  return {static_cast<std::uint8_t>(kind), Bytes(bytes.begin(), bytes.end())};
}

Journal::Entry item_entry(const SignedUpdate& update) {
  Bytes bytes(update.signature.begin(), update.signature.end());
  bytes.insert(bytes.end(), update.item.begin(), update.item.end());
  return entry_of(Kept::Item, bytes);
}

Journal::Entry cursor_entry(const std::string& version, const std::string& cursor) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(version.size()));
  out.bytes(as_bytes(version));
  out.bytes(as_bytes(cursor));
  return entry_of(Kept::Cursor, bytes);
}

Journal::Entry refused_entry(const protocol::Hash& hash, const std::string& version) {
  Bytes bytes(hash.begin(), hash.end());
  bytes.insert(bytes.end(), version.begin(), version.end());
  return entry_of(Kept::Refused, bytes);
}

Journal::Entry order_entry(Kept kind, int kiosk, std::uint64_t number) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.be16(static_cast<std::uint16_t>(kiosk));
  out.be64(number);
  return entry_of(kind, bytes);
}

std::optional<protocol::Hash> hash_in(ByteView bytes) {
  protocol::Hash hash{};
  if (bytes.size() != hash.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

bool expired(const UpdateItem& item, WallTime now) {
  return item.expires_at && *item.expires_at <= now;
}

}  // namespace

UpdateBook::UpdateBook(Setup setup, std::unique_ptr<store::Files> own, Journal journal)
    : setup_(std::move(setup)), own_files_(std::move(own)), journal_(std::move(journal)) {}

Result<UpdateBook, store::FileFault> UpdateBook::open(Setup setup) {
  std::error_code error;
  std::filesystem::create_directories(setup.folder, error);
  if (error) return fail(store::FileFault::IoError);
  std::unique_ptr<store::Files> own;
  if (setup.files == nullptr) {
    own = store::system_files();
    setup.files = own.get();
  }
  // The folder's own name: without it all that is in it would be gone, and orders would be carried out again.
  if (auto named = setup.files->sync_folder(setup.folder.parent_path()); !named) return fail(named.error());
  setup.program_version.resize(std::min<std::size_t>(setup.program_version.size(), 32));
  auto journal = Journal::open(setup.folder, *setup.files);
  if (!journal) return fail(journal.error());
  UpdateBook book(std::move(setup), std::move(own), std::move(*journal));
  book.replay(book.journal_.take_entries());
  book.size_after_rewrite_ = std::min(book.journal_.size_bytes(), kCompactFromBytes);
  ++book.boots_;
  Bytes boots;
  ByteWriter(boots).be32(static_cast<std::uint32_t>(book.boots_));
  const std::array<Journal::Entry, 1> entry{entry_of(Kept::Boots, boots)};
  if (auto noted = book.note(entry); !noted) return fail(noted.error());
  return book;
}

void UpdateBook::replay(const std::vector<Journal::Entry>& entries) {
  for (const Journal::Entry& entry : entries) replay_one(entry);
  // What acts on this machine by itself must still carry the city's signature; a case's is checked when it is
  // shown.
  for (auto one = last_.begin(); one != last_.end();) {
    const bool acts = one->first.first != static_cast<std::uint16_t>(UpdateKind::Case);
    one = acts && !one->second.verified(*setup_.update_key) ? last_.erase(one) : std::next(one);
  }
  for (auto one = orders_.begin(); one != orders_.end();)
    one = one->second.item.verified(*setup_.update_key) ? std::next(one) : orders_.erase(one);
}

void UpdateBook::replay_one(const Journal::Entry& entry) {
  ByteReader in(entry.bytes);
  switch (static_cast<Kept>(entry.kind)) {
    case Kept::Item: {
      SignedUpdate update;
      const ByteView signature = in.bytes(update.signature.size());
      const ByteView bytes = in.bytes(in.remaining());
      if (!in.ok()) return;
      std::copy(signature.begin(), signature.end(), update.signature.begin());
      update.item.assign(bytes.begin(), bytes.end());
      if (const auto item = UpdateItem::parse(update.item)) apply(update, *item);
      return;
    }
    case Kept::Cursor: {
      const std::size_t length = in.u8();
      const ByteView version = in.bytes(length);
      const std::string cursor(as_text(in.bytes(in.remaining())));
      if (in.ok()) cursor_ = as_text(version) == setup_.program_version ? cursor : "";
      return;
    }
    case Kept::Active: {
      auto hash = hash_in(entry.bytes);
      if (!hash) return;
      if (*hash == protocol::Hash{}) hash.reset();
      // What was active before none was is what may be gone back to.
      if (active_ == hash) return;
      if (active_) previous_ = active_;
      active_ = hash;
      return;
    }
    case Kept::Refused: {
      const auto hash = hash_in(in.bytes(protocol::Hash{}.size()));
      if (as_text(in.bytes(in.remaining())) == setup_.program_version) refused_ = hash;
      return;
    }
    case Kept::Begun:
    case Kept::Done: {
      const int kiosk = in.be16();
      const std::uint64_t number = in.be64();
      const auto found = orders_.find({number, kiosk});
      if (!in.ok() || found == orders_.end()) return;
      if (static_cast<Kept>(entry.kind) == Kept::Done)
        orders_.erase(found);
      else
        found->second.begun = true;
      return;
    }
    case Kept::Closed:
      closed_.reset();
      if (!entry.bytes.empty()) closed_ = std::string(as_text(entry.bytes));
      return;
    case Kept::Boots:
      boots_ = static_cast<int>(in.be32());
      return;
  }
}

/// The item was judged good, or comes from the journal, where only such are.
void UpdateBook::apply(const SignedUpdate& update, const UpdateItem& item) {
  last_[{item.kind, item.kiosk}] = update;
  newest_issue_ = std::max(newest_issue_, item.issued_at);
  if (item.kind == static_cast<std::uint16_t>(UpdateKind::Case)) {
    const auto told = protocol::CaseUpdate::parse(item.payload);
    if (told && told->epoch == setup_.epoch) cases_[told->sequence] = update;
    if (cases_.size() > setup_.most_cases) cases_.erase(cases_.begin());
  } else if (item.kind == static_cast<std::uint16_t>(UpdateKind::Command)) {
    orders_[{item.number, item.kiosk}] = Pending{update, false};
  }
}

/// Empty: good. Otherwise why it is refused.
std::string UpdateBook::judged(const UpdateItem& item) const {
  if (item.kiosk != setup_.kiosk && item.kiosk != UpdateItem::all_kiosks) return "other-kiosk";
  bool good = false;
  switch (static_cast<UpdateKind>(item.kind)) {
    case UpdateKind::Case:
      // A case belongs to the kiosk that it was filed at.
      good = item.kiosk == setup_.kiosk && protocol::CaseUpdate::parse(item.payload);
      break;
    case UpdateKind::Catalogue:
      good = protocol::CatalogueUpdate::parse(item.payload).has_value();
      break;
    case UpdateKind::Configuration:
      good = protocol::RemoteSettings::parse(item.payload).has_value();
      break;
    case UpdateKind::Command:
      // An order without an end could be held back and given much later.
      good = item.expires_at && protocol::CommandUpdate::parse(item.payload);
      break;
  }
  return good ? "" : "malformed";
}

Result<UpdateBook::Taken, store::FileFault> UpdateBook::take(const protocol::UpdatesPage& page) {
  Taken taken;
  std::vector<Journal::Entry> entries;
  std::vector<std::pair<SignedUpdate, UpdateItem>> fresh;
  std::map<Place, std::uint64_t> newest;
  for (const auto& [place, update] : last_)
    if (const auto item = UpdateItem::parse(update.item)) newest[place] = item->number;
  for (const SignedUpdate& update : page.items) {
    const auto item = update.verified(*setup_.update_key);
    if (!item) {
      ++taken.refused;
      taken.fault = "bad-signature";
      continue;
    }
    if (item->kind > static_cast<std::uint16_t>(UpdateKind::Command)) {
      ++taken.unknown;
      continue;
    }
    if (std::string fault = judged(*item); !fault.empty()) {
      ++taken.refused;
      taken.fault = std::move(fault);
      continue;
    }
    std::uint64_t& highest = newest[{item->kind, item->kiosk}];
    if (item->number <= highest) {
      ++taken.known;
      continue;
    }
    highest = item->number;
    ++taken.fresh;
    entries.push_back(item_entry(update));
    fresh.emplace_back(update, *item);
  }
  if (page.cursor != cursor_) entries.push_back(cursor_entry(setup_.program_version, page.cursor));
  if (auto noted = note(entries); !noted) return fail(noted.error());
  for (const auto& [update, item] : fresh) apply(update, item);
  cursor_ = page.cursor;
  if (auto compacted = compact_if_large(); !compacted) return fail(compacted.error());
  return taken;
}

Result<void, store::FileFault> UpdateBook::note(std::span<const Journal::Entry> entries) {
  return journal_.append(entries);
}

std::vector<Journal::Entry> UpdateBook::everything() const {
  std::vector<Journal::Entry> entries;
  const auto put_order = [&entries](const Pending& pending) {
    entries.push_back(item_entry(pending.item));
    const auto item = UpdateItem::parse(pending.item.item);
    if (pending.begun && item) entries.push_back(order_entry(Kept::Begun, item->kiosk, item->number));
  };
  for (const auto& [sequence, update] : cases_) entries.push_back(item_entry(update));
  for (const auto& [key, pending] : orders_) put_order(pending);
  for (const auto& [place, update] : last_) {
    const auto item = UpdateItem::parse(update.item);
    const bool order = item && item->kind == static_cast<std::uint16_t>(UpdateKind::Command);
    if (order && orders_.count({item->number, item->kiosk}) > 0) continue;  // it stands above
    entries.push_back(item_entry(update));
    // Its number is kept, the order itself is done.
    if (order) entries.push_back(order_entry(Kept::Done, item->kiosk, item->number));
  }
  if (previous_) entries.push_back(entry_of(Kept::Active, *previous_));
  if (previous_ || active_) entries.push_back(entry_of(Kept::Active, active_.value_or(protocol::Hash{})));
  if (refused_) entries.push_back(refused_entry(*refused_, setup_.program_version));
  if (closed_) entries.push_back(entry_of(Kept::Closed, as_bytes(*closed_)));
  Bytes boots;
  ByteWriter(boots).be32(static_cast<std::uint32_t>(boots_));
  entries.push_back(entry_of(Kept::Boots, boots));
  entries.push_back(cursor_entry(setup_.program_version, cursor_));
  return entries;
}

/// Twice what is needed is too much; a case's older stages are the most of it.
Result<void, store::FileFault> UpdateBook::compact_if_large() {
  if (journal_.size_bytes() < kCompactFromBytes || journal_.size_bytes() < 2 * size_after_rewrite_) return {};
  auto rewritten = journal_.rewrite(everything());
  if (rewritten) size_after_rewrite_ = journal_.size_bytes();
  return rewritten;
}

std::optional<UpdateItem> UpdateBook::last(UpdateKind kind, int target) const {
  const auto found = last_.find({static_cast<std::uint16_t>(kind), target});
  return found == last_.end() ? std::nullopt : UpdateItem::parse(found->second.item);
}

std::optional<KnownCase> UpdateBook::case_at(int sequence) const {
  const auto found = cases_.find(sequence);
  if (found == cases_.end()) return std::nullopt;
  const auto item = found->second.verified(*setup_.update_key);
  const auto told = item ? protocol::CaseUpdate::parse(item->payload) : std::nullopt;
  if (!told) return std::nullopt;
  return KnownCase{*told, item->issued_at};
}

protocol::RemoteSettings UpdateBook::settings(WallTime now) const {
  protocol::RemoteSettings result;
  for (const int target : {setup_.kiosk, UpdateItem::all_kiosks}) {
    const auto item = last(UpdateKind::Configuration, target);
    if (!item || expired(*item, now)) continue;
    // insert() leaves what is there: this kiosk's own.
    if (const auto set = protocol::RemoteSettings::parse(item->payload))
      result.values.insert(set->values.begin(), set->values.end());
  }
  return result;
}

std::optional<protocol::CatalogueUpdate> UpdateBook::wanted_pack(WallTime now) const {
  const auto own = last(UpdateKind::Catalogue, setup_.kiosk);
  const auto common = last(UpdateKind::Catalogue, UpdateItem::all_kiosks);
  // A kiosk may try a pack before the others; what is given to all later is newer than that.
  const auto& newest = own && (!common || own->issued_at > common->issued_at) ? own : common;
  if (!newest || expired(*newest, now)) return std::nullopt;
  auto pack = protocol::CatalogueUpdate::parse(newest->payload);
  if (!pack || active_ == pack->hash || refused_ == pack->hash) return std::nullopt;
  return pack;
}

Result<void, store::FileFault> UpdateBook::activate(const protocol::Hash& hash) {
  const Journal::Entry entry = entry_of(Kept::Active, hash);
  if (auto noted = note({&entry, 1}); !noted) return noted;
  replay_one(entry);
  return {};
}

Result<void, store::FileFault> UpdateBook::deactivate() {
  const Journal::Entry entry = entry_of(Kept::Active, protocol::Hash{});
  if (auto noted = note({&entry, 1}); !noted) return noted;
  replay_one(entry);
  return {};
}

Result<void, store::FileFault> UpdateBook::refuse(const protocol::Hash& hash) {
  const Journal::Entry entry = refused_entry(hash, setup_.program_version);
  if (auto noted = note({&entry, 1}); !noted) return noted;
  replay_one(entry);
  return {};
}

std::optional<Order> UpdateBook::next_order(WallTime now) const {
  std::optional<Order> oldest;
  WallTime oldest_issue{};
  for (const auto& [key, pending] : orders_) {
    const auto item = UpdateItem::parse(pending.item.item);
    const auto command = item ? protocol::CommandUpdate::parse(item->payload) : std::nullopt;
    // Numbers count within one target; between two, the time of issue decides.
    if (!command || (oldest && oldest_issue <= item->issued_at)) continue;
    oldest = Order{Order::State::Fresh, item->kiosk, item->number, *command};
    oldest_issue = item->issued_at;
    if (pending.begun)
      oldest->state = Order::State::Interrupted;
    else if (expired(*item, now))
      oldest->state = Order::State::Expired;
  }
  return oldest;
}

Result<void, store::FileFault> UpdateBook::begin(const Order& order) {
  std::vector<Journal::Entry> entries;
  // The state first: a power cut between the two leaves the order to be begun again, which changes nothing.
  if (order.command.command == protocol::Command::OutOfService)
    entries.push_back(entry_of(Kept::Closed, as_bytes(order.command.reason)));
  if (order.command.command == protocol::Command::InService) entries.push_back(entry_of(Kept::Closed, {}));
  entries.push_back(order_entry(Kept::Begun, order.kiosk, order.number));
  if (auto noted = note(entries); !noted) return noted;
  for (const Journal::Entry& entry : entries) replay_one(entry);
  return {};
}

Result<void, store::FileFault> UpdateBook::finish(const Order& order) {
  const Journal::Entry entry = order_entry(Kept::Done, order.kiosk, order.number);
  if (auto noted = note({&entry, 1}); !noted) return noted;
  replay_one(entry);
  return {};
}

}  // namespace pishkhan::updates
