#include "base/core/log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <vector>

namespace pishkhan::log {

Field::Field(Literal name, Literal word) : name_(name.view()), value_(word.view()) {}
Field::Field(Literal name, PublicText text) : name_(name.view()), value_(text.text) {}

namespace {

std::shared_ptr<spdlog::logger> make_logger(const std::filesystem::path& file) {
  std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  if (!file.empty()) {
    try {
      sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), 1 << 20, 4));
    } catch (const spdlog::spdlog_ex&) {
      // A log that cannot be opened must not stop the counter; standard error (the journal) remains.
    }
  }
  auto logger = std::make_shared<spdlog::logger>("pishkhan", sinks.begin(), sinks.end());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::warn);
  return logger;
}

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = make_logger({});
  return instance;
}

std::function<void(std::string_view)>& diversion() {
  static std::function<void(std::string_view)> sink;
  return sink;
}

void write(spdlog::level::level_enum level, Literal event, Fields fields) {
  std::string line(event.view());
  for (const Field& field : fields) {
    line += ' ';
    line += field.name();
    line += '=';
    for (const char c : field.value()) line += (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) ? '?' : c;
  }
  if (diversion()) return diversion()(line);
  logger()->log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void open(const std::filesystem::path& file) { logger() = make_logger(file); }
void mute() { logger()->set_level(spdlog::level::off); }
void divert(std::function<void(std::string_view)> sink) { diversion() = std::move(sink); }
void info(Literal event, Fields fields) { write(spdlog::level::info, event, fields); }
void warning(Literal event, Fields fields) { write(spdlog::level::warn, event, fields); }
void error(Literal event, Fields fields) { write(spdlog::level::err, event, fields); }

}  // namespace pishkhan::log
