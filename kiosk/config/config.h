#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/signing_key.h"

#include <filesystem>
#include <string>

namespace pishkhan::config {

/// What the machine is told when it starts: where its data lies and what it is made of. All paths are
/// absolute or relative to the configuration file's folder.
struct Config {
  std::filesystem::path city_pack;     ///< folder of the city's catalogue (assets/cities/…)
  std::filesystem::path translations;  ///< folder of the compiled translations, fa.mo
  std::filesystem::path fonts;         ///< folder of Vazirmatn-*.ttf
  std::filesystem::path icons;         ///< icons.ttf
  std::filesystem::path printers;      ///< folder of printer models; empty: only the built-in one
  std::filesystem::path readers;       ///< folder of reader quirks; empty: every reader is as it says
  /// Folder of the card profiles that the city has signed; empty, or not there: no card is known.
  std::filesystem::path cards;
  std::filesystem::path data;  ///< the durable queue; must survive power cuts
  std::filesystem::path keys;  ///< enrolment.json, the kiosk's keys and certificates
  std::filesystem::path log;   ///< log file; empty: standard error only
  int screen_width = 1080;     ///< pixels, 480 to 7680
  int screen_height = 1920;    ///< pixels, 480 to 7680
  bool fullscreen = true;
  int paper_width_dots = 576;    ///< 576 (80 mm paper) or 384 (58 mm)
  int keep_free_mebibytes = 64;  ///< no visit begins to file below this much free disk; 1 to 1,048,576
  /// What the queue may take of the disk; 2,048 to 1,048,576. Not less: the links of a whole epoch, and the
  /// pages that small envelopes leave half empty, stay for good (queue_worker_test measures that it is enough).
  int budget_mebibytes = 4096;
  int updates_seconds = 60;  ///< between two questions what the city says; 5 to 86,400
  int health_seconds = 300;  ///< between two reports how the kiosk is; 10 to 86,400
  /// Where the kiosk's private keys (signing.pem, tls.key) lie: queue.key = "tpm" or "file". A build for
  /// citizens has no default, because whoever reads the disk can copy a file: somebody has to have wanted that.
  protocol::KeyPlace key_place = protocol::KeyPlace::File;
  std::string sync_proxy;  ///< "http://host:port" for the way to the backend; empty: straight
};

/// Why the configuration is refused, for staff: file, line, key, and what is allowed there.
struct ConfigFault {
  enum class Kind { CannotRead, Syntax, UnknownKey, MissingKey, WrongType, WrongValue };
  Kind kind = Kind::CannotRead;
  std::filesystem::path file;
  int line = 0;  ///< from 1; 0: the whole file
  std::string key;
  std::string allowed;
};

/// "kiosk.toml:7: screen.width: wrong-type: a whole number from 480 to 7680".
[[nodiscard]] std::string describe(const ConfigFault& fault);

/// The places where the package puts things (image-build/CMakeLists.txt), for what a file need not name, and
/// for what shows "out of service" when there is no file.
[[nodiscard]] Config packaged();

/// Reads and checks a configuration file (TOML 1.0). Printer models and reader quirks that it does not name are
/// the package's; the city's cards are the folder `cards` beside the file. Unknown keys are refused: a mistyped
/// key must not be a silent default on a machine that nobody watches.
[[nodiscard]] Result<Config, ConfigFault> load(const std::filesystem::path& file,
                                               protocol::DemoPolicy policy = protocol::built_demo_policy());

}  // namespace pishkhan::config
