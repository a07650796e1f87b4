#include "tests/bench/queue_bench.h"

#include "base/core/clock.h"
#include "base/core/random.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/store/store.h"
#include "tests/bench/peers/stopwatch.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace pishkhan::bench {

namespace {

namespace fs = std::filesystem;
using peers::Round;
using peers::time_each;

struct Keys {
  SystemClock clock;
  protocol::SigningKey kiosk = protocol::SigningKey::generate();
  protocol::OpeningKey opening = protocol::OpeningKey::generate(1);
};

Bytes body_of(int number) {
  const std::string text = peers::message(number);
  return Bytes(text.begin(), text.end());
}

/// As large as the log that ours writes over round and round: a disk can be faster where the same little is
/// overwritten, so both must go as far.
const std::size_t log_bytes = static_cast<std::size_t>(store::Options().wal_pages) * 1024;
constexpr std::size_t small_bytes = std::size_t{256} << 10;

/// A file of zeros that is already on the disk, so that a write changes no metadata: nothing durable that keeps
/// as much can be faster than this.
class BareFile {
 public:
  BareFile(const fs::path& path, std::size_t size)
      : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)), size_(size) {
    const Bytes zeros(size);
    ready_ = descriptor_ >= 0 && ::write(descriptor_, zeros.data(), size) == static_cast<ssize_t>(size) &&
             ::fsync(descriptor_) == 0;
  }
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;
  ~BareFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] bool write(ByteView bytes) {
    if (!ready_ || bytes.size() > size_) return false;
    if (end_ + bytes.size() > size_) end_ = 0;
    const bool written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(end_)) ==
                         static_cast<ssize_t>(bytes.size());
    end_ += bytes.size();
    return written && ::fdatasync(descriptor_) == 0;
  }

 private:
  int descriptor_;
  std::size_t size_;
  std::size_t end_ = 0;
  bool ready_ = false;
};

/// As the kiosk's queue thread does (kiosk/workers/queue_worker.cpp).
constexpr double anchored_each_seconds = 0.4;

enum class Protection { None, Signed, SignedAndSealed };

/// The store as the kiosk's queue thread uses it: append, and the head anchored when no one waits.
class Ours {
 public:
  Ours(const fs::path& folder, const Keys& keys, Protection protection) : keys_(keys), protection_(protection) {
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    store::Options options;
    options.folder = folder;
    options.kiosk = 1000;
    options.epoch = 1;
    options.kiosk_key = &keys.kiosk;
    options.clock = &keys.clock;
    if (protection == Protection::None) options.signing = store::Signing::NoneForTheBenchOnly;
    if (auto opened = store::Store::open(options)) store_ = std::move(*opened);
  }
  std::optional<Round> send(int first, int count) {
    if (store_ == nullptr) return std::nullopt;
    auto round = time_each(first, count, [this](int number) { return append(number); });
    if (!round) return std::nullopt;
    // What the kiosk does behind a filing counts for throughput, and not for what the citizen waits for.
    since_anchor_ += round->seconds;
    if (since_anchor_ < anchored_each_seconds) return round;
    since_anchor_ = 0;
    const auto begin = std::chrono::steady_clock::now();
    if (!store_->anchor_head()) return std::nullopt;
    round->seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return round;
  }

 private:
  bool append(int number) {
    const auto id = random_.bytes<16>();
    const auto filed = store_->append(protocol::RecordType::Request, id, [&](const store::Place&) {
      Bytes body = body_of(number);
      if (protection_ != Protection::SignedAndSealed)
        return std::optional(store::Draft{std::move(body), {}, {}});
      auto envelope = protocol::seal(body, keys_.opening.public_part());
      if (!envelope) return std::optional<store::Draft>();
      // What finds a request again, and prints its receipt again, is in the same commit.
      return std::optional(
          store::Draft{std::move(*envelope), random_.bytes<32>(), random_.bytes<32>(), random_.bytes<16>()});
    });
    return filed.has_value();
  }

  const Keys& keys_;
  Protection protection_;
  double since_anchor_ = 0;
  SystemRandom random_;
  std::unique_ptr<store::Store> store_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

struct Contender {
  std::string name;
  std::function<std::optional<Round>(int first, int count)> send;
  std::vector<double> per_second;
  std::vector<double> p50_us;
  std::vector<double> p99_us;

