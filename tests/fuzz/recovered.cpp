// The disk of a dead kiosk on a technician's desk: read and verified row by row.
#include "offline-queue/store/chain_check.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/patched_queue.h"
#include "tests/fuzz/target.h"

#include <fstream>

using namespace pishkhan;
namespace fs = std::filesystem;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 600) return 0;
  static const fuzz::OwnFolder folder;
  const auto& base = fuzz::PatchedQueue::one();
  for (const auto& [name, bytes] : base.changed({data, size}))
    std::ofstream(folder.path() / fs::path(name).filename(), std::ios::binary) << as_text(bytes);
  const protocol::VerifyingKey key = base.keys().kiosk.verifying_key();
  const auto queue = store::RecoveredQueue::open(folder.path(), {0, 0, &key});
  if (!queue) return 0;
  const store::ChainReport report = check_chain(**queue, &key);
  ENSURE(report.erased <= report.sound, "what was erased is counted among the sound ones");
  return 0;
}
