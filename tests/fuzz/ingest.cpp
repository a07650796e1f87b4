// What a client with a certificate can send to ingest, and a file that claims to be an export from a dead
// kiosk. Lines: 'p' public, 'i' internal, 's' public with its batch signed by the kiosk, 'x' an exported file
// (all that follows is the file); method; path; query; media type; the certificate's name; its role; then the
// body.
#include "offline-queue/reference-backend/ingest.h"

#include "offline-queue/reference-backend/import.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/target.h"
#include "tests/power-cut/model_vfs.h"

using namespace pishkhan;
using namespace pishkhan::backend;

namespace {

class NoTime final : public Clock {
 public:
  WallTime wall() const override { return WallTime(std::chrono::seconds(1'795'000'000)); }
  SteadyTime steady() const override { return {}; }
};

const protocol::SigningKey& kiosk_key() {
  static const protocol::SigningKey key = protocol::SigningKey::generate();
  return key;
}

/// Made anew for each input: one input is one run.
struct Town {
  NoTime clock;
  Ingest ingest{
      KioskRegister::parse(KioskRegister::encode({{1042, 1, kiosk_key().verifying_key().point(), {}}})).value(),
      protocol::SigningKey::generate(), protocol::SigningKey::generate().verifying_key(), clock};
};
/// Only for inputs that come this far.
struct Disk {
  power_cut::ModelDisk disk{1};
  power_cut::ModelVfs vfs{disk, "fuzz-ingest"};
  IngestStore store = IngestStore::open("/disk/ingest.db", vfs.name()).value();
};

std::string line_of(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return std::string(line);
}

/// So that the fuzzer comes past the signature, as a kiosk that was broken into would.
std::string with_signature(std::string_view body) {
  auto batch = protocol::Batch::parse(as_bytes(body));
  if (!batch || batch->entries.empty()) return std::string(body);
  batch->signature = kiosk_key().sign(batch->signed_hash());
  return std::string(as_text(batch->encode()));
}

void import(std::string_view file, Town& town) {
  const fuzz::MemoryFile exported(as_bytes(file));
  Disk disk;
  const auto imported = import_batches(town.ingest, disk.store, exported.path());
  ENSURE(!imported || imported->batches == 0, "what no kiosk signed is not stored");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Town town;
  std::string_view text = as_text({data, size});
  const std::string kind = line_of(text);
  if (kind == "x") {
    import(text, town);
    return 0;
  }
  HttpRequest request;
  for (std::string* part : {&request.method, &request.path, &request.query, &request.content_type,
                            &request.peer_name, &request.peer_role})
    *part = line_of(text);
  request.body = kind == "s" ? with_signature(text) : std::string(text);
  Handling handling = kind == "i" ? town.ingest.take_internal(request) : town.ingest.take_public(request);
  HttpAnswer answer;
  if (const auto* known = std::get_if<Answering>(&handling)) {
    answer = (*known)();
  } else {
    Disk disk;
    ENSURE(disk.store.begin(), "the database takes a transaction");
    answer = std::get<Work>(handling)(disk.store)();
    ENSURE(!disk.store.failed() && disk.store.commit(), "no request breaks a statement");
  }
  ENSURE(answer.status >= 200 && answer.status < 500, "no request is a fault of ours");
  if (answer.status >= 400) ENSURE(protocol::Problem::parse(answer.body).has_value(), "a refusal is a problem");
  return 0;
}
