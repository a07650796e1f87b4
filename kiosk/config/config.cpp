#include "kiosk/config/config.h"

#include "offline-queue/protocol/remote_settings.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace pishkhan::config {

namespace {

using Problem = std::optional<std::pair<ConfigFault::Kind, std::string>>;

/// One key: how it is called, whether it must be there, and how a value is taken over or refused.
struct Entry {
  std::string_view key;
  enum class Need { Must, May } need;
  std::function<Problem(const toml::node&)> take;
  std::string_view if_missing = "must be given";
};

Problem wrong_type(std::string allowed) {
  return std::pair(ConfigFault::Kind::WrongType, std::move(allowed));
}
Problem wrong_value(std::string allowed) {
  return std::pair(ConfigFault::Kind::WrongValue, std::move(allowed));
}

std::function<Problem(const toml::node&)> a_path(std::filesystem::path& target,
                                                 const std::filesystem::path& base) {
  return [&target, base](const toml::node& node) -> Problem {
    const auto* text = node.as_string();
    if (text == nullptr) return wrong_type("a path in quotes");
    if (text->get().empty()) return wrong_value("a path that is not empty");
    target = (base / text->get()).lexically_normal();
    return std::nullopt;
  };
}

std::function<Problem(const toml::node&)> a_number(int& target, int minimum, int maximum) {
  return [&target, minimum, maximum](const toml::node& node) -> Problem {
    const std::string allowed =
        "a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum);
    const auto* number = node.as_integer();
    if (number == nullptr) return wrong_type(allowed);
    if (number->get() < minimum || number->get() > maximum) return wrong_value(allowed);
    target = static_cast<int>(number->get());
    return std::nullopt;
  };
}

/// What the city may also set from afar has one range for both.
std::function<Problem(const toml::node&)> a_remote_number(int& target, std::string_view key) {
  const protocol::RemoteSetting& setting = protocol::remote_setting(key);
  return a_number(target, setting.smallest, setting.largest);
}

std::function<Problem(const toml::node&)> a_switch(bool& target) {
  return [&target](const toml::node& node) -> Problem {
    const auto* value = node.as_boolean();
    if (value == nullptr) return wrong_type("true or false");
    target = value->get();
    return std::nullopt;
  };
}

std::function<Problem(const toml::node&)> a_key_place(protocol::KeyPlace& target) {
  return [&target](const toml::node& node) -> Problem {
    const auto* text = node.as_string();
    if (text == nullptr) return wrong_type("\"tpm\" or \"file\"");
    if (text->get() != "tpm" && text->get() != "file") return wrong_value("\"tpm\" or \"file\"");
    target = text->get() == "tpm" ? protocol::KeyPlace::Tpm : protocol::KeyPlace::File;
    return std::nullopt;
  };
}

/// "http://proxy.example:3128", nothing after it and no user in it: a password has no place in this file.
bool is_proxy(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (text.substr(0, scheme.size()) != scheme) return false;
  text.remove_prefix(scheme.size());
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const auto in_host = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  };
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return host.size() <= 253 && std::all_of(host.begin(), host.end(), in_host) && error == std::errc() &&
         end == port.data() + port.size() && port.front() != '0' && number >= 1 && number <= 65'535;
}

std::function<Problem(const toml::node&)> a_proxy(std::string& target) {
  return [&target](const toml::node& node) -> Problem {
    const std::string allowed = "\"http://host:port\"";
    const auto* text = node.as_string();
    if (text == nullptr) return wrong_type(allowed);
    if (!is_proxy(text->get())) return wrong_value(allowed);
    target = text->get();
    return std::nullopt;
  };
}

