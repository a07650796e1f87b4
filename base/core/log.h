#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pishkhan::log {

/// A word that the programmer wrote: only a string literal converts to it, so that a citizen's words
/// cannot reach the log by accident.
class Literal {
 public:
  template <std::size_t N>
  consteval Literal(const char (&text)[N]) : text_(text, N - 1) {}  // NOLINT: wanted implicit
  [[nodiscard]] constexpr std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

/// Text from outside that the caller vouches holds nothing personal (a path of ours, an error text of a
/// library, a key of a configuration file). tests/tidy lists every use.
struct PublicText {
  std::string_view text;
};

/// `{"bytes", 42}`, `{"state", "offline"}`, `{"path", PublicText{path}}`.
class Field {
 public:
  Field(Literal name, Literal word);
  Field(Literal name, PublicText text);
  template <class Number>
    requires std::is_integral_v<Number>
  Field(Literal name, Number number) : name_(name.view()), value_(std::to_string(number)) {}
  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] std::string_view value() const { return value_; }

 private:
  std::string_view name_;
  std::string value_;
};

using Fields = std::initializer_list<Field>;

/// Where the log goes: standard error, and a rotating file (4 files of 1 MiB) if a path is given. Call once
/// at start; without it the log goes to standard error. Thread: all functions here are safe from any thread.
void open(const std::filesystem::path& file);

/// Nothing more is written: for rigs that provoke faults by the thousand.
void mute();

/// Every line goes to `sink`, without its time, instead of anywhere else: for tests that look at what is
/// logged. An empty sink ends it. Call it while no other thread logs.
void divert(std::function<void(std::string_view line)> sink);

/// One line each: time, level, event, fields. `event` is a stable name such as "queue.filed".
void info(Literal event, Fields fields = {});
void warning(Literal event, Fields fields = {});
void error(Literal event, Fields fields = {});

}  // namespace pishkhan::log
