#include "tests/machine/receipt_proof.h"

#include "base/core/png.h"
#include "base/services/loader.h"
#include "kiosk/receipts/receipt.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/protocol/receipt_statement.h"
#include "offline-queue/protocol/tracking_code.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace pishkhan::machine {

namespace fs = std::filesystem;

namespace {

/// What the QR code on the picture says; empty if there is none that can be read.
std::string read_code(const fs::path& picture, const fs::path& folder) {
  const fs::path output = folder / "receipt-statement.txt";
  auto reader = demo::ChildProcess::start("/usr/bin/zbarimg", {"--quiet", "--raw", "-Sdisable", "-Sqrcode.enable",
                                                               picture.string()}, output);
  if (!reader || reader->wait() != 0) return {};
  std::ifstream file(output, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::size_t begin = text.find("PKQ1:");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find('\n', begin) - begin);
}

Result<protocol::ReceiptStatement, Trouble> verified(const std::string& text, const TestCity& city) {
  const auto statement = protocol::ReceiptStatement::parse(text);
  if (!statement) return fail(Trouble{"the printed QR code holds no statement of ours"});
  const auto key = protocol::VerifyingKey::from_pem(city.city_key_pem());
  if (!key || !statement->verify(*key)) return fail(Trouble{"the printed statement's signature does not verify"});
  return *statement;
}

Result<Bitmap, Trouble> lay_out_again(const protocol::Request& request, const std::string& statement,
                                      const TestCity& city, int width, receipts::Copy copy) {
  const auto pack = services::read_pack(city.catalogue());
  auto catalogue = pack ? services::parse_pack(*pack)
                        : Result<services::Catalogue, services::CatalogueFault>(fail(pack.error()));
  const auto fonts = text::Fonts::open(text::default_font_paths(PISHKHAN_ASSETS));
  const auto translations = Translations::load(fs::path(PISHKHAN_TRANSLATIONS) / "fa.mo");
  if (!catalogue || !fonts || !translations)
    return fail(Trouble{"the receipt cannot be laid out again: the city, a font or the translations are missing"});
  // It stands on the paper; the kiosk makes it of the same bytes.
  catalogue->fingerprint = services::fingerprint_text(protocol::blake2b(services::canonical_bytes(*pack)));
  services::Values values;
  for (const auto* texts : {&request.fields, &request.identity})
    for (const auto& [id, value] : *texts) values.emplace(id, value);
  receipts::Facts facts;
  facts.catalogue = &*catalogue;
  facts.service = catalogue->service(request.service_id);
  facts.language = request.language;
  facts.values = &values;
  facts.tracking_code = request.code.digits();
  facts.receipt_secret = &request.receipt_secret;
  facts.filed_at = request.filed_at;
  facts.statement = statement;
  facts.copy = copy;
  if (facts.service == nullptr) return fail(Trouble{"the opened request is of a service that the city has not"});
  text::Engine engine(*fonts);
  return receipts::lay_out(receipts::compose(facts, *translations), facts.language, engine, *fonts,
                           {.width_dots = width})
      .dots;
}

}  // namespace

Result<PrintedStatement, Trouble> read_statement(const simulated::Strip& strip, const TestCity& city,
                                                 const fs::path& folder) {
  const fs::path picture = folder / "receipt.png";
  if (!write_png(picture, strip.dots)) return fail(Trouble{picture.string() + " cannot be written"});
  PrintedStatement printed{read_code(picture, folder), {}};
  if (printed.text.empty()) return fail(Trouble{"zbarimg reads no statement from " + picture.string()});
  const auto statement = verified(printed.text, city);
  if (!statement) return fail(statement.error());
  printed.tracking_code =
      protocol::TrackingCode{statement->certificate.kiosk, statement->certificate.epoch, statement->sequence}.digits();
  return printed;
}

Result<ProvenReceipt, Trouble> prove_receipt(const simulated::Strip& strip, const protocol::Request& request,
                                             const TestCity& city, const fs::path& folder, receipts::Copy copy) {
  const auto printed = read_statement(strip, city, folder);
  if (!printed) return fail(printed.error());
  const std::string code = printed->tracking_code;
  if (code != request.code.digits())
    return fail(Trouble{"the printed statement is of another request than the one that cases opened"});
  const auto wanted = lay_out_again(request, printed->text, city, strip.dots.width(), copy);
  if (!wanted) return fail(wanted.error());
  int different = 0;
  const int present = strip.dots.height() - strip.top_margin_rows;
  for (int y = 0; y < wanted->height() && y < present; ++y) {
    const ByteView on_paper = strip.dots.row(strip.top_margin_rows + y);
    const ByteView laid_out = wanted->row(y);
    if (!std::equal(on_paper.begin(), on_paper.end(), laid_out.begin(), laid_out.end())) ++different;
  }
  for (int y = wanted->height(); y < present; ++y) {  // the paper goes on until the knife, and nothing is on it
    const ByteView row = strip.dots.row(strip.top_margin_rows + y);
    if (std::any_of(row.begin(), row.end(), [](std::uint8_t byte) { return byte != 0; })) ++different;
  }
  static_cast<void>(write_png(folder / ("receipt-" + code + ".png"), strip.dots).has_value());
  if (present < wanted->height() || different > 0) {
    static_cast<void>(write_png(folder / "receipt-expected.png", *wanted).has_value());
    return fail(Trouble{std::to_string(different) + " of " + std::to_string(wanted->height()) +
                        " rows of the receipt differ from what had to be printed (" +
                        (folder / "receipt-expected.png").string() + ")"});
  }
  return ProvenReceipt{code, wanted->height()};
}

}  // namespace pishkhan::machine
