#pragma once

#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

namespace pishkhan::recovered_disk {

using store::testing::World;
using Json = nlohmann::json;

constexpr int record_count = 7;

/// What a program printed to its standard output, and its status.
struct Said {
  int status = -1;
  std::string output;
  [[nodiscard]] Json json() const { return Json::parse(output, nullptr, false); }
};

inline Said run(const std::string& command) {
  Said said;
  std::FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> part{};
  while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe))
    said.output.append(part.data(), got);
  const int status = ::pclose(pipe);
  said.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

/// The disk of a kiosk that filed seven records, of which the first was opened, and the enrolment beside it.
struct Disk {
  World world;
  protocol::SigningKey city = protocol::SigningKey::generate();

  Disk() {
    const auto store = world.open();
    REQUIRE(store);
    const auto file = [&store](int id) {
      REQUIRE(World::file(*store, std::string(1500, static_cast<char>('a' + id)), id).has_value());
    };
    for (int id = 1; id <= 2; ++id) file(id);
    const std::array words{world.word(**store->record(1), protocol::Verdict::Accepted)};
    REQUIRE(*store->mark_opened(words) == 1);
    // Erasing folded the write-ahead log back; what follows is only there.
    for (int id = 3; id < record_count; ++id) file(id);
    REQUIRE(store->record_print(2, protocol::PrintOutcome::Printed).has_value());
    REQUIRE(store->anchor_head().has_value());
    write_enrolment(world.kiosk);
  }
  void write_enrolment(const protocol::SigningKey& kiosk) const {
    protocol::Enrolment enrolment;
    enrolment.kiosk = world.options.kiosk;
    enrolment.epoch = world.options.epoch;
    enrolment.backend_url = "https://example.invalid";
    enrolment.city_key_pem = city.verifying_key().pem();
    enrolment.ingest_key_pem = world.ingest.verifying_key().pem();
    enrolment.cases_key_pem = world.cases.verifying_key().pem();
    enrolment.update_key_pem = city.verifying_key().pem();
    enrolment.certificate.kiosk = enrolment.kiosk;
    enrolment.certificate.epoch = enrolment.epoch;
    enrolment.certificate.public_key = kiosk.verifying_key().point();
    enrolment.certificate.not_after = WallTime(std::chrono::seconds(2'000'000'000));
    enrolment.certificate.sign(city);
    world.put_raw("enrolment.json", enrolment.encode());
  }
  [[nodiscard]] std::string folder() const { return world.options.folder.string(); }
  void execute(const std::string& sql) const {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((world.options.folder / "queue.db").c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
  }
  [[nodiscard]] std::map<std::string, std::string> bytes() const {
    std::map<std::string, std::string> files;
    for (const auto& one : std::filesystem::directory_iterator(world.options.folder))
      files[one.path().filename()] = world.raw(one.path().filename().c_str());
    return files;
  }
  [[nodiscard]] Said ours() const {
    return run(std::string(PISHKHAN_PROGRAMS) + "/pishkhan-queue verify --json " + folder() + " --enrolment " +
               folder() + "/enrolment.json");
  }
  [[nodiscard]] Said foreign() const {
    return run(std::string(PISHKHAN_PYTHON) + " " + PISHKHAN_READER + " " + folder() + " " + folder() +
               "/enrolment.json");
  }
};

}  // namespace pishkhan::recovered_disk
