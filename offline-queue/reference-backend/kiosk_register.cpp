#include "offline-queue/reference-backend/kiosk_register.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/protocol/tracking_code.h"

#include <fstream>
#include <sstream>

namespace pishkhan::backend {

using protocol::TrackingCode;

Result<KioskRegister, RegisterFault> KioskRegister::load(const std::filesystem::path& file) {
  const std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(RegisterFault::Unreadable);
  std::ostringstream text;
  text << stream.rdbuf();
  return parse(text.str());
}

Result<KioskRegister, RegisterFault> KioskRegister::parse(std::string_view text) {
  const nlohmann::json json = protocol::parse_json(text);
  if (!json.is_array()) return fail(RegisterFault::Malformed);
  KioskRegister result;
  for (const nlohmann::json& element : json) {
    protocol::Members members(element);
    EnrolledEpoch one;
    one.kiosk = members.small("kiosk", TrackingCode::lowest_kiosk, TrackingCode::highest_kiosk);
    one.epoch = members.small("epoch", 1, TrackingCode::highest_epoch);
    one.key = members.hex<33>("key");
    const std::string state = members.text("state", 1, 20);
    one.state = state == "active" ? EpochState::Active : EpochState::Revoked;
    const bool known_state = state == "active" || state == "revoked";
    if (!members.ok() || !known_state || result.find(one.kiosk, one.epoch))
      return fail(RegisterFault::Malformed);
    result.epochs_.push_back(one);
  }
  return result;
}

std::string KioskRegister::encode(const std::vector<EnrolledEpoch>& epochs) {
  nlohmann::json list = nlohmann::json::array();
  for (const EnrolledEpoch& one : epochs) {
    list.push_back({{"kiosk", one.kiosk},
                    {"epoch", one.epoch},
                    {"key", to_hex(one.key)},
                    {"state", one.state == EpochState::Active ? "active" : "revoked"}});
  }
  return protocol::dump(list) + "\n";
}

std::optional<EnrolledEpoch> KioskRegister::find(int kiosk, int epoch) const {
  for (const EnrolledEpoch& one : epochs_) {
    if (one.kiosk == kiosk && one.epoch == epoch) return one;
  }
  return std::nullopt;
}

}  // namespace pishkhan::backend