  [[nodiscard]] bool take_turn(int first, int count) {
    const auto round = send(first, count);
    if (!round) return false;
    per_second.push_back(count / round->seconds);
    p50_us.push_back(percentile(round->microseconds, 0.5));
    p99_us.push_back(percentile(round->microseconds, 0.99));
    return true;
  }
  [[nodiscard]] QueueFigures figures() const {
    return {name,
            {},
            median(per_second),
            *std::min_element(per_second.begin(), per_second.end()),
            *std::max_element(per_second.begin(), per_second.end()),
            median(p50_us),
            median(p99_us),
            per_second,
            p50_us};
  }
};

/// Sealing, hashing and signing as the store does, and the sealed bytes on the bare file.
bool write_sealed(BareFile& file, const Keys& keys, int number) {
  const auto envelope = protocol::seal(body_of(number), keys.opening.public_part());
  if (!envelope) return false;
  const auto signature = keys.kiosk.sign(protocol::blake2b(*envelope));
  return signature != protocol::Signature{} && file.write(*envelope);
}

double median_ratio(const std::vector<double>& ones, const std::vector<double>& others) {
  std::vector<double> ratios;
  for (std::size_t round = 0; round < ones.size(); ++round) ratios.push_back(ones[round] / others[round]);
  return median(std::move(ratios));
}

}  // namespace

double throughput_ratio(const QueueFigures& one, const QueueFigures& other) {
  return median_ratio(one.per_second_of_rounds, other.per_second_of_rounds);
}

double p50_ratio(const QueueFigures& one, const QueueFigures& other) {
  return median_ratio(one.p50_us_of_rounds, other.p50_us_of_rounds);
}

const QueueFigures* QueueBench::find(const std::string& name) const {
  const auto found = std::find_if(contenders.begin(), contenders.end(),
                                  [&](const QueueFigures& one) { return one.name == name; });
  return found == contenders.end() ? nullptr : &*found;
}

std::optional<QueueBench> measure_queues(const fs::path& folder, int rounds, int messages) {
  const Keys keys;
  BareFile bare(folder / "bare", log_bytes);
  BareFile bare_small(folder / "bare-small", small_bytes);
  BareFile bare_sealed(folder / "bare-sealed", log_bytes);
  Ours unsealed(folder / "unsealed", keys, Protection::None);
  Ours signed_only(folder / "signed", keys, Protection::Signed);
  Ours sealed(folder / "sealed", keys, Protection::SignedAndSealed);
  std::vector<Contender> contenders;
  const auto add = [&contenders](const std::string& name, auto send) {
    contenders.push_back({name, std::move(send), {}, {}, {}});
  };
  add(bare_limit, [&](int first, int count) {
    return time_each(first, count, [&](int number) { return bare.write(body_of(number)); });
  });
  add(bare_small_file, [&](int first, int count) {
    return time_each(first, count, [&](int number) { return bare_small.write(body_of(number)); });
  });
  add(bare_and_crypto, [&](int first, int count) {
    return time_each(first, count, [&](int number) { return write_sealed(bare_sealed, keys, number); });
  });
  add(ours_unsealed, [&](int first, int count) { return unsealed.send(first, count); });
  add(ours_signed, [&](int first, int count) { return signed_only.send(first, count); });
  add(ours_sealed, [&](int first, int count) { return sealed.send(first, count); });

  std::vector<std::unique_ptr<peers::Peer>> others;
  QueueBench bench{rounds, messages, {}};
  std::vector<QueueFigures> missing;
  for (const std::string_view name : peers::names) {
    auto peer = peers::make_peer(name);
    const auto place = folder / name;
    fs::create_directories(place);
    if (peer == nullptr || !peer->start(place, peers::Queue::New)) {
      missing.push_back({std::string(name), peers::how_to_install(name)});
      continue;
    }
    add(peer->description(), [&peer = *peer](int first, int count) { return peer.send(first, count); });
    others.push_back(std::move(peer));
  }
  // The first round warms up and does not count. Every other round goes backwards, so that nobody always comes
  // after the same one, whose writes the disk may still have to do with.
  for (int round = 0; round <= rounds; ++round) {
    for (Contender& one : contenders) {
      if (!one.take_turn(round * messages, messages)) return std::nullopt;
      if (round > 0) continue;
      one.per_second.clear();
      one.p50_us.clear();
      one.p99_us.clear();
    }
    std::reverse(contenders.begin(), contenders.end());
  }
  if (rounds % 2 == 0) std::reverse(contenders.begin(), contenders.end());
  for (const Contender& one : contenders) bench.contenders.push_back(one.figures());
  bench.contenders.insert(bench.contenders.end(), missing.begin(), missing.end());
  return bench;
}

}  // namespace pishkhan::bench
