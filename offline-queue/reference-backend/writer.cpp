#include "offline-queue/reference-backend/writer.h"

#include "base/core/log.h"

#include <utility>

namespace pishkhan::backend {
namespace {

constexpr std::size_t kMostWaiting = 1024;
constexpr std::size_t kLargestGroup = 128;

}  // namespace

HttpAnswer problem_answer(const protocol::Problem& problem, std::optional<int> retry_after_s) {
  return {problem.status, "application/problem+json", problem.encode(), retry_after_s};
}

std::vector<Answering> commit_group(IngestStore& store, const std::vector<Work>& group) {
  const auto failed = [] { return problem_answer(protocol::Problem::of(protocol::ProblemType::Failed)); };
  std::vector<Answering> answers;
  const bool begun = store.begin();
  for (const Work& work : group) {
    answers.emplace_back(failed);
    if (!begun || !store.savepoint()) continue;
    Answering made = work(store);
    if (store.failed()) {
      store.roll_back_to_savepoint();
    } else if (store.release()) {
      answers.back() = std::move(made);
    }
  }
  if (!begun || !store.commit()) {
    log::error("ingest.commit_failed", {{"requests", group.size()}});
    store.roll_back();
    answers.assign(group.size(), failed);
  }
  return answers;
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
  std::vector<Work> works;
  works.reserve(group.size());
  for (Job& job : group) works.push_back(std::move(job.work));
  std::vector<Answering> answers = commit_group(store_, works);
  for (std::size_t i = 0; i < group.size(); ++i) answer(std::move(group[i].reply), std::move(answers[i]));
}

}  // namespace pishkhan::backend
