#include "base/core/clock.h"
#include "base/core/log.h"
#include "base/core/random.h"
#include "offline-queue/reference-backend/cases.h"
#include "offline-queue/reference-backend/cases_kiosk_commands.h"
#include "offline-queue/reference-backend/cases_listing.h"
#include "offline-queue/reference-backend/cases_staff_commands.h"
#include "offline-queue/reference-backend/demo_keys.h"
#include "offline-queue/reference-backend/program.h"
#include "offline-queue/sync/backoff.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

using namespace pishkhan;

namespace {

struct Arguments {
  std::string keys;
  std::string database;
  std::string catalogue;
  std::string ingest;
  std::string case_number;
  std::vector<std::string> retired_keys;
  std::string city_keys;
  std::string backend_url;
  int certificate_days = 400;
  backend::DemoKeysOptions demo;
  std::string demo_folder;
  int poll_ms = 1000;
  bool json = false;
};

int complain(const char* sentence) {
  std::fprintf(stderr, "pishkhan-cases: %s\n", sentence);
  return 1;
}

const char* sentence(backend::CasesFault fault) {
  switch (fault) {
    case backend::CasesFault::BadKey:
      return "a key (opening.json, signing.pem, updates.pem) cannot be read";
    case backend::CasesFault::BadCatalogue:
      return "the catalogue cannot be read";
    case backend::CasesFault::BadDatabase:
      return "the database cannot be opened";
    case backend::CasesFault::BadRegister:
      return "the register of kiosks (kiosks.json) cannot be read";
    case backend::CasesFault::BadCityKeys:
      return "the city's keys (authority.pem, authority.key, signing.pem, ingest-public.pem) or --backend-url "
             "cannot be used";
    case backend::CasesFault::BadCertificate:
      return "the TLS files (authority.pem, tls.pem, tls.key) cannot be used";
  }
  return "unknown fault";
}

int init(const Arguments& arguments) {
  const auto store = backend::CasesStore::open(arguments.database, backend::Sharing::WithReaders);
  return store ? 0 : complain("the database cannot be made");
}

int serve(const Arguments& arguments) {
  const SystemClock clock;
  SystemRandom random;
  backend::hold_stop_signals();
  const std::filesystem::path keys(arguments.keys);
  backend::CasesOptions options;
  options.ingest.base_url = arguments.ingest;
  options.ingest.authority_file = keys / "authority.pem";
  options.ingest.certificate_file = keys / "tls.pem";
  options.ingest.key_file = keys / "tls.key";
  options.database = arguments.database;
  options.opening_keys.push_back(keys / "opening.json");
  for (const std::string& file : arguments.retired_keys) options.opening_keys.emplace_back(file);
  options.signing_key = keys / "signing.pem";
  options.update_key = keys / "updates.pem";
  options.catalogue = arguments.catalogue;
  options.kiosks_file = keys / "kiosks.json";
  options.city_keys = arguments.city_keys;
  options.backend_url = arguments.backend_url;
  options.certificate_life = std::chrono::hours(24 * arguments.certificate_days);
  auto cases = backend::Cases::open(options, clock, random);
  if (!cases) return complain(sentence(cases.error()));
  std::printf("opening what arrives at %s\n", arguments.ingest.c_str());
  std::fflush(stdout);
  sync::Backoff backoff(
      {std::chrono::milliseconds(200), std::chrono::milliseconds(5'000), std::chrono::seconds(60)});
  for (;;) {
    const auto polled = cases->poll_once({});
    std::chrono::milliseconds wait(arguments.poll_ms);
    if (!polled) {
      log::warning("cases.poll_failed",
                   {{"failures", backoff.failures()},
                    {"fault", log::PublicText{polled.error().where == backend::Cases::PollFault::Where::Database
                                                  ? "database"
                                                  : sync::name(polled.error().sync.kind)}}});
      wait = backoff.failed(random, polled.error().sync.retry_after);
    } else {
      backoff.succeeded();
      if (polled->more) wait = std::chrono::milliseconds(0);
    }
    if (backend::stop_signal_came(static_cast<int>(wait.count()))) return 0;
  }
}

int list(const Arguments& arguments) {
  auto store = backend::CasesStore::open(arguments.database, backend::Sharing::ReadOnly);
  if (!store) return complain("the database cannot be opened");
  const auto rows = store->requests(arguments.case_number);
  const std::string text = arguments.json || !arguments.case_number.empty() ? backend::listing_json(rows) + "\n"
                                                                            : backend::listing_text(rows);
  std::fwrite(text.data(), 1, text.size(), stdout);
  // "show" of a case that is not there says no.
  return arguments.case_number.empty() || !rows.empty() ? 0 : 1;
}

int demo_keys(Arguments& arguments) {
  const SystemClock clock;
  SystemRandom random;
  arguments.demo.folder = arguments.demo_folder;
  const auto made = backend::ensure_demo_keys(arguments.demo, clock, random);
  if (!made) {
    return complain(made.error() == backend::DemoKeysFault::Incomplete
                        ? "the folder holds something else; remove it or name another"
                        : "the keys cannot be written");
  }
  const bool fresh = *made == backend::DemoKeysMade::Fresh;
  if (arguments.json) {
    std::printf("{\"made\":%s}\n", fresh ? "true" : "false");
  } else {
    std::printf("%s\n", fresh ? "demo keys made" : "demo keys were there");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Pishkhan's cases: holds the opening key, opens what ingest stored, keeps the cases.");
  app.set_version_flag("--version", std::string(PISHKHAN_VERSION));
  app.require_subcommand(1);
  Arguments arguments;
  CLI::App* init_verb = app.add_subcommand("init", "Make the database");
  CLI::App* serve_verb = app.add_subcommand("serve", "Open what arrives, until SIGTERM");
  CLI::App* list_verb = app.add_subcommand("list", "The opened requests; as a table without anything personal");
  CLI::App* show_verb = app.add_subcommand("show", "One case, with what the citizen typed, as JSON");
  CLI::App* keys_verb = app.add_subcommand("demo-keys", "Make the demo's keys and certificates, once");
  for (CLI::App* verb : {init_verb, serve_verb, list_verb, show_verb}) {
    verb->add_option("--database", arguments.database, "SQLite file")->required();
  }
  serve_verb
      ->add_option(
          "--keys", arguments.keys,
          "Folder: authority.pem, tls.pem, tls.key, signing.pem, opening.json, updates.pem; kiosks.json")
      ->required();
  serve_verb->add_option("--catalogue", arguments.catalogue, "The city's pack, e.g. assets/cities/NAME")
      ->required();
  serve_verb->add_option("--ingest", arguments.ingest, "https://host:port of ingest's inner port")->required();
  serve_verb->add_option("--retired-key", arguments.retired_keys, "An earlier opening key; may be repeated");
  auto* city_keys = serve_verb->add_option(
      "--city-keys", arguments.city_keys,
      "Folder: authority.pem, authority.key, signing.pem, ingest-public.pem; not given: no kiosk is enrolled");
  auto* backend_url = serve_verb->add_option("--backend-url", arguments.backend_url,
                                             "https://host:port where enrolled kiosks find ingest");
  city_keys->needs(backend_url);
  serve_verb->add_option("--certificate-days", arguments.certificate_days, "Life of a kiosk's certificate")
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  serve_verb->add_option("--poll-ms", arguments.poll_ms, "Milliseconds between polls")
      ->check(CLI::Range(10, 600'000))
      ->capture_default_str();
  list_verb->add_flag("--json", arguments.json, "Everything, as JSON");
  show_verb->add_flag("--json", arguments.json, "As JSON (it always is)");
  show_verb->add_option("case", arguments.case_number, "Case number")->required();
  keys_verb->add_option("folder", arguments.demo_folder, "Where; appears whole or not at all")->required();
  keys_verb->add_option("--kiosk", arguments.demo.kiosk)->check(CLI::Range(1000, 9999))->capture_default_str();
  keys_verb->add_option("--epoch", arguments.demo.epoch)->check(CLI::Range(1, 99))->capture_default_str();
  keys_verb->add_option("--backend-url", arguments.demo.backend_url)->capture_default_str();
  keys_verb->add_flag("--json", arguments.json, "Report as JSON");
  backend::StaffCommands staff;
  staff.add_to(app);
  backend::KioskCommands kiosks;
  kiosks.add_to(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (const auto status = staff.run()) return *status;
  if (const auto status = kiosks.run()) return *status;
  if (init_verb->parsed()) return init(arguments);
  if (serve_verb->parsed()) return serve(arguments);
  if (keys_verb->parsed()) return demo_keys(arguments);
  return list(arguments);
}
