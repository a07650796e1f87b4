// One read of the backend's disk that fails, at every read of a poll.
#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <string_view>

using namespace pishkhan;
using namespace pishkhan::network_test;

namespace {

/// SQLite's own VFS as everybody's default, in which one read of cases' database can be made to fail. The
/// functions are C callbacks, so what they share is static.
class FailingReads {
 public:
  FailingReads() {
    low_ = sqlite3_vfs_find(nullptr);
    own_ = *low_;
    own_.zName = "failing-reads";
    own_.xOpen = open;
    sqlite3_vfs_register(&own_, 1);
  }
  ~FailingReads() {
    sqlite3_vfs_unregister(&own_);
    sqlite3_vfs_register(low_, 1);
  }
  FailingReads(const FailingReads&) = delete;
  FailingReads& operator=(const FailingReads&) = delete;
  /// The n-th read from now on; 0: none.
  void fail_at(int n) { left_ = n; }
  [[nodiscard]] static bool struck() { return left_ == 0; }
  [[nodiscard]] static const char* system_name() { return low_->zName; }

 private:
  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    const int code = low_->xOpen(low_, name, file, flags, out);
    const bool ours = name != nullptr && std::string_view(name).ends_with("cases.db");
    if (code == SQLITE_OK && ours && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
      system_ = file->pMethods;
      methods_ = *system_;
      methods_.xRead = read;
      file->pMethods = &methods_;
    }
    return code;
  }
  static int read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
    if (left_ > 0 && --left_ == 0) return SQLITE_IOERR_READ;
    return system_->xRead(file, bytes, size, offset);
  }

  static inline sqlite3_vfs* low_ = nullptr;
  static inline sqlite3_vfs own_{};
  static inline sqlite3_io_methods methods_{};
  static inline const sqlite3_io_methods* system_ = nullptr;
  static inline int left_ = 0;
};

/// By another connection, so that cases reads its pages again.
void touch(const std::filesystem::path& database) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open_v2(database.c_str(), &handle, SQLITE_OPEN_READWRITE, FailingReads::system_name()) ==
          SQLITE_OK);
  CHECK(sqlite3_exec(handle, "INSERT OR REPLACE INTO progress VALUES('touched', hex(randomblob(4)))", nullptr,
                     nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

}  // namespace

TEST_CASE("a read that fails at cases loses no record and says no word, at whichever read") {
  FailingReads reads;
  Counter city("failing-read");
  sync::StoreOutbox outbox(city.store());
  auto client = sync::Client::open(city.endpoint(city.ingest().port()));
  REQUIRE(client.has_value());
  int filed = 0;
  const auto file = [&](int requests) {
    for (int i = 0; i < requests; ++i) city.file(filed++);
    while (const auto batch = outbox.next_batch(64))
      CHECK(outbox.stored(client->send(*batch)->stored) == sync::Outbox::Kept::Yes);
  };
  const auto taken = [&] { return static_cast<int>(city.look_into_cases().requests("").size()); };
  // Enough that the tables have more pages than a poll has just touched.
  file(200);
  for (int poll = 0; poll < 5; ++poll) REQUIRE(city.cases().poll_once({}).has_value());
  REQUIRE(taken() == filed);
  int struck = 0;
  for (int at = 1;; ++at) {
    file(3);
    touch(city.folder() / "cases.db");
    reads.fail_at(at);
    const auto polled = city.cases().poll_once({});
    const bool hit = FailingReads::struck();
    reads.fail_at(0);
    struck += hit ? 1 : 0;
    REQUIRE(city.cases().poll_once({}).has_value());
    CAPTURE(at);
    CAPTURE(polled.has_value());
    REQUIRE(taken() == filed);
    if (!hit) break;
  }
  CHECK(struck > 10);
}
