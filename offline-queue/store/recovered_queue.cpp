#include "offline-queue/store/recovered_queue.h"

#include "offline-queue/store/queue_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace pishkhan::store {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 3> file_names{"queue.db", "queue.db-wal", "queue.head"};
// SQLite's locks on a database file lie from 0x40000000 on, 512 bytes (sqlite.org/fileformat2.html,
// section 1.4).
constexpr off_t lock_start = 0x40000000;
constexpr off_t lock_bytes = 512;

/// Whether a process holds the file as its owner. Asking sets no lock and changes nothing.
bool in_use(const fs::path& database) {
  const int descriptor = ::open(database.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock question {};
  question.l_type = F_RDLCK;
  question.l_whence = SEEK_SET;
  question.l_start = lock_start;
  question.l_len = lock_bytes;
  const bool held = ::fcntl(descriptor, F_GETLK, &question) == 0 && question.l_type != F_UNLCK;
  ::close(descriptor);
  return held;
}

}  // namespace

RecoveredQueue::~RecoveredQueue() {
  database_.reset();
  std::error_code ignored;
  fs::remove_all(copy_, ignored);
}

Result<std::unique_ptr<RecoveredQueue>, RecoverFault> RecoveredQueue::open(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_regular_file(folder / "queue.db", error)) return fail(RecoverFault::NotThere);
  const fs::path temporary = fs::temp_directory_path(error);
  if (error) return fail(RecoverFault::CannotCopy);
  std::string pattern = (temporary / "pishkhan-queue-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return fail(RecoverFault::CannotCopy);
  std::unique_ptr<RecoveredQueue> queue(new RecoveredQueue(pattern));
  if (const auto fault = queue->copy_from(folder)) return fail(*fault);
  auto database = Database::open_copy(queue->copy_ / "queue.db");
  if (!database) {
    const bool newer = database.error() == StoreFault::NewerSchema;
    return fail(newer ? RecoverFault::NewerSchema : RecoverFault::Unreadable);
  }
  queue->database_ = std::move(*database);
  if (const auto fault = queue->read_identity()) return fail(*fault);
  return queue;
}

std::optional<RecoverFault> RecoveredQueue::copy_from(const fs::path& folder) {
  if (in_use(folder / "queue.db")) return RecoverFault::InUse;
  const std::array<std::uintmax_t*, 3> sizes{&sizes_.database_bytes, &sizes_.wal_bytes, &sizes_.head_bytes};
  for (std::size_t i = 0; i < file_names.size(); ++i) {
    const fs::path from = folder / file_names.at(i);
    std::error_code error;
    if (!fs::exists(from, error)) continue;
    fs::copy_file(from, copy_ / file_names.at(i), error);
    if (error) return RecoverFault::CannotCopy;
    fs::permissions(copy_ / file_names.at(i), fs::perms::owner_read | fs::perms::owner_write, error);
    *sizes.at(i) = fs::file_size(copy_ / file_names.at(i), error);
  }
  // A kiosk that started meanwhile may have written between two of the files.
  if (in_use(folder / "queue.db")) return RecoverFault::InUse;
  return std::nullopt;
}

std::optional<RecoverFault> RecoveredQueue::read_identity() {
  const auto version = database_->number("PRAGMA user_version");
  const auto kiosk = database_->number("SELECT kiosk FROM identity");
  const auto epoch = database_->number("SELECT epoch FROM identity");
  if (!version || !kiosk || !epoch) return RecoverFault::Unreadable;
  schema_version_ = static_cast<int>(*version);
  kiosk_ = static_cast<int>(*kiosk);
  epoch_ = static_cast<int>(*epoch);
  if (!protocol::TrackingCode{kiosk_, epoch_, 1}.in_range()) return RecoverFault::Unreadable;
  const auto files = system_files();
  if (auto contents = HeadAnchor(copy_, *files).read()) anchor_ = *contents;
  const auto last_row = database_->number("SELECT max(seq) FROM entry").value_or(0);
  highest_ = static_cast<int>(std::clamp<std::int64_t>(last_row, 0, protocol::TrackingCode::highest_sequence));
  if (anchor_.head && anchor_.head->kiosk == kiosk_ && anchor_.head->epoch == epoch_)
    highest_ = std::max(highest_, anchor_.head->sequence);
  return std::nullopt;
}

void RecoveredQueue::each(const std::function<void(const RecoveredRow&)>& take) {
  for (int sequence = 1; sequence <= highest_; ++sequence) {
    RecoveredRow row;
    row.sequence = sequence;
    read_entry(row);
    read_progress(row);
    take(row);
  }
}

void RecoveredQueue::read_entry(RecoveredRow& row) {
  row.state = RecoveredRow::State::Unreadable;
  const auto entry = database_->prepare(
      schema_version_ >= 3 ? "SELECT seq, header, payload, hash, signature, previous FROM entry WHERE seq = ?"
                           : "SELECT seq, header, payload, hash, signature, NULL FROM entry WHERE seq = ?");
  if (!entry) return;
  const auto found = (*entry)->bind(row.sequence).step();
  if (!found) return;
  if (!*found) {
    row.state = RecoveredRow::State::NotThere;
    return;
  }
  auto record = read_record(**entry);
  if (!record || record->header.kiosk != kiosk_ || record->header.epoch != epoch_) return;
  row.state = RecoveredRow::State::Read;
  row.record = std::move(*record);
  row.previous = read_hash((*entry)->blob(5));
}

void RecoveredQueue::read_progress(RecoveredRow& row) {
  const auto progress = database_->prepare("SELECT stored_ms, opened_ms, verdict FROM progress WHERE seq = ?");
  if (!progress) return;
  const auto found = (*progress)->bind(row.sequence).step();
  if (!found || !*found) return;
  row.stored = !(*progress)->is_null(0);
  row.opened = !(*progress)->is_null(1);
  const auto verdict = (*progress)->integer(2);
  if (row.opened && verdict >= 1 && verdict <= 4) row.verdict = static_cast<protocol::Verdict>(verdict);
}

}  // namespace pishkhan::store
