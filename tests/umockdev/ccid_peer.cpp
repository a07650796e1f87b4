#include "tests/umockdev/ccid_peer.h"

#include <dlfcn.h>

#include <cstdio>
#include <filesystem>
#include <utility>

// What pcscd gives its drivers to speak with.
extern "C" {
void log_msg(int, const char*, ...) {}
void log_xxd(int, const char*, const unsigned char*, int) {}
}

namespace pishkhan::rig {

namespace {

constexpr const char* library = "/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Linux/libccid.so";

// The IFD handler's interface, version 3 (MUSCLE PC/SC IFD Driver Developer Kit).
using Number = unsigned long;
constexpr long success = 0;
constexpr Number lun = 0;
constexpr Number power_up = 500;
constexpr Number power_down = 501;
constexpr std::size_t most_atr_bytes = 33;
constexpr std::size_t room_bytes = 66'000;
struct Header {
  Number protocol = 0;
  Number length = 0;
};

}  // namespace

struct CcidPeer::Entries {
  void* handle = nullptr;
  long (*create)(Number, char*) = nullptr;
  long (*close)(Number) = nullptr;
  long (*power)(Number, Number, unsigned char*, Number*) = nullptr;
  long (*parameters)(Number, Number, unsigned char, unsigned char, unsigned char, unsigned char) = nullptr;
  long (*transmit)(Number, Header, unsigned char*, Number, unsigned char*, Number*, Header*) = nullptr;

  template <class Function>
  bool find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(handle, name));
    return function != nullptr;
  }
};

CcidPeer::CcidPeer(std::unique_ptr<Entries> entries) : entries_(std::move(entries)) {}

bool CcidPeer::installed() {
  return std::filesystem::exists(library);
}

std::unique_ptr<CcidPeer> CcidPeer::open(std::uint16_t vendor_id, std::uint16_t product_id,
                                         const std::string& node) {
  auto entries = std::make_unique<Entries>();
  entries->handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (entries->handle == nullptr) return nullptr;
  Entries& own = *entries;
  const bool whole = own.find("IFDHCreateChannelByName", own.create) &&
                     own.find("IFDHCloseChannel", own.close) && own.find("IFDHPowerICC", own.power) &&
                     own.find("IFDHSetProtocolParameters", own.parameters) &&
                     own.find("IFDHTransmitToICC", own.transmit);
  if (!whole) return nullptr;
  char name[96];
  std::snprintf(name, sizeof name, "usb:%04x/%04x:libudev:0:%s", vendor_id, product_id, node.c_str());
  if (own.create(lun, name) != success) return nullptr;
  return std::unique_ptr<CcidPeer>(new CcidPeer(std::move(entries)));
}

CcidPeer::~CcidPeer() {
  // It stays loaded: its threads may still be on their way out.
  entries_->close(lun);
}

std::optional<Bytes> CcidPeer::power_on() {
  Bytes atr(most_atr_bytes);
  Number length = atr.size();
  if (entries_->power(lun, power_up, atr.data(), &length) != success || length > atr.size())
    return std::nullopt;
  atr.resize(length);
  return atr;
}

bool CcidPeer::power_off() {
  Bytes atr(most_atr_bytes);
  Number length = atr.size();
  return entries_->power(lun, power_down, atr.data(), &length) == success;
}

bool CcidPeer::choose(std::uint8_t protocol) {
  protocol_ = protocol;
  return entries_->parameters(lun, protocol + 1U, 0, 0, 0, 0) == success;
}

std::optional<Bytes> CcidPeer::transmit(ByteView command) {
  Bytes given(command.begin(), command.end());
  Bytes answer(room_bytes);
  Number length = answer.size();
  Header received;
  const Header sent{protocol_, sizeof(Header)};
  const long result =
      entries_->transmit(lun, sent, given.data(), given.size(), answer.data(), &length, &received);
  if (result != success || length > answer.size()) return std::nullopt;
  answer.resize(length);
  return answer;
}

}  // namespace pishkhan::rig
