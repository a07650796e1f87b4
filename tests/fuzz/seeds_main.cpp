// Writes the seeds of the corpora with the real encoders: fuzz_seeds tests/fuzz/corpus
#include "drivers/receipt-printer/escpos.h"
#include "offline-queue/protocol/messages.h"
#include "offline-queue/protocol/problem.h"
#include "offline-queue/protocol/tracking_code.h"
#include "offline-queue/protocol/update_item.h"
#include "offline-queue/protocol/updates.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace {

using namespace pishkhan;
using namespace pishkhan::protocol;

struct Corpus {
  std::filesystem::path root;
  void add(const char* target, const std::string& name, std::string_view bytes) const {
    std::filesystem::create_directories(root / target);
    std::ofstream(root / target / name, std::ios::binary) << bytes;
  }
};

void add_messages(const Corpus& corpus) {
  LookUp look_up;
  look_up.code = {1042, 1, 1};
  char choice = 'a';
  for (const std::string& json :
       {BatchAnswer{}.encode(), Opened{}.encode(), look_up.encode(), CaseView{}.encode(), ServerTime{}.encode(),
        SealedPage{}.encode(), OpenedReport{}.encode(), OpenedTaken{}.encode(), UpdatesPage{}.encode(),
        CataloguePart{}.encode(), UpdatesReport{}.encode(), Health{}.encode(), HealthPage{}.encode(),
        Problem::of(ProblemType::Fork).encode()}) {
    corpus.add("messages", std::string(1, choice), choice + json);
    ++choice;
  }
}

void add_records(const Corpus& corpus) {
  RecordHeader header;
  header.kiosk = 1042;
  header.epoch = 1;
  header.sequence = 1;
  const auto head = header.encode();
  corpus.add("records", "header", "a" + std::string(as_text(head)));
  Batch batch{1042, 1, chain_start(1042, 1), {}, {}};
  for (const EntryKind kind : {EntryKind::HashOnly, EntryKind::Whole, EntryKind::NoPayload}) {
    BatchEntry entry{kind, {header, {}, {}, {}}};
    if (kind == EntryKind::Whole) entry.record.payload = Bytes{1, 2, 3};
    entry.record.header.payload_size = 3;
    batch.entries.push_back(entry);
    ++header.sequence;
  }
  corpus.add("records", "batch", "l" + std::string(as_text(batch.encode())));
  corpus.add("records", "print", "b" + std::string(as_text(PrintReport{1, PrintOutcome::Printed}.encode())));
  UpdateItem item;
  item.kind = 4;
  item.number = 1;
  item.payload = CommandUpdate{}.encode();
  corpus.add("records", "update", "d" + std::string(as_text(item.encode())));
  corpus.add("records", "command", "g" + std::string(as_text(item.payload)));
}

void add_devices(const Corpus& corpus) {
  Bytes job;
  printer::escpos::append_initialise(job);
  printer::escpos::append_motion_unit(job, 203);
  printer::escpos::append_feed(job, 40);
  printer::escpos::append_status_request(job, printer::escpos::StatusKind::Paper);
  printer::escpos::append_fence(job, {'A', 'B', 'C', 'D'});
  corpus.add("printer", "job", as_text(job));
  // An ATR of T=1 (ISO/IEC 7816-3, 8.2) and a template with a number in it (ISO/IEC 7816-4, 5.2).
  corpus.add("card", "atr", as_text(Bytes{0x3B, 0x80, 0x01, 0x81}));
  corpus.add("card", "template", as_text(Bytes{0x70, 0x07, 0x5F, 0x20, 0x03, 'a', 'b', 'c', 0x90, 0x00}));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: fuzz_seeds CORPUS-FOLDER\n", stderr);
    return 2;
  }
  const Corpus corpus{argv[1]};
  corpus.add("tracking_code", "code", TrackingCode{1042, 1, 12345}.grouped());
  add_messages(corpus);
  add_records(corpus);
  add_devices(corpus);
  return 0;
}
