#include "base/core/clock.h"
#include "offline-queue/reference-backend/import.h"
#include "offline-queue/reference-backend/ingest_server.h"
#include "offline-queue/reference-backend/program.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

using namespace pishkhan;

namespace {

const char* sentence(backend::IngestFault fault) {
  switch (fault) {
    case backend::IngestFault::BadKey:
      return "a key (signing.pem, cases-public.pem) cannot be read";
    case backend::IngestFault::BadRegister:
      return "the register of kiosks (kiosks.json) cannot be read";
    case backend::IngestFault::BadDatabase:
      return "the database cannot be opened: missing folder, newer schema, or another process has it";
    case backend::IngestFault::BadCertificate:
      return "the TLS files (authority.pem, tls.pem, tls.key) cannot be read";
    case backend::IngestFault::CannotListen:
      return "the address or port cannot be listened on";
  }
  return "unknown fault";
}

int complain(const std::string& words) {
  std::fprintf(stderr, "pishkhan-ingest: %s\n", words.c_str());
  return 1;
}

const char* sentence(backend::ImportFault fault) {
  switch (fault) {
    case backend::ImportFault::Unreadable:
      return "cannot be read";
    case backend::ImportFault::Malformed:
      return "is no file of pishkhan-queue export, or cut off; what stands before that was taken";
    case backend::ImportFault::DatabaseFailed:
      break;
  }
  return "could not be stored whole: the database failed; import it again";
}

/// While no other ingest runs: the database has one owner.
int import_file(const backend::IngestOptions& options, const std::string& file, bool json) {
  auto key = protocol::SigningKey::load(options.signing_key);
  auto cases_key = protocol::VerifyingKey::load(options.cases_key);
  if (!key || !cases_key) return complain(sentence(backend::IngestFault::BadKey));
  auto kiosks = backend::KioskRegister::load(options.kiosks_file);
  if (!kiosks) return complain(sentence(backend::IngestFault::BadRegister));
  auto store = backend::IngestStore::open(options.database);
  if (!store) return complain(sentence(backend::IngestFault::BadDatabase));
  const SystemClock clock;
  backend::Ingest ingest(*kiosks, std::move(*key), std::move(*cases_key), clock);
  if (!ingest.load_book(*store, *kiosks)) return complain(sentence(backend::IngestFault::BadDatabase));
  const auto imported = backend::import_batches(ingest, *store, file);
  if (!imported) return complain(file + " " + sentence(imported.error()));
  const char* refusal = imported->first_refusal.c_str();
  if (json) {
    std::printf("{\"batches\":%d,\"refused\":%d,\"first_refusal\":\"%s\",\"expected_sequence\":%d}\n",
                imported->batches, imported->refused, refusal, imported->expected_sequence.value_or(0));
  } else {
    std::printf("%d batches stored, %d refused\n", imported->batches, imported->refused);
    if (imported->refused > 0)
      std::printf("first refusal: %s (expected sequence %d)\n", refusal,
                  imported->expected_sequence.value_or(0));
  }
  return imported->refused == 0 ? 0 : 1;
}

/// Where the ports are written once they are known; empty: nowhere.
struct PortFiles {
  std::string kiosks;
  std::string cases;
  std::string enrolment;
};

bool write_ports(const backend::IngestServer& server, const backend::IngestOptions& options,
                 const PortFiles& files) {
  const auto write = [](const std::string& file, std::uint16_t port) {
    return file.empty() || backend::write_port_file(file, port);
  };
  return write(files.kiosks, server.port()) && write(files.cases, server.internal_port()) &&
         (!options.enrolment_port || write(files.enrolment, server.enrolment_port()));
}

int run(const backend::IngestOptions& options, const PortFiles& port_files, bool json) {
  const SystemClock clock;
  backend::hold_stop_signals();
  const auto ingest = backend::IngestServer::start(options, clock);
  if (!ingest) {
    std::fprintf(stderr, "pishkhan-ingest: %s\n", sentence(ingest.error()));
    return 1;
  }
  const backend::IngestServer& server = **ingest;
  if (!write_ports(server, options, port_files)) {
    std::fprintf(stderr, "pishkhan-ingest: the port file cannot be written\n");
    return 1;
  }
  const char* address = options.address.c_str();
  if (json) {
    std::printf("{\"address\":\"%s\",\"port\":%d,\"internal_port\":%d}\n", address, server.port(),
                server.internal_port());
  } else {
    std::printf("listening on %s:%d, for cases on %s:%d\n", address, server.port(), address,
                server.internal_port());
  }
  std::fflush(stdout);
  static_cast<void>(backend::stop_signal_came(-1));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Pishkhan's ingest: takes sealed requests from kiosks over mutual TLS. It can open none of them.");
  app.set_version_flag("--version", std::string(PISHKHAN_VERSION));
  backend::IngestOptions options;
  std::string keys;
  std::string database;
  PortFiles port_files;
  bool json = false;
  app.add_option("--keys", keys,
                 "Folder with authority.pem, tls.pem, tls.key, signing.pem, cases-public.pem, kiosks.json")
      ->required();
  app.add_option("--database", database, "SQLite file; made on first use")->required();
  app.add_option("--address", options.address, "Address to listen on")->capture_default_str();
  app.add_option("--port", options.port, "Port for kiosks; 0: any")->capture_default_str();
  app.add_option("--internal-port", options.internal_port, "Port for pishkhan-cases; 0: any")
      ->capture_default_str();
  std::uint16_t enrolment_port = 0;
  auto* enrols =
      app.add_option("--enrolment-port", enrolment_port,
                     "Port for kiosks that have no certificate yet; 0: any; not given: none can enrol");
  app.add_option("--enrolment-port-file", port_files.enrolment, "Write the port for enrolment there");
  app.add_option("--port-file", port_files.kiosks, "Write the port for kiosks there once listening");
  app.add_option("--internal-port-file", port_files.cases, "Write the port for pishkhan-cases there");
  app.add_option("--threads", options.threads, "I/O threads")->check(CLI::Range(1, 64))->capture_default_str();
  app.add_option("--poll-after", options.poll_after_s,
                 "Seconds between a kiosk's polls for updates; 0: its own")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  app.add_flag("--json", json, "Report as JSON");
  std::string file;
  auto* import_command =
      app.add_subcommand("import", "Store what pishkhan-queue export saved from a disk, then end; 1: not all")
          ->fallthrough();
  import_command->add_option("FILE", file, "Made by pishkhan-queue export")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const std::filesystem::path folder(keys);
  options.tls = {folder / "authority.pem", folder / "tls.pem", folder / "tls.key"};
  options.signing_key = folder / "signing.pem";
  options.cases_key = folder / "cases-public.pem";
  options.kiosks_file = folder / "kiosks.json";
  options.database = database;
  if (import_command->parsed()) return import_file(options, file, json);
  if (enrols->count() > 0) options.enrolment_port = enrolment_port;
  return run(options, port_files, json);
}
