#include "offline-queue/reference-backend/writer.h"

#include "base/core/log.h"

#include <utility>
#include <vector>

namespace pishkhan::backend {
namespace {

constexpr std::size_t kMostWaiting = 1024;
constexpr std::size_t kLargestGroup = 128;

}  // namespace

HttpAnswer problem_answer(const protocol::Problem& problem, std::optional<int> retry_after_s) {
  return {problem.status, "application/problem+json", problem.encode(), retry_after_s};
}

Writer::Writer(IngestStore store)
    : store_(std::move(store)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Writer::~Writer() {
  thread_.request_stop();
  thread_.join();
}

std::unique_ptr<Reply> Writer::post(Work work, std::unique_ptr<Reply> reply) {
  {
    const std::scoped_lock lock(mutex_);
    if (jobs_.size() >= kMostWaiting) return reply;
    jobs_.push_back({std::move(work), std::move(reply)});
  }
  posted_.notify_one();
  return nullptr;
}

void Writer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::deque<Job> group;
    {
      std::unique_lock lock(mutex_);
      posted_.wait(lock, stop, [this] { return !jobs_.empty(); });
      while (!jobs_.empty() && group.size() < kLargestGroup) {
        group.push_back(std::move(jobs_.front()));
        jobs_.pop_front();
      }
    }
    if (!group.empty()) execute(std::move(group));
  }
}

void Writer::execute(std::deque<Job> group) {
  const auto failed = [] { return problem_answer(protocol::Problem::of(protocol::ProblemType::Failed)); };
  std::vector<std::function<HttpAnswer()>> answers;
  const bool begun = store_.begin();
  for (Job& job : group) {
    answers.emplace_back(failed);
    if (!begun || !store_.savepoint()) continue;
    std::function<HttpAnswer()> made = job.work(store_);
    if (store_.failed()) {
      store_.roll_back_to_savepoint();
    } else if (store_.release()) {
      answers.back() = std::move(made);
    }
  }
  if (!begun || !store_.commit()) {
    log::error("ingest.commit_failed", {{"requests", group.size()}});
    store_.roll_back();
    answers.assign(group.size(), failed);
  }
  for (std::size_t i = 0; i < group.size(); ++i) answer(std::move(group[i].reply), std::move(answers[i]));
}

}  // namespace pishkhan::backend
