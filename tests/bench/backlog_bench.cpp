#include "tests/bench/backlog_bench.h"

#include "base/core/log.h"
#include "base/core/random.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/store/store.h"
#include "tests/bench/bench_folder.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace pishkhan::bench {

namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

/// A clock that the bench moves, so that ten minutes pass when it says so.
class MovedClock final : public Clock {
 public:
  WallTime now{std::chrono::milliseconds(1'795'000'000'000)};
  [[nodiscard]] WallTime wall() const override { return now; }
  [[nodiscard]] SteadyTime steady() const override { return now.time_since_epoch(); }
};

struct Keys {
  MovedClock clock;
  protocol::SigningKey kiosk = protocol::SigningKey::generate();
  protocol::SigningKey ingest = protocol::SigningKey::generate();
  protocol::SigningKey cases = protocol::SigningKey::generate();
  protocol::VerifyingKey ingest_public = ingest.verifying_key();
  protocol::VerifyingKey cases_public = cases.verifying_key();
  protocol::OpeningKey opening = protocol::OpeningKey::generate(1);
};

template <class Work>
double milliseconds(Work work) {
  const auto begin = Steady::now();
  work();
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

/// A store, and requests filed into it as the kiosk's queue thread does.
class Queue {
 public:
  Queue(fs::path folder, Keys& keys) : keys_(keys) {
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    options_.folder = std::move(folder);
    options_.kiosk = 1000;
    options_.epoch = 1;
    options_.kiosk_key = &keys.kiosk;
    options_.ingest_key = &keys.ingest_public;
    options_.cases_key = &keys.cases_public;
    options_.clock = &keys.clock;
    body_ = Bytes(900, 'x');
  }
  bool open() {
    store_.reset();
    auto opened = store::Store::open(options_);
    if (opened) store_ = std::move(*opened);
    return store_ != nullptr;
  }
  store::Store& operator*() { return *store_; }
  bool file() {
    const auto filed =
        store_->append(protocol::RecordType::Request, random_.bytes<16>(), [this](const store::Place&) {
          auto envelope = protocol::seal(body_, keys_.opening.public_part());
          return envelope ? std::optional(store::Draft{std::move(*envelope), random_.bytes<32>(),
                                                       random_.bytes<32>(), random_.bytes<16>()})
                          : std::nullopt;
        });
    return filed.has_value();
  }
  /// What comes behind a filing, when nobody waits.
  bool settle() { return store_->anchor_head().has_value(); }
  /// A day's requests at once: only the disk's content counts, not how it came there.
  bool file_a_day(int requests) {
    const auto filed = store_->together([&]() -> Result<void, store::StoreFault> {
      for (int request = 0; request < requests; ++request) {
        if (!file()) return fail(store::StoreFault::IoError);
      }
      return {};
    });
    keys_.clock.now += std::chrono::hours(24);
    return filed && store_->purge() && settle();
  }
  [[nodiscard]] std::uintmax_t bytes() const {
    std::error_code ignored;
    return fs::file_size(options_.folder / "queue.db", ignored);
  }

 private:
  Keys& keys_;
  SystemRandom random_;
  store::Options options_;
  Bytes body_;
  std::unique_ptr<store::Store> store_;
};

/// Filing at one length of the backlog, beside filing into a young queue in turn.
struct Depth {
  int requests = 0;
  double young_us = 0;
  double full_us = 0;
  [[nodiscard]] double ratio() const { return full_us / young_us; }
};

struct Figures {
  int requests = 0;
  double megabytes = 0;
  std::vector<Depth> depths;
  double open_ms = 0;
  double purge_ms = 0;
  double find_ms = 0;
  double stored_ms = 0;
  double opened_ms = 0;
  double batch_ms = 0;
};

bool compare_filing(Queue& young, Queue& full, int samples, int requests, Figures& figures) {
  std::vector<double> young_ms;
  std::vector<double> full_ms;
  bool whole = true;
  for (int sample = 0; sample < samples && whole; ++sample) {
    young_ms.push_back(milliseconds([&] { whole = young.file() && whole; }));
    full_ms.push_back(milliseconds([&] { whole = full.file() && whole; }));
    whole = whole && young.settle() && full.settle();
  }
  figures.depths.push_back({requests, median(young_ms) * 1000, median(full_ms) * 1000});
  return whole;
}

/// What the other threads ask for while the backlog is long: one batch sent and acknowledged both ways.
bool measure_rest(Queue& queue, Keys& keys, Figures& figures) {
  bool whole = true;
  keys.clock.now += std::chrono::minutes(11);
  figures.purge_ms = milliseconds([&] { whole = (*queue).purge().has_value() && whole; });
  figures.find_ms = milliseconds([&] {
    const auto found = (*queue).find_unprinted(protocol::Hash{1});
    const auto same = (*queue).find_duplicate(protocol::Hash{1});
    whole = found && !*found && same && !*same && whole;
  });
  std::optional<protocol::Batch> batch;
  figures.batch_ms = milliseconds([&] {
    auto next = (*queue).next_batch(store::largest_batch);
    if (next) batch = std::move(*next);
  });
  if (!batch) return false;
  protocol::StoredWord stored{1000,           1, batch->last_sequence(), batch->entries.back().record.hash,
                              keys.clock.now, {}};
  stored.sign(keys.ingest);
  std::vector<protocol::Acknowledgement> words;
  for (const auto& entry : batch->entries) {
    const protocol::RecordHeader& header = entry.record.header;
    words.push_back({protocol::Verdict::Accepted,
                     1000,
                     1,
                     header.sequence,
                     header.request_id,
                     entry.record.hash,
                     keys.clock.now,
                     "1405-000001",
                     {}});
    words.back().sign(keys.cases);
  }
  figures.stored_ms =
      milliseconds([&] { whole = (*queue).mark_stored(stored) == store::largest_batch && whole; });
  figures.opened_ms =
      milliseconds([&] { whole = (*queue).mark_opened(words) == store::largest_batch && whole; });
  return whole;
}

bool measure(const fs::path& folder, const BacklogReport& report, Figures& figures) {
  Keys keys;
  Queue young(folder / "young", keys);
  Queue full(folder / "full", keys);
  if (!young.open() || !full.open()) return false;
  if (!compare_filing(young, full, report.samples, 0, figures)) return false;
  for (int day = 1; day <= report.days; ++day) {
    if (!full.file_a_day(report.requests_a_day)) return false;
    const bool sample = day < report.days && day % std::max(1, report.days / 5) == 0;
    if (sample && !compare_filing(young, full, report.samples, day * report.requests_a_day, figures))
      return false;
  }
  figures.requests = report.days * report.requests_a_day;
  figures.megabytes = static_cast<double>(full.bytes()) / 1e6;
  bool whole = true;
  figures.open_ms = milliseconds([&] { whole = full.open(); });
  return whole && compare_filing(young, full, report.samples, figures.requests, figures) &&
         measure_rest(full, keys, figures);
}

}  // namespace

