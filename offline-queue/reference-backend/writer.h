#pragma once

#include "offline-queue/reference-backend/http_server.h"
#include "offline-queue/reference-backend/ingest_store.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace pishkhan::backend {

/// The one thread that owns ingest's database. Whatever waits goes into one transaction; the answers leave
/// after its commit, so an acknowledgement is never ahead of the disk. Thread: post() from any.
class Writer {
 public:
  /// Runs on the writer's thread, inside the transaction; what it returns runs on an I/O thread after the
  /// commit. Nothing else of the job may touch the store.
  using Work = std::function<std::function<HttpAnswer()>(IngestStore&)>;

  explicit Writer(IngestStore store);
  ~Writer();

  /// Gives the reply back if too many wait already.
  [[nodiscard]] std::unique_ptr<Reply> post(Work work, std::unique_ptr<Reply> reply);

 private:
  struct Job {
    Work work;
    std::unique_ptr<Reply> reply;
  };
  void run(const std::stop_token& stop);
  void execute(std::deque<Job> group);

  IngestStore store_;
  std::mutex mutex_;
  std::condition_variable_any posted_;
  std::deque<Job> jobs_;
  std::jthread thread_;
};

/// An answer that is a problem document.
[[nodiscard]] HttpAnswer problem_answer(const protocol::Problem& problem,
                                        std::optional<int> retry_after_s = {});

}  // namespace pishkhan::backend
