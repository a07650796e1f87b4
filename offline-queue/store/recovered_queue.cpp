#include "offline-queue/store/recovered_queue.h"

#include "base/core/clock.h"
#include "offline-queue/store/queue_store.h"
#include "offline-queue/store/salvage.h"

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
/// What a salvage leaves beside them.
constexpr std::array<const char*, 4> salvage_names{"queue.db.damaged", "queue.db-wal.damaged", "queue.salvage",
                                                   "queue.salvage-journal"};
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

Result<std::unique_ptr<RecoveredQueue>, RecoverFault> RecoveredQueue::open(const fs::path& folder,
                                                                           const Owner& owner) {
  std::error_code error;
  const bool whole = fs::is_regular_file(folder / "queue.db", error);
  if (!whole && (owner.key == nullptr || !is_queue_folder(folder))) return fail(RecoverFault::NotThere);
  const fs::path temporary = fs::temp_directory_path(error);
  if (error) return fail(RecoverFault::CannotCopy);
  std::string pattern = (temporary / "pishkhan-queue-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return fail(RecoverFault::CannotCopy);
  std::unique_ptr<RecoveredQueue> queue(new RecoveredQueue(pattern));
  if (const auto fault = queue->copy_from(folder)) return fail(*fault);
  auto fault = whole ? queue->open_copy() : RecoverFault::Unreadable;
  if (fault == RecoverFault::Unreadable && owner.key != nullptr) {
    queue->database_.reset();
    // Anew: SQLite has thrown away the write-ahead log of a database that it could not read.
    if (const auto failed = queue->copy_from(folder)) return fail(*failed);
    if (queue->salvage(owner)) fault = queue->open_copy();
  }
  if (fault) return fail(*fault);
  return queue;
}

std::optional<RecoverFault> RecoveredQueue::open_copy() {
  auto database = Database::open_copy(copy_ / "queue.db");
  if (!database) {
    const bool newer = database.error() == StoreFault::NewerSchema;
    return newer ? RecoverFault::NewerSchema : RecoverFault::Unreadable;
  }
  database_ = std::move(*database);
  return read_identity();
}

bool RecoveredQueue::salvage(Owner owner) {
  const SystemClock clock;
  const auto files = system_files();
  if (owner.kiosk == 0) {
    const auto told = HeadAnchor(copy_, *files).read();
    if (!told || !told->head) return false;
    owner.kiosk = told->head->kiosk;
    owner.epoch = told->head->epoch;
  }
  Options options;
  options.folder = copy_;
  options.kiosk = owner.kiosk;
  options.epoch = owner.epoch;
  options.clock = &clock;
  const auto saved = Salvage(options, *files, *owner.key).run();
  salvaged_ = saved.value_or(0);
  return saved.has_value();
}

std::optional<RecoverFault> RecoveredQueue::copy_from(const fs::path& folder) {
  if (in_use(folder / "queue.db")) return RecoverFault::InUse;
  const std::array<std::uintmax_t*, 3> sizes{&sizes_.database_bytes, &sizes_.wal_bytes, &sizes_.head_bytes};
  for (std::size_t i = 0; i < file_names.size(); ++i) {
    const fs::path from = folder / file_names.at(i);
    std::error_code error;
    if (!fs::exists(from, error)) continue;
    fs::copy_file(from, copy_ / file_names.at(i), fs::copy_options::overwrite_existing, error);
    if (error) return RecoverFault::CannotCopy;
    fs::permissions(copy_ / file_names.at(i), fs::perms::owner_read | fs::perms::owner_write, error);
    *sizes.at(i) = fs::file_size(copy_ / file_names.at(i), error);
  }
  for (const char* name : salvage_names) {
    std::error_code error;
    if (!fs::exists(folder / name, error)) continue;
    fs::copy_file(folder / name, copy_ / name, fs::copy_options::overwrite_existing, error);
    if (error) return RecoverFault::CannotCopy;
    fs::permissions(copy_ / name, fs::perms::owner_read | fs::perms::owner_write, error);
  }
  // A kiosk that started meanwhile may have written between two of the files.
  if (in_use(folder / "queue.db")) return RecoverFault::InUse;
  return std::nullopt;
}

std::optional<RecoverFault> RecoveredQueue::read_identity() {
  const auto kiosk = database_->number("SELECT kiosk FROM identity");
  const auto epoch = database_->number("SELECT epoch FROM identity");
  if (!kiosk || !epoch) return RecoverFault::Unreadable;
  schema_version_ = database_->version();
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
