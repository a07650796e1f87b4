#pragma once

#include "base/core/result.h"
#include "base/core/strict_json.h"
#include "drivers/receipt-printer/device_id.h"
#include "drivers/usb/device_info.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::printer {

/// What a printer sends back when its turn comes, and what that proves.
enum class ProofOfPrint : std::uint8_t {
  None,           ///< nothing: only the bus holds us back, and a job ends as Unknown at best
  SensorEcho,     ///< GS r 1: everything before it was processed, but the answer could be anybody's: Unknown at
                  ///< best
  ProcessIdEcho,  ///< GS ( H fn 48: it sends our random ID back once everything before it was processed
};
/// How a printer tells what is wrong with it.
enum class StatusForm : std::uint8_t {
  None,          ///< it never answers
  PortStatus,    ///< only the USB class's GET_PORT_STATUS: paper out, off-line, and no reasons
  RealTime1To4,  ///< DLE EOT 1 to 4
  FullStatus     ///< DLE EOT 20, six bytes (Custom kiosk printers)
};
/// How what a printer holds can be thrown away, beside the SOFT_RESET of the USB printer class.
enum class ResetForm : std::uint8_t { SoftReset, DleDc4 };
enum class RasterForm : std::uint8_t {
  GsV0,      ///< GS v 0
  Graphics,  ///< GS ( L functions 112 and 50
};
enum class CutForm : std::uint8_t {
  FeedThenFull,     ///< GS V 65: feeds to the knife by itself
  FeedThenPartial,  ///< GS V 66
  Full,             ///< GS V 0: cuts where the paper is
  Partial,          ///< GS V 1
  EscI,             ///< ESC i, full, where the paper is
  EscM,             ///< ESC m, partial, where the paper is
  None,             ///< a tear bar
};
enum class NearEndSensor : std::uint8_t { Absent, Present };
/// What becomes of blank rows: sent as dots, or fed with ESC J (shorter, faster).
enum class BlankRows : std::uint8_t { Raster, Feed };

/// The mouth of a kiosk printer, GS e: the receipt is held until it is taken.
struct Presenter {
  enum class Untaken : std::uint8_t {
    Retract,  ///< GS e 2: into the printer's bin
    Eject     ///< GS e 5: out of the mouth, where there is no bin
  };
  int steps = 1;  ///< of GS e 3; how long a step is, is the model's
  Untaken untaken = Untaken::Retract;
  friend bool operator==(const Presenter&, const Presenter&) = default;
};

/// Which printers a model describes; everything that is given must fit. A trailing * in a name fits any end.
struct ModelMatch {
  std::optional<std::uint16_t> vendor_id;
  std::optional<std::uint16_t> product_id;
  std::string manufacturer;  ///< MFG of the IEEE 1284 device ID
  std::string model;         ///< MDL
  friend bool operator==(const ModelMatch&, const ModelMatch&) = default;
};

/// All that the driver needs to know about a kind of printer. The default promises only what every clone of
/// 80 mm keeps. Thread: a plain value.
struct Model {
  std::string id = "built-in";  ///< name of its file, without the ending
  std::string vendor;
  std::string name;
  int dots_per_line = 576;
  int dots_per_inch = 203;
  /// Dots at either side that the paper, or its guide, does not reach.
  int margin_left_dots = 0;
  int margin_right_dots = 0;
  /// Receive buffer, as the maker states it; no more than this is ever outstanding without an echo.
  int buffer_bytes = 4096;
  /// Rows from the head to the knife. Cuts that do not feed by themselves are fed so far first.
  int cut_distance_rows = 96;
  /// Rows fed beyond the cutting position, so that the last line is not at the knife; 0 to 255.
  int feed_before_cut_rows = 0;
  ProofOfPrint proof = ProofOfPrint::None;
  StatusForm status = StatusForm::RealTime1To4;
  ResetForm reset = ResetForm::SoftReset;
  RasterForm raster = RasterForm::GsV0;
  CutForm cut = CutForm::FeedThenPartial;
  NearEndSensor near_end = NearEndSensor::Absent;
  BlankRows blank_rows = BlankRows::Raster;
  std::optional<Presenter> presenter;
  std::vector<ModelMatch> matches;

  /// What a receipt may be wide.
  [[nodiscard]] int printable_dots() const { return dots_per_line - margin_left_dots - margin_right_dots; }
};

/// Reads one model (README.md, "How to add a model"). The names outside "pishkhan" are those of
/// escpos-printer-db, of which fields that we do not need are let pass; "pishkhan" is strict.
[[nodiscard]] Result<Model, DataFault> parse_model(std::string_view id, std::string_view json);

/// Who a plugged-in printer says it is.
struct PrinterIdentity {
  std::uint16_t vendor_id = 0;
  std::uint16_t product_id = 0;
  DeviceId device_id;
};

/// The models that a kiosk knows. Thread: a plain value, read by any.
class Models {
 public:
  static constexpr std::size_t most_files = 500;
  static constexpr std::size_t most_bytes = 64 * 1024;

  /// Every *.json of the folder, by name. A bad file costs its own model only: see refused().
  [[nodiscard]] static Models load(const std::filesystem::path& folder);
  explicit Models(std::vector<Model> models = {}) : models_(std::move(models)) {}

  struct Refused {
    std::string file;
    DataFault fault;
  };
  [[nodiscard]] const std::vector<Refused>& refused() const { return refused_; }
  [[nodiscard]] const std::vector<Model>& all() const { return models_; }
  /// The model of that id, or nullptr.
  [[nodiscard]] const Model* find(std::string_view id) const;
  /// The model that says most about this printer; for one that nobody knows, "safe" or "safe-58" by the width
  /// of the paper, or the built-in one of that width.
  [[nodiscard]] Model match(const PrinterIdentity& identity, int paper_width_dots) const;
  /// Interface class 7, subclass 1 (USB Printer Class 1.1, 4.1), whatever the protocol, and every VID:PID that
  /// a model names, for those that say vendor class. The udev rule in drivers/usb lists the same ids.
  [[nodiscard]] usb::Wanted wanted() const;

 private:
  std::vector<Model> models_;
  std::vector<Refused> refused_;
};

}  // namespace pishkhan::printer
