#include "base/core/clock.h"
#include "base/core/data_files.h"
#include "base/core/random.h"
#include "drivers/card-reader/profiles.h"
#include "drivers/card-reader/transcript.h"
#include "drivers/card-reader/usb_match.h"
#include "kiosk/tools/card_report.h"
#include "kiosk/tools/verbs.h"
#include "kiosk/tools/with_device.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pishkhan::tools {

namespace {

namespace fs = std::filesystem;

/// The folder's quirks; what is wrong with a file is said.
card::Quirks load_quirks(const fs::path& folder) {
  card::Quirks quirks = card::Quirks::load(folder);
  for (const auto& refused : quirks.refused())
    std::fprintf(stderr, "%s: %s\n", refused.file.c_str(), describe(refused.fault).c_str());
  return quirks;
}

/// Opens the reader that was plugged in last and does something with it; says why if there is none.
int with_reader(const fs::path& readers,
                const std::function<int(usb::Transport&, card::CardReader&, const card::Quirk&)>& act) {
  const card::Quirks quirks = load_quirks(readers);
  return with_device(card::wanted_readers(quirks), "card reader",
                     [&](usb::Transport& transport, const usb::DeviceInfo& device) -> std::optional<int> {
                       const SystemClock clock;
                       card::CardReader::Options options;
                       options.quirk = quirks.match(transport.identity());
                       auto reader = card::CardReader::open(transport, clock, options);
                       if (reader) return act(transport, *reader, options.quirk);
                       std::fprintf(stderr, "%s: no reader that this program can drive\n", device.port.c_str());
                       return std::nullopt;
                     });
}

int tell_reader(const CLI::App& verb, const fs::path& readers) {
  return with_reader(readers, [&](usb::Transport& transport, card::CardReader& reader,
                                  const card::Quirk& quirk) {
    Report report;
    char id[16];
    std::snprintf(id, sizeof id, "%04x:%04x", transport.identity().vendor_id, transport.identity().product_id);
    report["id"] = id;
    report["quirk"] = quirk.id;
    report["descriptor"] = report_of(reader.descriptor());
    report["status"] = report_of(reader.poll(std::chrono::milliseconds(0)));
    print_report(verb, report);
    return 0;
  });
}

/// Every profile of the folder, signed or not: whoever writes one tries it before it is signed. The kiosk takes
/// none that is not.
std::vector<card::Profile> profiles_of(const fs::path& folder) {
  std::vector<card::Profile> profiles;
  for (const fs::path& file : data_files(folder, card::Profiles::most_files)) {
    const auto text = read_data_file(file, card::Profiles::most_bytes);
    auto profile = text ? card::parse_profile(file.stem().string(), *text)
                        : Result<card::Profile, DataFault>(fail(text.error()));
    if (profile)
      profiles.push_back(std::move(*profile));
    else
      std::fprintf(stderr, "%s: %s\n", file.filename().c_str(), describe(profile.error()).c_str());
  }
  const card::Profiles sorted(std::move(profiles));
  return {sorted.all().begin(), sorted.all().end()};
}

struct CardReport {
  Report report;
  card::Transcript transcript;
  bool known = false;
};

/// Powers the card and reads it by the profiles. What it says about its holder is counted and thrown away.
CardReport look_at_card(card::CardReader& reader, const std::vector<card::Profile>& profiles) {
  CardReport result;
  const auto atr = reader.power_on();
  if (!atr) {
    result.report["fault"] = std::string(card::name_of(card::fault_of(atr.error())));
    return result;
  }
  result.report["atr"] = report_of(*atr);
  SystemClock clock;
  SystemRandom random;
  card::Account account;
  card::ReadingSetup setup;
  setup.profiles = profiles;
  setup.clock = &clock;
  setup.random = &random;
  setup.trusted_time = clock.wall();
  setup.account = &account;
  card::ReaderChannel channel(reader);
  card::RecordingChannel recording(channel);
  const SteadyTime begun = clock.steady();
  const auto reading = card::read_powered(recording, atr->bytes, setup);
  const auto took = clock.steady() - begun;
  static_cast<void>(reader.power_off().has_value());
  result.transcript = recording.take(account);
  result.transcript.answer_to_reset = atr->bytes;
  result.transcript.outcome = reading ? "read" : std::string(card::name_of(reading.error()));
  result.known = reading.has_value();
  if (account.profile != nullptr) result.report["profile"] = account.profile->id;
  if (reading) {
    result.report["kind"] = std::string(card::name_of(reading->kind));
    result.report["proven"] = reading->proven;
    result.report["fields_handed_on"] = reading->fields.size();
  } else {
    result.report["fault"] = std::string(card::name_of(reading.error()));
  }
  result.report["milliseconds"] = took.count();
  return result;
}

int tell_card(const CLI::App& verb, const fs::path& readers, const fs::path& folder) {
  const auto profiles = profiles_of(folder);
  return with_reader(readers, [&](usb::Transport&, card::CardReader& reader, const card::Quirk&) {
    const CardReport card = look_at_card(reader, profiles);
    print_report(verb, card.report);
    return card.known ? 0 : 1;
  });
}

int record_card(const CLI::App& verb, const fs::path& readers, const fs::path& folder, const fs::path& file) {
  const auto profiles = profiles_of(folder);
  return with_reader(readers, [&](usb::Transport&, card::CardReader& reader, const card::Quirk&) {
    CardReport card = look_at_card(reader, profiles);
    if (card.transcript.outcome.empty()) {  // no card, or a mute one: there is nothing to write down
      print_report(verb, card.report);
      return 1;
    }
    std::ofstream(file, std::ios::binary | std::ios::trunc) << card::to_text(card.transcript);
    std::error_code error;
    if (!fs::exists(file, error) || fs::file_size(file, error) == 0) {
      std::fprintf(stderr, "%s cannot be written\n", file.c_str());
      return 1;
    }
    card.report["exchanges"] = card.transcript.exchanges.size();
    card.report["file"] = file.string();
    print_report(verb, card.report);
    return 0;
  });
}

CLI::Option* add_readers_option(CLI::App& verb) {
  return verb.add_option("--readers")->description("folder of reader quirks")->default_str(readers_folder);
}

CLI::Option* add_profiles_option(CLI::App& verb) {
  return verb.add_option("--profiles")
      ->description("folder of card profiles, signed or not")
      ->default_str("/usr/share/pishkhan/cards");
}

}  // namespace