int report_backlog(const BacklogReport& report) {
  log::mute();
  const BenchFolder folder;
  Figures figures;
  if (folder.path.empty() || !measure(folder.path, report, figures)) {
    std::fprintf(stderr, "pishkhan-bench: the queue refused in mid-measurement\n");
    return 1;
  }
  double ratio = 0;  // the first is of two young ones: what the machine itself does
  for (std::size_t depth = 1; depth < figures.depths.size(); ++depth)
    ratio = std::max(ratio, figures.depths[depth].ratio());
  std::printf("%d requests wait, %.0f MB: %d days of %d\n", figures.requests, figures.megabytes, report.days,
              report.requests_a_day);
  for (const Depth& one : figures.depths)
    std::printf(
        "filing behind %6d requests, median %7.0f us; in turn into a young queue %7.0f us; ratio %.2f\n",
        one.requests, one.full_us, one.young_us, one.ratio());
  std::printf("%-58s %10.2f, wanted at most 1.10: %s\n", "the largest ratio", ratio,
              ratio <= 1.10 ? "met" : "MISSED");
  std::printf("%-58s %10.1f ms\n", "opening: every link, one signature", figures.open_ms);
  std::printf("%-58s %10.3f ms\n", "forgetting what has served", figures.purge_ms);
  std::printf("%-58s %10.3f ms\n", "looking for the same again, and for a lost receipt", figures.find_ms);
  std::printf("%-58s %10.3f ms\n", "the next batch of 64", figures.batch_ms);
  std::printf("%-58s %10.3f ms\n", "64 marked as stored", figures.stored_ms);
  std::printf("%-58s %10.3f ms\n", "64 opened and erased, 64 signatures verified", figures.opened_ms);
  if (!report.json.empty()) {
    nlohmann::ordered_json filing = nlohmann::ordered_json::array();
    for (const Depth& one : figures.depths)
      filing.push_back({{"behind", one.requests}, {"p50_us", one.full_us}, {"young_p50_us", one.young_us}});
    const nlohmann::ordered_json json{
        {"requests", figures.requests},  {"megabytes", figures.megabytes}, {"filing", filing},
        {"largest_ratio", ratio},        {"open_ms", figures.open_ms},     {"purge_ms", figures.purge_ms},
        {"find_ms", figures.find_ms},    {"batch_ms", figures.batch_ms},   {"stored_ms", figures.stored_ms},
        {"opened_ms", figures.opened_ms}};
    std::ofstream(report.json) << json.dump(2) << '\n';
  }
  return 0;
}

}  // namespace pishkhan::bench
