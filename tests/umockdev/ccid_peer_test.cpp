// The same scripted exchanges through our driver and through libccid, over the same mocked USB and libusb: the
// card must give the same answers. Either party's mistake would show.
#include "tests/umockdev/ccid_peer.h"

#include "base/core/random.h"
#include "drivers/card-reader/reader.h"
#include "drivers/card-reader/usb_match.h"
#include "drivers/simulated/echo_card.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "tests/umockdev/plugged.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace pishkhan;
using rig::CcidPeer;
using rig::UsbRig;
using simulated::EchoCard;
using simulated::ExchangeLevel;

namespace {

// A reader that libccid has in its list.
constexpr std::uint16_t vendor_id = 0x072F;
constexpr std::uint16_t product_id = 0x90CC;
constexpr int exchanges = 200;

std::vector<card::Command> script(std::uint64_t seed) {
  SeededRandom random(seed);
  std::vector<card::Command> commands;
  for (int i = 0; i < exchanges; ++i) {
    const std::size_t size = 1 + random.below(255);
    card::Command command{.data = {}, .wanted = {}};
    switch (random.below(5)) {
      case 0:
        command.ins = 0xCA;
        command.p2 = static_cast<std::uint8_t>(size);
        command.wanted = random.below(3) == 0 ? 256 : size;  // sometimes a wrong Le
        break;
      case 1:
        command.ins = 0xCA;  // more than fits: 61xx
        command.p1 = 2;
        command.p2 = static_cast<std::uint8_t>(size);
        command.wanted = 256;
        break;
      case 2:
        command.ins = 0xDA;
        command.data = EchoCard::counted(size);
        break;
      case 3:
        command.ins = 0xEE;  // case 1, refused
        break;
      default:
        command.ins = 0x88;
        command.data = EchoCard::counted(size);
        command.wanted = size;
        break;
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

std::string told(const card::Response& response) {
  return to_hex(response.data) + " " + std::to_string(response.status);
}

/// What a program above pcscd does: T=0 takes no Le after data but always a P3, and 61xx and 6Cxx are the
/// program's affair.
std::string through_peer(CcidPeer& peer, const card::Command& command, std::uint8_t protocol) {
  const auto bytes_of = [&](const card::Command& one) {
    card::Command sent = one;
    if (protocol == 0 && !sent.data.empty()) sent.wanted.reset();
    Bytes bytes = card::encode(sent);
    if (protocol == 0 && bytes.size() == 4) bytes.push_back(0);  // P3
    return bytes;
  };
  card::Command now = command;
  card::Response whole;
  for (int round = 0; round < 10; ++round) {
    const auto answer = peer.transmit(bytes_of(now));
    if (!answer) return "no answer";
    const auto part = card::parse_response(*answer);
    if (!part) return "no response: " + to_hex(*answer);
    if (part->sw1() == 0x6C) {
      now.wanted = part->sw2();
      continue;
    }
    whole.data.insert(whole.data.end(), part->data.begin(), part->data.end());
    whole.status = part->status;
    if (part->sw1() != 0x61) return told(whole);
    now = card::Command{.ins = 0xC0, .data = {}, .wanted = part->sw2() == 0 ? 256U : part->sw2()};
  }
  return "no end";
}

struct Setting {
  const char* name;
  ExchangeLevel level;
  std::uint32_t features;
  Bytes atr;
  std::uint8_t protocol;
};

std::string node_of(usb::Bus& bus) {
  std::string node;
  rig::eventually([&] {
    for (const usb::DeviceInfo& one : bus.devices()) {
      if (one.vendor_id == vendor_id) node = one.node();
    }
    return !node.empty();
  });
  return node;
}

}  // namespace

TEST_CASE("the same 200 scripted exchanges give the same card answers through libccid") {
  if (!CcidPeer::installed()) {
    MESSAGE("skipped: libccid is not installed");
    return;
  }
  const SystemClock clock;
  namespace automatic = simulated::automatic;
  for (const Setting& setting :
       {Setting{"TPDU, T=0, PPS by the host", ExchangeLevel::Tpdu,
                automatic::voltage | automatic::clock | automatic::rate, EchoCard::both_protocols(), 0},
        Setting{"TPDU, T=1, IFS by the host", ExchangeLevel::Tpdu,
                automatic::voltage | automatic::clock | automatic::rate, EchoCard::specific_t1(), 1},
        Setting{"short APDU", ExchangeLevel::ShortApdu, automatic::usual, EchoCard::only_t1(), 1},
        Setting{"extended APDU", ExchangeLevel::ExtendedApdu, automatic::usual, EchoCard::only_t1(), 1}}) {
    const std::string named = setting.name;
    CAPTURE(named);
    simulated::SimulatedCardReader device({.level = setting.level, .features = setting.features});
    device.insert(std::make_unique<EchoCard>(setting.atr));
    UsbRig rig;
    rig.plug_in(device, {.vendor_id = vendor_id, .product_id = product_id});
    const auto bus = rig::started_bus();
    const std::string node = node_of(*bus);
    std::vector<std::string> ours;
    {
      const auto transport = rig::open_first(*bus, card::wanted_readers());
      REQUIRE(transport != nullptr);
      auto reader = card::CardReader::open(*transport, clock);
      REQUIRE(reader);
      REQUIRE(reader->power_on());
      for (const card::Command& command : script(7)) {
        const auto response = reader->transmit(command);
        REQUIRE(response);
        ours.push_back(told(*response));
      }
      CHECK(device.reports().empty());
    }
    const auto peer = CcidPeer::open(vendor_id, product_id, node);
    REQUIRE(peer != nullptr);
    const auto atr = peer->power_on();
    REQUIRE(atr);
    CHECK(to_hex(*atr) == to_hex(setting.atr));
    REQUIRE(peer->choose(setting.protocol));
    std::size_t at = 0;
    for (const card::Command& command : script(7)) {
      CAPTURE(at);
      CHECK(through_peer(*peer, command, setting.protocol) == ours[at]);
      ++at;
    }
    CHECK(at == exchanges);
  }
}
