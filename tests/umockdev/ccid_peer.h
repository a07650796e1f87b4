#pragma once

#include "base/core/bytes.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace pishkhan::rig {

/// libccid, another party's driver, loaded into this process where Debian's package is installed: it finds the
/// same reader below the same mocked USB. Thread: one owner.
class CcidPeer {
 public:
  /// Nothing if it is not installed, or does not take the device. The node is "/dev/bus/usb/001/002".
  static std::unique_ptr<CcidPeer> open(std::uint16_t vendor_id, std::uint16_t product_id,
                                        const std::string& node);
  static bool installed();
  ~CcidPeer();
  CcidPeer(const CcidPeer&) = delete;
  CcidPeer& operator=(const CcidPeer&) = delete;

  /// The ATR; nothing if there is none.
  std::optional<Bytes> power_on();
  bool power_off();
  /// Agrees on the protocol, as pcscd does when a program connects.
  bool choose(std::uint8_t protocol);
  /// One APDU, or TPDU at T=0; what the card said, with its status word.
  std::optional<Bytes> transmit(ByteView command);

 private:
  struct Entries;
  explicit CcidPeer(std::unique_ptr<Entries> entries);
  std::unique_ptr<Entries> entries_;
  std::uint8_t protocol_ = 0;
};

}  // namespace pishkhan::rig