void add_reader(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand("reader", "What the card reader says about itself");
  add_json_flag(*verb);
  const CLI::Option* readers = add_readers_option(*verb);
  verb->callback([verb, readers, &exit_code] { exit_code = tell_reader(*verb, readers->as<std::string>()); });
}

void add_card(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand("card", "What card is in the reader; nothing about whose it is");
  add_json_flag(*verb);
  const CLI::Option* readers = add_readers_option(*verb);
  const CLI::Option* folder = add_profiles_option(*verb);
  verb->callback([verb, readers, folder, &exit_code] {
    exit_code = tell_card(*verb, readers->as<std::string>(), folder->as<std::string>());
  });
}

void add_record(CLI::App& app, int& exit_code) {
  CLI::App* verb =
      app.add_subcommand("record",
                         "Writes down what is said between kiosk and card, with everything masked that "
                         "is not known to be harmless");
  add_json_flag(*verb);
  const CLI::Option* readers = add_readers_option(*verb);
  const CLI::Option* folder = add_profiles_option(*verb);
  const CLI::Option* file = verb->add_option("file")->description("where to")->required();
  verb->callback([verb, readers, folder, file, &exit_code] {
    exit_code =
        record_card(*verb, readers->as<std::string>(), folder->as<std::string>(), file->as<std::string>());
  });
}

}  // namespace pishkhan::tools
