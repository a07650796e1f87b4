#include "offline-queue/reference-backend/kiosk_register.h"
#include "tests/recovered-disk/disk.h"

using namespace pishkhan;
using namespace pishkhan::recovered_disk;

namespace {

/// An ingest that has never heard of the disk, but has its kiosk in the register.
struct Backend {
  const Disk& disk;
  std::string keys = disk.world.options.folder.string() + "-ingest";
  std::string file = keys + "/saved.pkx";

  explicit Backend(const Disk& of, backend::EpochState state = backend::EpochState::Active) : disk(of) {
    std::filesystem::create_directory(keys);
    REQUIRE(disk.world.ingest.save(keys + "/signing.pem").has_value());
    std::ofstream(keys + "/cases-public.pem") << disk.world.cases.verifying_key().pem();
    const auto& options = disk.world.options;
    std::ofstream(keys + "/kiosks.json") << backend::KioskRegister::encode(
        {{options.kiosk, options.epoch, disk.world.kiosk.verifying_key().point(), state}});
  }
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  ~Backend() { std::filesystem::remove_all(keys); }

  [[nodiscard]] Said export_to_file() const {
    std::filesystem::remove(file);
    return run(std::string(PISHKHAN_PROGRAMS) + "/pishkhan-queue export --json " + disk.folder() +
               " --enrolment " + disk.folder() + "/enrolment.json --to " + file);
  }
  [[nodiscard]] Said import_file() const {
    return run(std::string(PISHKHAN_PROGRAMS) + "/pishkhan-ingest --json import " + file + " --keys " + keys +
               " --database " + keys + "/ingest.db");
  }
  [[nodiscard]] int count(const std::string& what) const {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((keys + "/ingest.db").c_str(), &database) == SQLITE_OK);
    int found = -1;
    const auto take = [](void* target, int, char** columns, char**) {
      *static_cast<int*>(target) = std::atoi(columns[0]);
      return 0;
    };
    sqlite3_exec(database, ("SELECT count(*) FROM entry WHERE " + what).c_str(), take, &found, nullptr);
    sqlite3_close(database);
    return found;
  }
};

}  // namespace

TEST_CASE("what a disk still holds is exported, imported at the backend, once however often") {
  const Disk disk;
  const Backend backend(disk);
  const auto before = disk.bytes();
  const Said exported = backend.export_to_file();
  CHECK(disk.bytes() == before);
  CHECK(exported.status == 0);
  CHECK(exported.json() == Json({{"whole", record_count - 1}, {"links", 1}, {"left_out", 0}, {"batches", 1}}));
  for (int times = 0; times < 2; ++times) {
    const Said imported = backend.import_file();
    CHECK(imported.status == 0);
    REQUIRE(imported.json().is_object());
    CHECK(imported.json()["batches"] == 1);
    CHECK(imported.json()["refused"] == 0);
    CHECK(backend.count("kind = 1") == record_count - 1);
    CHECK(backend.count("1") == record_count);
  }
  CHECK(run(std::string(PISHKHAN_PROGRAMS) + "/pishkhan-queue export " + disk.folder() + " --enrolment " +
            disk.folder() + "/enrolment.json --to " + backend.file)
            .status == 1);  // never overwritten
}

TEST_CASE("what SQLite cannot read is searched for records, in the copy, and they are exported and imported") {
  const Disk disk;
  const Backend backend(disk);
  SUBCASE("a database and a write-ahead log without their heads") {
    for (const char* name : {"queue.db", "queue.db-wal"}) {
      std::string bytes = disk.world.raw(name);
      std::fill_n(bytes.begin(), name == std::string("queue.db") ? 100 : 32, '\0');
      disk.world.put_raw(name, bytes);
    }
  }
  SUBCASE("the power went in the middle of a salvage") {
    const auto& folder = disk.world.options.folder;
    std::filesystem::rename(folder / "queue.db-wal", folder / "queue.db-wal.damaged");
    std::filesystem::rename(folder / "queue.db", folder / "queue.db.damaged");
  }
  const auto before = disk.bytes();
  const std::string program = std::string(PISHKHAN_PROGRAMS) + "/pishkhan-queue ";
  CHECK(run(program + "inspect " + disk.folder()).status == 1);
  const Said verified = disk.ours();
  CHECK(verified.status == 1);  // never whole: SQLite could not read it
  CHECK(verified.json()["sound"] == record_count);
  const Said exported = backend.export_to_file();
  CHECK(exported.status == 0);
  CHECK(exported.json()["whole"] == record_count - 1);
  CHECK(exported.json()["left_out"] == 0);
  CHECK(disk.bytes() == before);
  CHECK(backend.import_file().status == 0);
  CHECK(backend.count("1") == record_count);
  disk.write_enrolment(disk.world.ingest);  // somebody else's key finds nothing
  CHECK(backend.export_to_file().status == 1);
}

TEST_CASE("what does not verify is left out, and the backend says from where on it misses") {
  const Disk disk;
  const Backend backend(disk);
  SUBCASE("a damaged payload goes as a link") {
    disk.execute("UPDATE entry SET payload = x'00' WHERE seq = 4");
    const Said exported = backend.export_to_file();
    CHECK(exported.status == 0);
    CHECK(exported.json()["links"] == 2);
    CHECK(backend.import_file().status == 0);
    CHECK(backend.count("1") == record_count);
  }
  SUBCASE("a row that is gone") {
    disk.execute("DELETE FROM entry WHERE seq = 4");
    const Said exported = backend.export_to_file();
    CHECK(exported.status == 1);
    // The fourth, and the fifth, which nothing ties to its place.
    CHECK(exported.json() == Json({{"whole", 4}, {"links", 1}, {"left_out", 2}, {"batches", 2}}));
    const Said imported = backend.import_file();
    CHECK(imported.status == 1);
    REQUIRE(imported.json().is_object());
    CHECK(imported.json()["first_refusal"] == "gap");
    CHECK(imported.json()["expected_sequence"] == 4);
    CHECK(backend.count("1") == 3);
  }
  SUBCASE("a signature at the end") {
    disk.execute("UPDATE entry SET signature = zeroblob(64) WHERE seq >= 6");
    CHECK(backend.export_to_file().json() ==
          Json({{"whole", 4}, {"links", 1}, {"left_out", 2}, {"batches", 1}}));
    CHECK(backend.import_file().status == 0);
    CHECK(backend.count("1") == 5);
  }
}

TEST_CASE("an import vouches for nothing: another's signature, a revoked epoch, a spoilt or cut file") {
  const Disk disk;
  SUBCASE("revoked") {
    const Backend backend(disk, backend::EpochState::Revoked);
    REQUIRE(backend.export_to_file().status == 0);
    const Said imported = backend.import_file();
    CHECK(imported.status == 1);
    REQUIRE(imported.json().is_object());
    CHECK(imported.json()["first_refusal"] == "revoked-epoch");
    CHECK(backend.count("1") == 0);
  }
  SUBCASE("spoilt") {
    const Backend backend(disk);
    REQUIRE(backend.export_to_file().status == 0);
    std::ifstream stream(backend.file, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(stream), {}};
    for (std::size_t at = 3; at < whole.size(); at += whole.size() / 12) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      std::ofstream(backend.file, std::ios::binary | std::ios::trunc) << changed;
      CHECK(backend.import_file().status == 1);
      std::ofstream(backend.file, std::ios::binary | std::ios::trunc) << whole.substr(0, at);
      CHECK(backend.import_file().status == 1);
    }
    CHECK(backend.count("1") <= 0);  // -1: there is not even a table
  }
}
