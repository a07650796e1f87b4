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
#include <vector>

namespace pishkhan::backend {

/// Makes the answer: on an I/O thread, after the commit. It touches no store.
using Answering = std::function<HttpAnswer()>;
/// What a request asks of the database: runs on the writer's thread, inside the transaction.
using Work = std::function<Answering(IngestStore&)>;

/// All of it in one transaction, each work in a savepoint of its own: what fails is undone alone, a failed
/// commit fails all. One answer for each, in order, none of them ahead of the disk. Thread: the store's.
[[nodiscard]] std::vector<Answering> commit_group(IngestStore& store, const std::vector<Work>& group);

/// The one thread that owns ingest's database. Whatever waits goes into one transaction; the answers leave
/// after its commit, so an acknowledgement is never ahead of the disk. Thread: post() from any.
class Writer {
 public:
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
