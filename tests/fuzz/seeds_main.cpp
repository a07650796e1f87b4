// Writes the seeds of the corpora with the real encoders, in the root of the sources: fuzz_seeds
// tests/fuzz/corpus
#include "drivers/receipt-printer/escpos.h"
#include "drivers/receipt-printer/symbols.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/enrolment_messages.h"
#include "offline-queue/protocol/messages.h"
#include "offline-queue/protocol/problem.h"
#include "offline-queue/protocol/tracking_code.h"
#include "offline-queue/protocol/update_item.h"
#include "offline-queue/protocol/updates.h"
#include "tests/fuzz/corpus.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using namespace pishkhan;
using namespace pishkhan::protocol;

using fuzz::Corpus;

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

void add_enrolment(const Corpus& corpus) {
  const SigningKey key = SigningKey::generate();
  const Bytes request = make_certificate_request(key, 1042).value();
  EnrolmentAnswer answer;
  answer.certificate = answer.enrolment = "x";
  const EnrolmentAnswers answers{
      {{1042, 0, {}, ProblemType::Other, answer}, {1043, 1, {}, ProblemType::CodeUsed, std::nullopt}}};
  const BookEntry entry{1042, 1, key.verifying_key().point(), BookEntry::State::Active};
  char choice = 'a';
  for (const std::string& json :
       {EnrolRequest{1042, {}, request, {}}.encode(), RenewalRequest{1, request}.encode(), answer.encode(),
        BookReport{{}, {entry}, {BookCode{1042, {}, {}, 1}}}.encode(), BookTaken{{entry}}.encode(),
        EnrolmentsPage{{}, {{1042, 0, {}, request, {}}}, {}}.encode(), answers.encode()}) {
    corpus.add("enrolment", std::string(1, choice), choice + json);
    ++choice;
  }
  corpus.add("enrolment", "request", "h" + std::string(as_text(request)));
  SeededRandom random(1);
  corpus.add("enrolment", "code", "j" + EnrolmentCode::generate(1042, random).grouped());
  Enrolment enrolment;
  enrolment.kiosk = 1042;
  enrolment.epoch = 1;
  enrolment.demo = true;
  enrolment.backend_url = "https://backend.example";
  enrolment.city_key_pem = enrolment.ingest_key_pem = enrolment.cases_key_pem = enrolment.update_key_pem =
      key.verifying_key().pem();
  enrolment.certificate.kiosk = 1042;
  enrolment.certificate.epoch = 1;
  enrolment.certificate.public_key = key.verifying_key().point();
  enrolment.certificate.sign(key);
  corpus.add("enrolment", "document", "k" + enrolment.encode());
}

/// Commands as the driver and as makers' tools send them; the first byte chooses the dialect (printer.cpp).
void add_printer(const Corpus& corpus) {
  namespace escpos = printer::escpos;
  Bitmap picture(24, 3);
  for (int x = 0; x < 24; ++x) picture.set(x, x % 3);
  Bytes job{0};
  escpos::append_initialise(job);
  escpos::append_motion_unit(job, 203);
  escpos::append_feed(job, 40);
  escpos::append_status_request(job, escpos::StatusKind::Paper);
  escpos::append_raster(job, printer::RasterForm::GsV0, picture, 0, 3);
  escpos::append_raster(job, printer::RasterForm::Graphics, picture, 0, 3);
  escpos::append_fence(job, {'A', 'B', 'C', 'D'});
  escpos::append_clear(job);
  corpus.add("printer", "job", as_text(job));
  Bytes symbols{0};
  escpos::append_qr_code(symbols, as_bytes("PK"), 4, escpos::QrCorrection::Medium);
  escpos::append_code_128(symbols, "A{1", 2, 60);
  escpos::append_define_logo(symbols, {'L', 'G'}, picture);
  escpos::append_print_logo(symbols, {'L', 'G'});
  escpos::append_forget_logo(symbols, {'L', 'G'});
  escpos::append_forget_logos(symbols);
  escpos::append_automatic_status(symbols, {.online = true, .errors = true, .paper = true});
  corpus.add("printer", "symbols", as_text(symbols));
  Bytes kiosk_printer{1};
  escpos::append_present(kiosk_printer, 8);
  escpos::append_take_back(kiosk_printer, printer::Presenter::Untaken::Retract);
  escpos::append_ejector_question(kiosk_printer);
  escpos::append_sensor_question(kiosk_printer);
  escpos::append_status_request(kiosk_printer, escpos::StatusKind::Full);
  corpus.add("printer", "kiosk", as_text(kiosk_printer));
  corpus.add("printer_status", "answers",
             as_text(Bytes{0x12, 0x37, 0x22, 'a', 'b',  'c',  'd',  0, 0x37, 0x25, 0,
                           0x18, 0,    3,    0,   0x10, 0x0F, 0x20, 0, 0,    0,    0x03}));
  corpus.add("device_id", "epson",
             std::string("\0\x2C", 2) + "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20II;CLS:PRINTER;");
  for (const auto& entry : std::filesystem::directory_iterator("assets/printers")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    corpus.add("printer_model", entry.path().stem(), text);
  }
}

void add_devices(const Corpus& corpus) {
  // An ATR of T=1 (ISO/IEC 7816-3, 8.2) and a template with a number in it (ISO/IEC 7816-4, 5.2).
  corpus.add("card", "atr", as_text(Bytes{0x3B, 0x80, 0x01, 0x81}));
  corpus.add("card", "template", as_text(Bytes{0x70, 0x07, 0x5F, 0x20, 0x03, 'a', 'b', 'c', 0x90, 0x00}));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || argv[1][0] == '-') {
    std::fputs("usage: fuzz_seeds CORPUS-FOLDER\n", stderr);
    return 2;
  }
  const Corpus corpus{argv[1]};
  corpus.add("tracking_code", "code", TrackingCode{1042, 1, 12345}.grouped());
  add_messages(corpus);
  add_records(corpus);
  add_printer(corpus);
  add_enrolment(corpus);
  add_devices(corpus);
  fuzz::add_queue_seeds(corpus);
  return 0;
}
