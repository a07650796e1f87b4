#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pishkhan::printer {

/// How a printer can prove that it has printed.
enum class ProofOfPrint : std::uint8_t {
  None,           ///< nothing: a job ends as Unknown at best
  ProcessIdEcho,  ///< GS ( H fn 48: it sends our random ID back once everything before it was processed
};
/// How a printer tells what is wrong with it.
enum class StatusForm : std::uint8_t {
  None,         ///< it never answers
  RealTime1To4  ///< DLE EOT 1 to 4
};
/// How what a printer holds can be thrown away, beside the SOFT_RESET of the USB printer class.
enum class ClearForm : std::uint8_t { None, DleDc4 };
enum class Cut : std::uint8_t { Full, Partial };
enum class NearEndSensor : std::uint8_t { Absent, Present };
/// What becomes of blank rows: sent as dots, or fed with ESC J (shorter, faster).
enum class BlankRows : std::uint8_t { Raster, Feed };

/// All that the driver needs to know about a kind of printer. Thread: a plain value.
struct Model {
  std::string_view name;
  int dots_per_line = 576;
  int dots_per_inch = 203;
  /// Receive buffer, as the maker states it; no more than this is ever outstanding without an echo.
  int buffer_bytes = 4096;
  /// Rows from the head to the knife: what the printer feeds by itself on GS V 66. For who draws the receipt.
  int cut_distance_rows = 0;
  /// Rows fed beyond the cutting position, so that the last line is not at the knife.
  int feed_before_cut_rows = 0;
  ProofOfPrint proof = ProofOfPrint::None;
  StatusForm status = StatusForm::RealTime1To4;
  ClearForm clear = ClearForm::None;
  Cut cut = Cut::Partial;
  NearEndSensor near_end = NearEndSensor::Absent;
  BlankRows blank_rows = BlankRows::Raster;
};

/// 80 mm paper, 72 mm printed at 203 dpi; promises only what every clone keeps.
inline constexpr Model generic_80{.name = "generic-80", .cut_distance_rows = 96};
/// 58 mm paper, 48 mm printed at 203 dpi.
inline constexpr Model generic_58{.name = "generic-58", .dots_per_line = 384, .cut_distance_rows = 96};
/// Epson TM-T20 family: 203 dpi, 4 KB receive buffer, GS ( H.
inline constexpr Model epson_tm_t20{.name = "epson-tm-t20",
                                    .cut_distance_rows = 96,
                                    .proof = ProofOfPrint::ProcessIdEcho,
                                    .clear = ClearForm::DleDc4,
                                    .near_end = NearEndSensor::Present,
                                    .blank_rows = BlankRows::Feed};
/// Epson TM-T88 family: 180 dpi, so 512 dots on the same 72 mm.
inline constexpr Model epson_tm_t88{.name = "epson-tm-t88",
                                    .dots_per_line = 512,
                                    .dots_per_inch = 180,
                                    .cut_distance_rows = 96,
                                    .proof = ProofOfPrint::ProcessIdEcho,
                                    .clear = ClearForm::DleDc4,
                                    .near_end = NearEndSensor::Present,
                                    .blank_rows = BlankRows::Feed};

/// Every model we know; the first is the fallback for an unknown printer.
[[nodiscard]] std::span<const Model> models();
/// The model of that name, or nullptr.
[[nodiscard]] const Model* find_model(std::string_view name);

}  // namespace pishkhan::printer
