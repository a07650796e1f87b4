// pishkhan-probe: for technicians and testers. What the devices say, without the kiosk.
#include "kiosk/tools/verbs.h"

int main(int argc, char** argv) {
  CLI::App app{"Looks at the devices of a Pishkhan kiosk"};
  app.set_version_flag("--version", PISHKHAN_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  using namespace pishkhan::tools;
  for (const auto add : {add_list, add_printer, add_reader, add_card, add_record, add_atr, add_ccid_descriptor,
                         add_quirk, add_profile, add_receipt})
    add(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  return exit_code;
}
