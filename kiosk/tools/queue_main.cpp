// Looks into the queue of a kiosk that is not running, without changing it; and gets a kiosk its keys.
#include "base/core/log.h"
#include "kiosk/tools/enrol_verb.h"
#include "kiosk/tools/queue_export.h"
#include "kiosk/tools/queue_report.h"
#include "offline-queue/protocol/enrolment.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

namespace {

using namespace pishkhan;

struct Wanted {
  std::string folder;
  std::string enrolment;
  std::string public_key;
  std::string target;
  tools::Form form = tools::Form::Text;
};

void complain(const std::string& words) {
  std::fprintf(stderr, "pishkhan-queue: %s\n", words.c_str());
}

std::unique_ptr<store::RecoveredQueue> opened(const Wanted& wanted, const store::Owner& owner = {}) {
  auto queue = store::RecoveredQueue::open(wanted.folder, owner);
  if (!queue) {
    complain(tools::sentence(queue.error(), wanted.folder));
    if (queue.error() == store::RecoverFault::Unreadable && owner.key == nullptr)
      complain("verify and export, which have the kiosk's key, look for its records in the raw bytes");
    return nullptr;
  }
  if ((*queue)->salvaged() > 0)
    complain("SQLite cannot read this database; " + std::to_string((*queue)->salvaged()) +
             " records were found in its raw bytes, and nothing of what the backend had said");
  return std::move(*queue);
}

struct Known {
  protocol::VerifyingKey key;
  int kiosk = 0;  ///< 0: a bare key says nothing of it
  int epoch = 0;
  [[nodiscard]] store::Owner owner() const { return {kiosk, epoch, &key}; }
};

/// The key that the city certified for this kiosk and epoch, or the one in a PEM file.
std::optional<Known> known_of(const Wanted& wanted) {
  if (!wanted.public_key.empty()) {
    auto key = protocol::VerifyingKey::load(wanted.public_key);
    if (key) return Known{std::move(*key)};
    complain(wanted.public_key + " is no public P-256 key in PEM");
    return std::nullopt;
  }
  const auto enrolment = protocol::Enrolment::load(wanted.enrolment, protocol::built_demo_policy());
  if (!enrolment) {
    complain(wanted.enrolment + " is no enrolment that this program takes");
    return std::nullopt;
  }
  auto key = protocol::VerifyingKey::from_point(enrolment->certificate.public_key);
  if (key) return Known{std::move(*key), enrolment->kiosk, enrolment->epoch};
  complain(wanted.enrolment + " holds no usable key");
  return std::nullopt;
}

std::unique_ptr<store::RecoveredQueue> opened_with(const Wanted& wanted, const Known& known) {
  auto queue = opened(wanted, known.owner());
  if (queue == nullptr || known.kiosk == 0) return queue;
  if (known.kiosk == queue->kiosk() && known.epoch == queue->epoch()) return queue;
  complain(wanted.enrolment + " is of another kiosk or epoch than the queue");
  return nullptr;
}

int inspect(const Wanted& wanted) {
  const auto queue = opened(wanted);
  if (queue == nullptr) return 1;
  const auto summary = tools::summarise(*queue);
  const auto links = store::check_chain(*queue, nullptr);
  std::fputs(tools::inspection(*queue, summary, links, wanted.form).c_str(), stdout);
  return 0;
}

int verify(const Wanted& wanted) {
  const auto known = known_of(wanted);
  const auto queue = known ? opened_with(wanted, *known) : nullptr;
  if (queue == nullptr) return 1;
  const auto report = store::check_chain(*queue, &known->key);
  std::fputs(tools::verification(*queue, report, wanted.form).c_str(), stdout);
  return report.whole() && queue->salvaged() == 0 ? 0 : 1;
}

int export_to_file(const Wanted& wanted) {
  const auto known = known_of(wanted);
  const auto queue = known ? opened_with(wanted, *known) : nullptr;
  if (queue == nullptr) return 1;
  const auto exported = tools::export_batches(*queue, known->key, wanted.target);
  if (!exported) {
    const bool there = exported.error() == tools::ExportFault::AlreadyThere;
    complain(wanted.target + (there ? " is there already; it is not overwritten" : " cannot be written"));
    return 1;
  }
  std::fputs(tools::export_report(*exported, wanted.form).c_str(), stdout);
  return exported->left_out == 0 ? 0 : 1;
}

void add_key_options(CLI::App* command, Wanted& wanted) {
  auto* group = command->add_option_group("key", "The kiosk's public key");
  group->add_option("--enrolment", wanted.enrolment, "enrolment.json of that kiosk and epoch");
  group->add_option("--public-key", wanted.public_key, "its public key in PEM");
  group->require_option(1);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Looks into the queue of a stopped kiosk, or of a disk that was taken out of one. Works on a copy and changes "
      "nothing. What citizens typed is sealed: this program cannot read it."};
  app.set_version_flag("--version", PISHKHAN_VERSION);
  app.require_subcommand(1);
  Wanted wanted;
  bool json = false;
  auto* inspect_command =
      app.add_subcommand("inspect", "Count what is there: types, dates, progress, disk use");
  auto* verify_command = app.add_subcommand("verify", "Check every link, every signature and the head file");
  auto* export_command = app.add_subcommand(
      "export", "Write what verifies to a file, for pishkhan-ingest import; 1: not all does");
  for (auto* command : {inspect_command, verify_command, export_command}) {
    command->add_option("FOLDER", wanted.folder, "holds queue.db, queue.db-wal and queue.head")->required();
    command->add_flag("--json", json, "print JSON");
  }
  add_key_options(verify_command, wanted);
  add_key_options(export_command, wanted);
  export_command->add_option("--to", wanted.target, "the file to make")->required();
  tools::EnrolVerb enrol;
  enrol.add_to(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  if (json) wanted.form = tools::Form::Json;
  if (enrol.parsed()) return enrol.run();
  if (export_command->parsed()) return export_to_file(wanted);
  return inspect_command->parsed() ? inspect(wanted) : verify(wanted);
}