std::vector<Entry> entries(Config& config, const std::filesystem::path& base, protocol::DemoPolicy policy) {
  using Need = Entry::Need;
  const Need key_need = policy == protocol::DemoPolicy::Accept ? Need::May : Need::Must;
  return {
      {"paths.city", Need::Must, a_path(config.city_pack, base)},
      {"paths.translations", Need::Must, a_path(config.translations, base)},
      {"paths.fonts", Need::Must, a_path(config.fonts, base)},
      {"paths.icons", Need::Must, a_path(config.icons, base)},
      {"paths.printers", Need::May, a_path(config.printers, base)},
      {"paths.readers", Need::May, a_path(config.readers, base)},
      {"paths.cards", Need::May, a_path(config.cards, base)},
      {"paths.data", Need::Must, a_path(config.data, base)},
      {"paths.keys", Need::Must, a_path(config.keys, base)},
      {"paths.log", Need::May, a_path(config.log, base)},
      {"screen.width", Need::May, a_number(config.screen_width, 480, 7680)},
      {"screen.height", Need::May, a_number(config.screen_height, 480, 7680)},
      {"screen.fullscreen", Need::May, a_switch(config.fullscreen)},
      {"devices.paper_width_dots", Need::May,
       [&config](const toml::node& node) -> Problem {
         const auto* number = node.as_integer();
         if (number == nullptr) return wrong_type("576 or 384");
         if (number->get() != 576 && number->get() != 384) return wrong_value("576 or 384");
         config.paper_width_dots = static_cast<int>(number->get());
         return std::nullopt;
       }},
      {"queue.keep_free_mebibytes", Need::May,
       a_remote_number(config.keep_free_mebibytes, "queue.keep_free_mebibytes")},
      {"queue.budget_mebibytes", Need::May, a_number(config.budget_mebibytes, 2048, 1 << 20)},
      {"queue.key", key_need, a_key_place(config.key_place),
       "must be given: \"tpm\", or \"file\" where there is none (whoever reads the disk can then copy the key)"},
      {"sync.proxy", Need::May, a_proxy(config.sync_proxy)},
      {"sync.updates_seconds", Need::May, a_remote_number(config.updates_seconds, "sync.updates_seconds")},
      {"sync.health_seconds", Need::May, a_remote_number(config.health_seconds, "sync.health_seconds")},
  };
}

ConfigFault fault_at(const std::filesystem::path& file, const toml::source_region& where,
                     ConfigFault::Kind kind, std::string key, std::string allowed) {
  return {kind, file, static_cast<int>(where.begin.line), std::move(key), std::move(allowed)};
}

}  // namespace

std::string describe(const ConfigFault& fault) {
  static constexpr std::array<std::string_view, 6> names{"cannot-read", "syntax",     "unknown-key",
                                                         "missing-key", "wrong-type", "wrong-value"};
  std::string text = fault.file.string();
  if (fault.line > 0) text += ":" + std::to_string(fault.line);
  if (!fault.key.empty()) text += ": " + fault.key;
  text += ": ";
  text += names.at(static_cast<std::size_t>(fault.kind));
  if (!fault.allowed.empty()) text += ": " + fault.allowed;
  return text;
}

Config packaged() {
  Config config;
  config.city_pack = "/usr/share/pishkhan/city";
  config.translations = "/usr/share/pishkhan/translations";
  config.fonts = "/usr/share/pishkhan/fonts";
  config.icons = "/usr/share/pishkhan/icons/icons.ttf";
  config.printers = "/usr/share/pishkhan/printers";
  config.readers = "/usr/share/pishkhan/readers";
  return config;
}

Result<Config, ConfigFault> load(const std::filesystem::path& file, protocol::DemoPolicy policy) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    return fail(ConfigFault{ConfigFault::Kind::CannotRead, file, 0, "", "a readable file"});
  toml::table parsed;
  try {
    parsed = toml::parse_file(file.string());
  } catch (const toml::parse_error& problem) {
    return fail(
        fault_at(file, problem.source(), ConfigFault::Kind::Syntax, "", std::string(problem.description())));
  }
  const std::filesystem::path base = std::filesystem::absolute(file).parent_path();
  Config config = packaged();
  config.cards = base / "cards";
  const auto known = entries(config, base, policy);
  std::string all_keys;
  for (const Entry& entry : known) all_keys += (all_keys.empty() ? "" : ", ") + std::string(entry.key);

  for (auto&& [section_name, section] : parsed) {
    const auto* table = section.as_table();
    const bool known_section =
        std::any_of(known.begin(), known.end(), [&name = section_name](const Entry& one) {
          return one.key.substr(0, one.key.find('.')) == name.str();
        });
    if (table == nullptr && known_section)
      return fail(fault_at(file, section.source(), ConfigFault::Kind::WrongType,
                           std::string(section_name.str()),
                           "a table, [" + std::string(section_name.str()) + "]"));
    if (table == nullptr)
      return fail(fault_at(file, section.source(), ConfigFault::Kind::UnknownKey,
                           std::string(section_name.str()), all_keys));
    for (auto&& [name, node] : *table) {
      const std::string key = std::string(section_name.str()) + "." + std::string(name.str());
      const auto entry =
          std::find_if(known.begin(), known.end(), [&key](const Entry& one) { return one.key == key; });
      if (entry == known.end())
        return fail(fault_at(file, node.source(), ConfigFault::Kind::UnknownKey, key, all_keys));
      if (auto problem = entry->take(node))
        return fail(fault_at(file, node.source(), problem->first, key, problem->second));
    }
  }
  for (const Entry& entry : known)
    if (entry.need == Entry::Need::Must && !parsed.at_path(entry.key))
      return fail(ConfigFault{ConfigFault::Kind::MissingKey, file, 0, std::string(entry.key),
                              std::string(entry.if_missing)});
  return config;
}

}  // namespace pishkhan::config
