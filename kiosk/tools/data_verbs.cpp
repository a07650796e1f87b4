#include "base/core/data_files.h"
#include "drivers/card-reader/atr.h"
#include "drivers/card-reader/ccid_descriptor.h"
#include "drivers/card-reader/profiles.h"
#include "drivers/card-reader/quirk_files.h"
#include "drivers/card-reader/reading.h"
#include "kiosk/tools/card_report.h"
#include "kiosk/tools/verbs.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::tools {

namespace {

/// "3B 68 00…" in one or many words, with or without colons.
std::optional<Bytes> bytes_of(const std::vector<std::string>& words) {
  std::string digits;
  for (const std::string& word : words) digits += word;
  std::erase_if(digits, [](char c) { return c == ' ' || c == ':'; });
  auto bytes = from_hex(digits);
  if (!bytes || bytes->empty()) std::fprintf(stderr, "these are no bytes in hexadecimal digits\n");
  return bytes && !bytes->empty() ? bytes : std::nullopt;
}

int take_atr_apart(const CLI::App& verb, const std::vector<std::string>& words) {
  const auto bytes = bytes_of(words);
  if (!bytes) return 2;
  const auto atr = card::parse_atr(*bytes);
  if (!atr) {
    const char* fault = atr.error() == card::AtrFault::BadFirstByte ? "bad-first-byte"
                        : atr.error() == card::AtrFault::Truncated  ? "truncated"
                                                                    : "too-long";
    print_report(verb, Report{{"bytes", to_hex(*bytes)}, {"fault", fault}});
    return 1;
  }
  print_report(verb, report_of(*atr));
  return atr->check == card::CheckByte::Wrong ? 1 : 0;
}

int take_descriptor_apart(const CLI::App& verb, const std::vector<std::string>& words) {
  using card::ccid::DescriptorFault;
  const auto bytes = bytes_of(words);
  if (!bytes) return 2;
  const auto descriptor = bytes->size() == card::ccid::class_descriptor_bytes
                              ? card::ccid::parse_class_descriptor(*bytes)
                              : card::ccid::parse_descriptors(*bytes);
  if (!descriptor) {
    const char* fault = descriptor.error() == DescriptorFault::Truncated ? "truncated"
                        : descriptor.error() == DescriptorFault::NotCcid ? "not-ccid"
                                                                         : "bad-level";
    print_report(verb, Report{{"fault", fault}});
    return 1;
  }
  print_report(verb, report_of(*descriptor));
  return 0;
}

Report report_of_profile(const card::Profile& profile) {
  Report report;
  report["name"] = profile.name;
  report["kind"] = std::string(card::name_of(profile.kind));
  report["applications"] = Report::array();
  for (const Bytes& application : profile.applications) report["applications"].push_back(to_hex(application));
  report["steps"] = profile.steps.size();
  report["fields"] = profile.fields.size();
  report["proof"] = !profile.proof                       ? "none"
                    : profile.proof->authorities.empty() ? "asked for, but nobody is trusted yet"
                                                         : "asked for";
  if (profile.proof) report["authorities"] = profile.proof->authorities.size();
  return report;
}

/// "signed", or why not; nothing without a key.
std::optional<std::string> signature_state(const std::filesystem::path& file, const std::string& text,
                                           const std::filesystem::path& key_file) {
  constexpr std::size_t most_bytes = 4096;
  if (key_file.empty()) return std::nullopt;
  const auto pem = read_data_file(key_file, most_bytes);
  const auto key = pem ? card::ProfileKey::from_pem(*pem)
                       : Result<card::ProfileKey, card::TrustFault>(fail(card::TrustFault::Malformed));
  if (!key) return "the key cannot be used";
  auto signature = read_data_file(file.string() + ".sig", most_bytes);
  if (!signature) return "unsigned";
  while (!signature->empty() && (signature->back() == '\n' || signature->back() == '\r')) signature->pop_back();
  const auto bytes = from_hex(*signature);
  return bytes && key->verify(as_bytes(text), *bytes) ? "signed" : "not signed by this key";
}

int check_profile(const CLI::App& verb, const std::filesystem::path& file, const std::filesystem::path& key) {
  const auto text = read_data_file(file, card::Profiles::most_bytes);
  const auto profile = text ? card::parse_profile(file.stem().string(), *text)
                            : Result<card::Profile, DataFault>(fail(text.error()));
  Report report{{"file", file.filename().string()}};
  if (!profile) {
    report["fault"] = describe(profile.error());
    print_report(verb, report);
    return 1;
  }
  report.update(report_of_profile(*profile));
  const auto state = signature_state(file, *text, key);
  if (state) report["signature"] = *state;
  print_report(verb, report);
  return state && *state != "signed" ? 1 : 0;
}

int check_quirk(const CLI::App& verb, const std::filesystem::path& file) {
  const auto text = read_data_file(file, card::Quirks::most_bytes);
  const auto quirk = text ? card::parse_quirk(file.stem().string(), *text)
                          : Result<card::Quirk, DataFault>(fail(text.error()));
  Report report{{"file", file.filename().string()}};
  if (quirk)
    report["readers"] = quirk->matches.size();
  else
    report["fault"] = describe(quirk.error());
  print_report(verb, report);
  return quirk ? 0 : 1;
}

}  // namespace

void add_quirk(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand("quirk", "Whether a file of reader quirks is as it should be");
  add_json_flag(*verb);
  const CLI::Option* file = verb->add_option("file")->description("NAME.json")->required();
  verb->callback([verb, file, &exit_code] { exit_code = check_quirk(*verb, file->as<std::string>()); });
}

void add_atr(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand("atr", "An answer to reset, taken apart");
  add_json_flag(*verb);
  // CLI11 2.1.2 takes several words behind a flag into a variable only, which has to outlive this function.
  static std::vector<std::string> words;
  verb->add_option("hexadecimal", words)->description("3B 68 00 …")->required()->expected(1, 64);
  verb->callback([verb, &exit_code] { exit_code = take_atr_apart(*verb, words); });
}

void add_ccid_descriptor(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand(
      "ccid-descriptor", "A reader's class descriptor (54 bytes), or all of its configuration, taken apart");
  add_json_flag(*verb);
  static std::vector<std::string> words;  // as above
  verb->add_option("hexadecimal", words)->description("36 21 10 01 …")->required()->expected(1, 512);
  verb->callback([verb, &exit_code] { exit_code = take_descriptor_apart(*verb, words); });
}

void add_profile(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand("profile", "Whether a card profile is as it should be");
  add_json_flag(*verb);
  const CLI::Option* file = verb->add_option("file")->description("NAME.json")->required();
  const CLI::Option* key =
      verb->add_option("--key")->description("the municipality's public key (PEM), to check NAME.json.sig");
  verb->callback([verb, file, key, &exit_code] {
    exit_code = check_profile(*verb, file->as<std::string>(), key->empty() ? "" : key->as<std::string>());
  });
}

}  // namespace pishkhan::tools
