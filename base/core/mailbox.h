#pragma once

#include "base/core/ensure.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace pishkhan {

/// The only thing two threads share: a bounded queue of values. Any thread may post; one thread owns the
/// reading side. Capacity is a promise of the design (a filing and a print each have a reserved place);
/// overflowing it is a mistake of ours. What is only a latest value goes through `replace_or_post`.
template <class Message>
class Mailbox {
 public:
  explicit Mailbox(std::size_t capacity, std::function<void()> on_post = {})
      : capacity_(capacity), on_post_(std::move(on_post)) {}

  void post(Message message) {
    {
      const std::scoped_lock lock(mutex_);
      ENSURE(messages_.size() < capacity_, "a mailbox overflowed");
      messages_.push_back(std::move(message));
    }
    announce();
  }

  /// Latest value wins: replaces the waiting message for which `same_kind(waiting)` holds, else posts.
  template <class Predicate>
  void replace_or_post(Message message, Predicate same_kind) {
    {
      const std::scoped_lock lock(mutex_);
      for (Message& waiting : messages_) {
        if (same_kind(waiting)) {
          waiting = std::move(message);
          return;
        }
      }
      ENSURE(messages_.size() < capacity_, "a mailbox overflowed");
      messages_.push_back(std::move(message));
    }
    announce();
  }

  /// Takes back what waits and has lost its reason.
  template <class Predicate>
  void erase_if(Predicate pointless) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(messages_, pointless);
  }

  /// Whether one of this kind waits. Any thread.
  template <class Predicate>
  [[nodiscard]] bool holds(Predicate kind) const {
    const std::scoped_lock lock(mutex_);
    return std::any_of(messages_.begin(), messages_.end(), kind);
  }

  [[nodiscard]] std::optional<Message> try_take() {
    const std::scoped_lock lock(mutex_);
    return take_locked();
  }

  /// Waits until a message, a stop request, or the time-out.
  [[nodiscard]] std::optional<Message> take(const std::stop_token& stop, std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    posted_.wait_for(lock, stop, timeout, [this] { return !messages_.empty(); });
    return take_locked();
  }

 private:
  std::optional<Message> take_locked() {
    if (messages_.empty()) return std::nullopt;
    std::optional<Message> message(std::move(messages_.front()));
    messages_.pop_front();
    return message;
  }
  void announce() {
    posted_.notify_one();
    if (on_post_) on_post_();
  }

  mutable std::mutex mutex_;
  std::condition_variable_any posted_;
  std::deque<Message> messages_;
  std::size_t capacity_;
  std::function<void()> on_post_;
};

}  // namespace pishkhan
