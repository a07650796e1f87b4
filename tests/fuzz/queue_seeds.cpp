#include "base/core/base64.h"
#include "base/services/loader.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/messages.h"
#include "offline-queue/protocol/problem.h"
#include "offline-queue/protocol/updates.h"
#include "offline-queue/store/head_anchor.h"
#include "offline-queue/store/trusted_time.h"
#include "offline-queue/updates/journal.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/patched_queue.h"

namespace pishkhan::fuzz {
namespace {

using namespace protocol;

std::string text_of(ByteView bytes) {
  return std::string(as_text(bytes));
}

void add_files(const Corpus& corpus) {
  power_cut::ModelDisk disk(1);
  power_cut::ModelFiles files(disk);
  const power_cut::FixedClock clock;
  store::HeadAnchor anchor("/", files);
  const bool anchored = anchor.start({1042, 1, 3, {1}, {2}}) && anchor.write({1042, 1, 4, {3}, {4}});
  store::TrustedTime time("/", files, clock);
  const bool timed = time.heard(clock.wall()) && time.heard(clock.wall() + std::chrono::hours(1));
  auto journal = updates::Journal::open("/", files);
  const std::vector<updates::Journal::Entry> entries{{1, {1, 2, 3}}, {2, {}}, {3, Bytes(40, 9)}};
  const bool written = journal && journal->append(entries) && journal->rewrite(entries);
  ENSURE(anchored && timed && written, "a disk in memory takes it");
  const power_cut::ModelDisk::Image image = disk.image();
  corpus.add("files", "head", "a" + text_of(image.at("/queue.head")));
  corpus.add("files", "time", "b" + text_of(image.at("/trusted.time")));
  for (const auto& [name, bytes] : image)
    if (name.find("journal") != std::string::npos)
      corpus.add("files", name.substr(1), "c" + std::string(1, '\0') + text_of(bytes));
  const auto city = services::read_pack(PISHKHAN_ASSETS "/cities/shahr-e-nemuneh").value();
  corpus.add("files", "pack", "d" + text_of(services::canonical_bytes(city)));
  const auto queue = PatchedQueue::one().changed({});
  corpus.add("files", "database", "e" + text_of(queue.at("/disk/queue.db")));
  const std::string wal = text_of(queue.at("/disk/queue.db-wal"));
  corpus.add("files", "wal", "f" + wal.substr(0, wal.find_last_not_of('\0') + 1));
}

void add_changes(const Corpus& corpus) {
  // which file, what is done · where · with what; see PatchedQueue.
  const std::initializer_list<std::pair<const char*, Bytes>> all{
      {"untouched", {}},
      {"no-database-head", {6, 0, 0, 0, 0, 0}},
      {"bit-in-database", {0, 0, 0x20, 0, 0, 4}},
      {"bit-in-wal", {1, 0, 0x30, 0, 0, 4}},
      {"bit-in-head", {2, 0, 2, 10, 0, 4}},
      {"page-gone", {6, 0, 0x30, 0, 0, 0}},
      {"page-twice", {9, 0, 0x20, 0, 0, 3}},
      {"wal-cut", {13, 0, 0x40, 0, 0, 0}},
      {"database-cut", {12, 0, 0x30, 10, 0, 0}},
      {"head-cut", {14, 0, 0, 1, 0, 0}},
      {"folded-bit-in-version", {15, 0, 0, 60, 0, 0x80}},
      {"folded-page-gone", {21, 0, 0x20, 0, 0, 0}},
      {"number-in-database", {3, 0, 0x10, 3, 0xFF, 0xFF}}};
  for (const auto& [name, changes] : all) {
    corpus.add("queue", name, "b" + text_of(changes));
    corpus.add("queue", std::string(name) + "-every-page", "a" + text_of(changes));
    corpus.add("recovered", name, text_of(changes));
  }
}

void add_network(const Corpus& corpus) {
  LookUp look_up;
  look_up.code = {1042, 1, 1};
  const std::initializer_list<std::pair<const char*, std::string>> bodies{
      {"batch", BatchAnswer{}.encode()},
      {"opened", Opened{}.encode()},
      {"case", CaseView{}.encode()},
      {"time", ServerTime{}.encode()},
      {"updates", UpdatesPage{}.encode()},
      {"part", CataloguePart{}.encode()},
      {"fork", Problem::of(ProblemType::Fork).encode()}};
  for (const auto& [name, body] : bodies) corpus.add("answers", name, "200 application/json\n" + body);
  corpus.add("answers", "problem", "409 application/problem+json\n" + Problem::of(ProblemType::Fork).encode());
  corpus.add("answers", "portal", "200 text/html\n<html>Log in</html>");
  corpus.add("answers", "redirect", "302 text/html\n");
  corpus.add("answers", "busy", "503 text/plain\n");

  Batch batch{1042, 1, chain_start(1042, 1), {}, {}};
  BatchEntry entry{EntryKind::Whole, {}};
  entry.record.header = {.kiosk = 1042, .epoch = 1, .sequence = 1};
  entry.record.payload = Bytes{1, 2, 3};
  entry.record.header.payload_size = 3;
  entry.record.header.payload_hash = blake2b(*entry.record.payload);
  entry.record.hash = chain_hash(batch.previous_hash, entry.record.header);
  batch.entries.push_back(entry);
  const std::string bytes = text_of(batch.encode());
  const std::string kiosk = "\nkiosk-1042\nkiosk\n";
  const std::string cases = "\ncases\ncases\n";
  const std::string json = "\napplication/json";
  const std::string media(batch_media_type);
  corpus.add("ingest", "batch", "s\nPOST\n/v1/batches\n\n" + media + kiosk + bytes);
  corpus.add("ingest", "unsigned", "p\nPOST\n/v1/batches\n\n" + media + kiosk + bytes);
  corpus.add("ingest", "words", "p\nGET\n/v1/acknowledgements\nepoch=1&after=7\n" + kiosk);
  corpus.add("ingest", "look-up", "p\nPOST\n/v1/cases/lookup\n" + json + kiosk + look_up.encode());
  corpus.add("ingest", "time", "p\nGET\n/v1/time\n\n" + kiosk);
  corpus.add("ingest", "updates", "p\nGET\n/v1/updates\nepoch=1&after=\n" + kiosk);
  corpus.add("ingest", "part", "p\nGET\n/v1/catalogues\nhash=" + std::string(64, '0') + "&offset=0\n" + kiosk);
  corpus.add("ingest", "health", "p\nPOST\n/v1/health\n" + json + kiosk + Health{}.encode());
  corpus.add("ingest", "later", "p\nGET\n/v2/time\n\n" + kiosk);
  corpus.add("ingest", "sealed", "i\nGET\n/internal/v1/sealed\nafter=0\n" + cases);
  corpus.add("ingest", "report", "i\nPOST\n/internal/v1/opened\n" + json + cases + OpenedReport{}.encode());
  corpus.add("ingest", "publish", "i\nPOST\n/internal/v1/updates\n" + json + cases + UpdatesReport{}.encode());
  corpus.add("ingest", "pack", "i\nPOST\n/internal/v1/catalogues\n" + json + cases + CataloguePart{}.encode());
  Bytes length;
  ByteWriter(length).be32(static_cast<std::uint32_t>(bytes.size()));
  corpus.add("ingest", "export", "x\nPKX1" + text_of(length) + bytes);
}

void add_records(const Corpus& corpus) {
  const AuditEntry audit{AuditKind::HeadFileMissing, 7};
  corpus.add("records", "audit", "m" + text_of(audit.encode()));
  // A sealed box's inside: the head again, length, body, zeros (envelope.h).
  Bytes inside{1, 1, 0, 0, 0, 3, 0, 0, 0, 2, '{', '}'};
  inside.resize(1024);
  corpus.add("records", "sealed", "n" + text_of(inside));
  const SigningKey key = SigningKey::generate();
  const std::string pem = key.verifying_key().pem();
  Enrolment enrolment;
  enrolment.kiosk = 1042;
  enrolment.epoch = 1;
  enrolment.demo = true;
  enrolment.backend_url = "https://127.0.0.1:18443";
  enrolment.city_key_pem = enrolment.ingest_key_pem = enrolment.cases_key_pem = enrolment.update_key_pem = pem;
  enrolment.certificate.kiosk = 1042;
  enrolment.certificate.epoch = 1;
  enrolment.certificate.public_key = key.verifying_key().point();
  corpus.add("records", "enrolment", "o" + enrolment.encode());
  corpus.add(
      "records", "kiosks",
      R"(p[{"kiosk":1042,"epoch":1,"key":")" + to_hex(key.verifying_key().point()) + R"(","state":"active"}])");
  corpus.add("records", "key", "q" + pem);
  corpus.add("records", "point", "q" + text_of(key.verifying_key().point()));
  corpus.add("records", "base64", "r" + to_base64(Bytes{1, 2, 3, 4}));
  corpus.add("records", "base45", "r%69 VD92EX0");
  corpus.add("records", "hex", "r00ff");
}

void add_city(const Corpus& corpus) {
  const auto city = services::read_pack(PISHKHAN_ASSETS "/cities/shahr-e-nemuneh").value();
  char which = '0';
  for (const services::PackFile& file : city) {
    std::string name = file.name;
    std::replace(name.begin(), name.end(), '/', '-');
    corpus.add("catalogue", name, which++ + file.bytes);
  }
  corpus.add("catalogue", "pack", text_of(services::canonical_bytes(city)));
  corpus.add(
      "opened", "complaint",
      "complaint-137\ntopic=pothole\ndistrict=d6\naddress=somewhere\ndetails=a hole\nmobile=09121234567");
  corpus.add("opened", "identity", "complaint-137+\nmobile=0912\n!national_id=0684159414\n!name=x");
  corpus.add("opened", "unknown", "no-service\n=\n\n!=");
  corpus.add("config", "good", R"([paths]
city = "cities/one"
translations = "share"
fonts = "/usr/share/fonts"
icons = "icons.ttf"
printers = "printers"
data = "data"
keys = "keys"
log = "kiosk.log"
[screen]
width = 1080
height = 1_920
fullscreen = false
[devices]
paper_width_dots = 384
[queue]
keep_free_mebibytes = 0x40
key = 'tpm'
[sync]
proxy = """http://proxy.example:3128"""
)");
  corpus.add("config", "odd",
             "paths = {city='a', data=[1,2.5,inf,1979-05-27T07:32:00Z]}\nqueue.key = \"\\u0660\"\n");
}

}  // namespace

void add_queue_seeds(const Corpus& corpus) {
  add_files(corpus);
  add_changes(corpus);
  add_network(corpus);
  add_records(corpus);
  add_city(corpus);
}

}  // namespace pishkhan::fuzz
