#include "offline-queue/sync/key_folder.h"

#include "offline-queue/store/cutting_files.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace pishkhan;
using namespace pishkhan::protocol;
using namespace pishkhan::sync;
using store::testing::CuttingFiles;

namespace {

namespace fs = std::filesystem;

std::string text_in(const fs::path& file) {
  const std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// A kiosk's folder of keys on a disk that may lose its power.
struct Folder {
  fs::path path;
  CuttingFiles files;
  SeededRandom random{5};
  SigningKey city = SigningKey::generate();

  Folder() {
    std::string name = (fs::temp_directory_path() / "pishkhan-keys-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }

  std::string document(int epoch, const SigningKey& key) {
    Enrolment enrolment;
    enrolment.kiosk = 1042;
    enrolment.epoch = epoch;
    enrolment.demo = true;
    enrolment.backend_url = "https://backend.example";
    enrolment.city_key_pem = enrolment.ingest_key_pem = enrolment.cases_key_pem = enrolment.update_key_pem =
        city.verifying_key().pem();
    enrolment.certificate.kiosk = 1042;
    enrolment.certificate.epoch = epoch;
    enrolment.certificate.public_key = key.verifying_key().point();
    enrolment.certificate.sign(city);
    return enrolment.encode();
  }
  /// What a technician does, given the answer; as far as the power lasts.
  Result<KeySet, KeyFolderFault> enrol(int epoch) {
    KeyFolder folder(path, &files);
    if (auto finished = folder.finish_interrupted(); !finished) return fail(finished.error());
    const auto key = folder.pending_key(KeyPlace::File);
    if (!key) return fail(key.error());
    return folder.take("authority", "certificate of epoch " + std::to_string(epoch), document(epoch, *key),
                       KeyFolder::Whose::Pending, random);
  }
  Result<KeySet, KeyFolderFault> renew(int epoch, const std::string& certificate) {
    KeyFolder folder(path, &files);
    const auto set = folder.current();
    if (!set) return fail(set.error());
    const auto key = SigningKey::load(set->signing_key);
    return folder.take("authority", certificate, document(epoch, *key), KeyFolder::Whose::Current, random);
  }
  /// Whether a set is all there, and belongs together.
  void check_whole(const KeySet& set, int epoch) {
    const auto enrolment = Enrolment::load(set.enrolment, DemoPolicy::Accept);
    REQUIRE(enrolment.has_value());
    CHECK(enrolment->epoch == epoch);
    const auto key = SigningKey::load(set.signing_key);
    REQUIRE(key.has_value());
    CHECK(key->verifying_key().point() == enrolment->certificate.public_key);
    CHECK(text_in(set.authority) == "authority");
    CHECK_FALSE(text_in(set.certificate).empty());
    CHECK(fs::exists(set.device_secret));
  }
  std::size_t file_count() {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(path)) count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
};

}  // namespace

TEST_CASE("keys come in sets; an earlier epoch's stay, an earlier certificate of the same key goes") {
  Folder disk;
  KeyFolder folder(disk.path, &disk.files);
  CHECK(folder.current().error() == KeyFolderFault::NotEnrolled);
  REQUIRE(disk.enrol(1).has_value());
  const std::string secret = text_in(disk.path / "device.secret");
  disk.check_whole(*folder.current(), 1);
  CHECK_FALSE(fs::exists(disk.path / "pending.pem"));
  const std::string first_key = text_in(folder.current()->signing_key);
  REQUIRE(disk.renew(1, "the second").has_value());
  REQUIRE(disk.renew(1, "the third").has_value());
  disk.check_whole(*folder.current(), 1);
  CHECK(text_in(folder.current()->certificate) == "the third");
  CHECK(text_in(folder.current()->signing_key) == first_key);
  CHECK(disk.file_count() == 6);  // four of the set, current, device.secret
  REQUIRE(disk.enrol(2).has_value());
  REQUIRE(disk.renew(2, "the second").has_value());
  disk.check_whole(*folder.current(), 2);
  CHECK(text_in(folder.current()->signing_key) != first_key);
  const auto now = Enrolment::load(folder.current()->enrolment, DemoPolicy::Accept);
  const auto earlier = folder.earlier(*now);
  REQUIRE(earlier.size() == 1);
  disk.check_whole(earlier.front(), 1);
  CHECK(text_in(earlier.front().signing_key) == first_key);
  CHECK(text_in(disk.path / "device.secret") == secret);
  CHECK(queue_folder("data", earlier.front(),
                     *Enrolment::load(earlier.front().enrolment, DemoPolicy::Accept)) == "data/1042-01");
}

TEST_CASE("files without numbers are a set, too: the demo's, or an image's") {
  Folder disk;
  const SigningKey key = SigningKey::generate();
  REQUIRE(key.save(disk.path / "signing.pem").has_value());
  std::ofstream(disk.path / "enrolment.json") << disk.document(1, key);
  std::ofstream(disk.path / "authority.pem") << "authority";
  std::ofstream(disk.path / "tls.pem") << "certificate";
  KeyFolder folder(disk.path, &disk.files);
  REQUIRE(folder.current().has_value());
  CHECK(folder.current()->number == 0);
  CHECK(folder.current()->tls_key == disk.path / "signing.pem");
  std::ofstream(disk.path / "tls.key") << "key";
  CHECK(folder.current()->tls_key == disk.path / "tls.key");
  const auto own = Enrolment::load(folder.current()->enrolment, DemoPolicy::Accept);
  CHECK(queue_folder("data", *folder.current(), *own) == "data");
  // Its renewal goes on in the same queue; the next epoch has its own, and this one's keys are still there.
  REQUIRE(disk.renew(1, "renewed").has_value());
  CHECK(folder.current()->number == 1);
  CHECK(folder.current()->tls_key == folder.current()->signing_key);
  CHECK(queue_folder("data", *folder.current(), *own) == "data");
  REQUIRE(disk.enrol(2).has_value());
  const auto next = Enrolment::load(folder.current()->enrolment, DemoPolicy::Accept);
  CHECK(queue_folder("data", *folder.current(), *next) == "data/1042-02");
  REQUIRE(folder.earlier(*next).size() == 1);
  CHECK(queue_folder("data", folder.earlier(*next).front(), *own) == "data");
  CHECK(SigningKey::load(disk.path / "signing.pem").has_value());
}

TEST_CASE(
    "the power goes at any step of a first enrolment: none or all of it is there, and again it comes whole") {
  int steps = 0;
  for (int cut = 0; cut < 200; ++cut) {
    Folder disk;
    disk.files.steps_left = cut;
    disk.files.random = SeededRandom(static_cast<std::uint64_t>(cut));
    const bool done = disk.enrol(1).has_value();
    disk.files.power_on();
    KeyFolder folder(disk.path, &disk.files);
    const auto now = folder.current();
    if (now)
      disk.check_whole(*now, 1);
    else
      CHECK(now.error() == KeyFolderFault::NotEnrolled);
    const std::string before = now ? text_in(now->signing_key) : text_in(disk.path / "pending.pem");
    REQUIRE(disk.enrol(1).has_value());
    disk.check_whole(*folder.current(), 1);
    // A key that may have been certified is asked for again.
    if (!now && !before.empty()) CHECK(text_in(folder.current()->signing_key) == before);
    ++steps;
    if (done && disk.files.steps <= cut) break;
  }
  CHECK(steps > 10);
}

TEST_CASE(
    "the power goes at any step of a renewal or a new epoch: the old or the new counts, and no key is lost") {
  for (const bool renewal : {true, false}) {
    int olds = 0;
    int news = 0;
    for (int cut = 0; cut < 200; ++cut) {
      Folder disk;
      REQUIRE(disk.enrol(1).has_value());
      const std::string first_key = text_in(disk.path / "signing.1.pem");
      disk.files.steps = 0;
      disk.files.steps_left = cut;
      disk.files.random = SeededRandom(static_cast<std::uint64_t>(cut));
      const bool done = renewal ? disk.renew(1, "renewed").has_value() : disk.enrol(2).has_value();
      const bool uncut = disk.files.steps <= cut;
      disk.files.power_on();
      KeyFolder folder(disk.path, &disk.files);
      const auto now = folder.current();
      REQUIRE(now.has_value());
      const auto enrolment = Enrolment::load(now->enrolment, DemoPolicy::Accept);
      REQUIRE(enrolment.has_value());
      const bool is_new = now->number == 2;
      disk.check_whole(*now, renewal || !is_new ? 1 : 2);
      (is_new ? news : olds) += 1;
      if (done) CHECK(is_new);
      // The first epoch's key: in the set that counts, or in the one before.
      std::string kept = text_in(now->signing_key);
      if (!renewal && is_new) {
        const auto earlier = folder.earlier(*enrolment);
        REQUIRE(earlier.size() == 1);
        kept = text_in(earlier.front().signing_key);
      }
      CHECK(kept == first_key);
      if (renewal) REQUIRE(disk.renew(1, "again").has_value());
      disk.check_whole(*folder.current(), renewal || !is_new ? 1 : 2);
      if (uncut) break;
    }
    CHECK(olds > 5);
    CHECK(news > 1);
  }
}

TEST_CASE("a key folder that lies says so") {
  Folder disk;
  REQUIRE(disk.enrol(1).has_value());
  KeyFolder folder(disk.path, &disk.files);
  for (const char* wrong : {"", "1", "0\n", "-1\n", "2\n", "x\n", "1\n\n", "99999999999\n"}) {
    std::ofstream(disk.path / "current", std::ios::trunc) << wrong;
    CHECK(folder.current().error() == KeyFolderFault::Damaged);
  }
  std::ofstream(disk.path / "current", std::ios::trunc) << "1\n";
  std::ofstream(disk.path / "device.secret", std::ios::trunc) << "short";
  CHECK(disk.renew(1, "renewed").error() == KeyFolderFault::Damaged);
  disk.check_whole(*folder.current(), 1);
}
