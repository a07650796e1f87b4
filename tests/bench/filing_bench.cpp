#include "tests/bench/filing_bench.h"

#include "base/core/clock.h"
#include "base/core/random.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/store/store.h"
#include "tests/bench/bench_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace pishkhan::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

Spread spread_of(std::vector<double> microseconds) {
  std::sort(microseconds.begin(), microseconds.end());
  const auto at = [&microseconds](double share) {
    return microseconds[static_cast<std::size_t>(share * static_cast<double>(microseconds.size() - 1))];
  };
  return {at(0.5), at(0.99)};
}

template <class Work>
double microseconds(Work work) {
  const auto begin = SteadyClock::now();
  work();
  return std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count();
}

/// A preallocated file of zeros that is already on the disk, so that a write changes no metadata.
struct BareFile {
  explicit BareFile(const std::filesystem::path& path, std::size_t size)
      : descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    const std::vector<char> zeros(size);
    ready = descriptor >= 0 && ::write(descriptor, zeros.data(), size) == static_cast<ssize_t>(size) &&
            ::fsync(descriptor) == 0;
  }
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;
  ~BareFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
  int descriptor;
  bool ready = false;
};

/// About what a complaint weighs as JSON.
Bytes sample_body() {
  return Bytes(900, 'x');
}

}  // namespace

std::optional<FilingFigures> measure_filing(int rounds) {
  const BenchFolder folder;
  if (folder.path.empty()) return std::nullopt;
  SystemRandom random;
  const SystemClock clock;
  const auto key = protocol::SigningKey::generate();
  const auto opening = protocol::OpeningKey::generate(1);
  const Bytes body = sample_body();
  const auto sealed = protocol::seal(body, opening.public_part());
  if (!sealed) return std::nullopt;

  store::Options options;
  options.folder = folder.path;
  options.kiosk = 1000;
  options.epoch = 1;
  options.kiosk_key = &key;
  options.clock = &clock;
  auto opened = store::Store::open(options);
  if (!opened) return std::nullopt;
  BareFile bare(folder.path / "bare", sealed->size() * static_cast<std::size_t>(rounds));
  if (!bare.ready) return std::nullopt;

  std::vector<double> bare_us;
  std::vector<double> crypto_us;
  std::vector<double> filing_us;
  bool whole = true;
  for (int round = 0; round < rounds; ++round) {
    bare_us.push_back(microseconds([&] {
      const auto offset = static_cast<off_t>(static_cast<std::size_t>(round) * sealed->size());
      whole = whole && ::pwrite(bare.descriptor, sealed->data(), sealed->size(), offset) ==
                           static_cast<ssize_t>(sealed->size());
      whole = whole && ::fdatasync(bare.descriptor) == 0;
    }));
    crypto_us.push_back(microseconds([&] {
      const auto envelope = protocol::seal(body, opening.public_part());
      const auto hash = protocol::blake2b(*envelope);
      whole = whole && key.sign(hash) != protocol::Signature{};
    }));
    const auto id = random.bytes<16>();
    filing_us.push_back(microseconds([&] {
      const auto filed = (*opened)->append(protocol::RecordType::Request, id, [&](const store::Place&) {
        auto envelope = protocol::seal(body, opening.public_part());
        return envelope ? std::optional(store::Draft{std::move(*envelope), {}, {}}) : std::nullopt;
      });
      whole = whole && filed.has_value();
    }));
  }
  if (!whole) return std::nullopt;
  return FilingFigures{rounds, sealed->size(), spread_of(bare_us), spread_of(crypto_us), spread_of(filing_us)};
}

}  // namespace pishkhan::bench
