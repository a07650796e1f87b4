// Draws every kind of receipt, in each language, for each paper and size of letters, to PNG files, for eyes and
// for other programs that read bar codes: receipt_gallery FOLDER [PART OF A NAME]
// Beside the pictures stands codes.tsv: file, what the bars say, what the QR code says.
#include "base/core/png.h"
#include "base/core/random.h"
#include "kiosk/receipts/sample_test.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

using namespace pishkhan;
using namespace pishkhan::receipts;

int main(int argument_count, char** arguments) {
  if (argument_count < 2) {
    std::cerr << "receipt_gallery FOLDER [PART OF A NAME]\n";
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  const std::string wanted = argument_count > 2 ? arguments[2] : "";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::ofstream codes(folder / "codes.tsv");
  sample::Office office;
  SeededRandom random(14);
  int pictures = 0;
  for (const sample::Kind& kind : office.kinds())
    for (const Language language : {Language::Persian, Language::English})
      for (const sample::Printer& printer : sample::printers()) {
        const std::string name = kind.name + "-" + std::string(tag(language)) + "-" + printer.name + ".png";
        if (name.find(wanted) == std::string::npos) continue;
        // Another number on each, so that a reader of bars meets nearly every pair of digits.
        Facts facts = office.facts(kind, language);
        facts.tracking_code.clear();
        for (int i = 0; i < 14; ++i) facts.tracking_code += static_cast<char>('0' + random.below(10));
        const Sheet sheet = office.paper(compose(facts, office.translations()), language, printer.paper);
        if (!write_png(folder / name, sheet.dots)) {
          std::cerr << (folder / name).string() << " cannot be written\n";
          return 1;
        }
        codes << name << '\t' << facts.tracking_code << '\t' << facts.statement << '\n';
        ++pictures;
      }
  std::cout << pictures << " receipts in " << folder.string() << '\n';
  return pictures > 0 && codes ? 0 : 1;
}
