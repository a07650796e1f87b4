// ./dev bench: the figures of the whole program, measured in one run, as a table and as JSON.
#include "base/core/clock.h"
#include "base/core/random.h"
#include "tests/bench/backlog_bench.h"
#include "tests/bench/card_reading_bench.h"
#include "tests/bench/filing_bench.h"
#include "tests/bench/print_bench.h"
#include "tests/bench/program_bench.h"
#include "tests/bench/queue_report.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace {

using namespace pishkhan;
using Json = nlohmann::ordered_json;

Json filing_json(const bench::FilingFigures& filing) {
  const auto one = [](const bench::Spread& spread) {
    return Json{{"p50_us", spread.p50_us}, {"p99_us", spread.p99_us}};
  };
  return Json{
      {"rounds", filing.rounds},
      {"payload_bytes", filing.payload_bytes},
      {"bare_write_fdatasync", one(filing.bare)},
      {"crypto_alone", one(filing.crypto)},
      {"durable_sealed_filing", one(filing.filing)},
      {"filing_over_bare", filing.filing.p50_us / filing.bare.p50_us},
      {"filing_over_bare_plus_crypto", filing.filing.p50_us / (filing.bare.p50_us + filing.crypto.p50_us)}};
}

void print(const bench::ProgramFigures& program, const bench::FilingFigures& filing) {
  std::printf("%-46s %12.0f ms   (median of %d starts)\n", "exec to first interactive frame", program.start_ms,
              program.starts);
  std::printf("%-46s %12.1f MiB\n", "proportional memory, welcome screen", program.proportional_mib);
  std::printf("%-46s %12.3f %% of a core, over %.0f s\n", "idle CPU, welcome screen", program.idle_cpu_percent,
              program.idle_seconds);
  std::printf("durable filing, %zu bytes, %d interleaved rounds %8s %10s\n", filing.payload_bytes,
              filing.rounds, "p50 us", "p99 us");
  std::printf("  %-44s %12.0f %10.0f\n", "bare write + fdatasync of the same size", filing.bare.p50_us,
              filing.bare.p99_us);
  std::printf("  %-44s %12.0f %10.0f\n", "seal, hash and sign alone", filing.crypto.p50_us,
              filing.crypto.p99_us);
  std::printf("  %-44s %12.0f %10.0f\n", "our filing: sealed, chained, signed, committed", filing.filing.p50_us,
              filing.filing.p99_us);
  std::printf("  %-44s %12.2f\n", "ratio to the bare write", filing.filing.p50_us / filing.bare.p50_us);
  std::printf("  %-44s %12.2f\n", "ratio to the bare write and the crypto",
              filing.filing.p50_us / (filing.bare.p50_us + filing.crypto.p50_us));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures the kiosk: start, memory, idle CPU, durable filing"};
  app.set_version_flag("--version", PISHKHAN_VERSION);
  std::string json_file;
  int rounds = 600;
  double idle_seconds = 30;
  app.add_option("--json", json_file, "also write the figures to this file");
  app.add_option("--rounds", rounds, "filings")->check(CLI::Range(10, 100000))->capture_default_str();
  app.add_option("--idle-seconds", idle_seconds, "how long to watch the idle program")->capture_default_str();
  bench::QueueReport queues;
  CLI::App* queue = app.add_subcommand("queue", "our queue beside the bare disk and other people's queues");
  queue->add_option("--json", queues.json, "also write the figures to this file");
  queue->add_option("--rounds", queues.rounds)->check(CLI::Range(1, 1000))->capture_default_str();
  queue->add_option("--messages", queues.messages, "a round")
      ->check(CLI::Range(10, 5000))
      ->capture_default_str();
  queue->add_option("--cuts", queues.cuts, "of the power under each; needs root and a loop device")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  queue->add_option("--seed", queues.seed, "of the cuts")->capture_default_str();
  bench::BacklogReport backlogs;
  CLI::App* backlog =
      app.add_subcommand("backlog", "a queue after 90 days without a network, beside a young one");
  backlog->add_option("--json", backlogs.json, "also write the figures to this file");
  backlog->add_option("--days", backlogs.days)->check(CLI::Range(1, 1000))->capture_default_str();
  backlog->add_option("--requests", backlogs.requests_a_day, "a day")
      ->check(CLI::Range(64, 2000))
      ->capture_default_str();
  backlog->add_option("--samples", backlogs.samples)->check(CLI::Range(10, 100'000))->capture_default_str();
  bench::PrintReport prints;
  CLI::App* print_verb =
      app.add_subcommand("print", "a full receipt until its bytes are ready, beside a print head");
  print_verb->add_option("--json", prints.json, "also write the figures to this file");
  print_verb->add_option("--rounds", prints.rounds)->check(CLI::Range(5, 10'000))->capture_default_str();
  int readings = 10;
  CLI::App* card = app.add_subcommand("card", "how long a person waits for the municipal card");
  card->add_option("--readings", readings)->check(CLI::Range(1, 1000))->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  if (queue->parsed()) return bench::report_queues(queues);
  if (print_verb->parsed()) return bench::report_print(prints);
  if (card->parsed()) return bench::report_card_reading(readings);
  if (backlog->parsed()) return bench::report_backlog(backlogs);
  const auto filing = bench::measure_filing(rounds);
  const auto program = bench::measure_program(idle_seconds);
  if (!filing || !program) {
    std::fprintf(stderr, "pishkhan-bench: %s could not be measured\n", filing ? "the program" : "filing");
    return 1;
  }
  print(*program, *filing);
  if (!json_file.empty()) {
    const Json figures{{"start_to_interactive_ms", program->start_ms},
                       {"proportional_memory_mib", program->proportional_mib},
                       {"idle_cpu_percent", program->idle_cpu_percent},
                       {"idle_seconds", program->idle_seconds},
                       {"filing", filing_json(*filing)}};
    std::ofstream(json_file) << figures.dump(2) << '\n';
  }
  return 0;
}
