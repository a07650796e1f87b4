// ./dev bench card: what one APDU costs, over the in-process transport and over the real libusb on a mocked
// USB, there beside libccid, another party's driver, in interleaved rounds.
#include "base/core/clock.h"
#include "drivers/card-reader/reader.h"
#include "drivers/card-reader/usb_match.h"
#include "drivers/simulated/echo_card.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/usb/bus.h"
#include "tests/umockdev/ccid_peer.h"
#include "tests/umockdev/usb_rig.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace pishkhan;
using simulated::EchoCard;
using simulated::ExchangeLevel;

namespace {

using Microseconds = std::chrono::duration<double, std::micro>;

constexpr std::uint16_t vendor_id = 0x072F;  // a reader that libccid has in its list
constexpr std::uint16_t product_id = 0x90CC;
constexpr std::size_t answer_bytes = 200;
constexpr int exchanges_in_process = 50'000;
constexpr int rounds = 10;
constexpr int exchanges_a_round = 50;

struct Kind {
  const char* name;
  ExchangeLevel level;
  Bytes atr;
  std::uint8_t protocol;
};
std::vector<Kind> kinds() {
  return {{"short APDU", ExchangeLevel::ShortApdu, EchoCard::only_t0(), 0},
          {"extended APDU", ExchangeLevel::ExtendedApdu, EchoCard::only_t1(), 1},
          {"TPDU, T=0", ExchangeLevel::Tpdu, EchoCard::only_t0(), 0},
          {"TPDU, T=1", ExchangeLevel::Tpdu, EchoCard::only_t1(), 1}};
}

card::Command question() {
  return {.ins = 0xCA, .p2 = answer_bytes, .data = {}, .wanted = answer_bytes};
}

template <class Call>
double microseconds_each(int count, Call call) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    if (!call()) {
      std::fprintf(stderr, "an exchange failed\n");
      std::exit(1);
    }
  }
  return Microseconds(std::chrono::steady_clock::now() - start).count() / count;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

bool is_right(const Result<card::Response, card::ReaderFault>& response) {
  return response && response->status == 0x9000 && response->data.size() == answer_bytes;
}

void bench_in_process(const Kind& kind) {
  const SystemClock clock;
  simulated::SimulatedCardReader device({.level = kind.level});
  device.insert(std::make_unique<EchoCard>(kind.atr));
  const auto usb = device.connect().value();
  auto reader = card::CardReader::open(*usb, clock).value();
  if (!reader.power_on()) std::exit(1);
  const card::Command command = question();
  const double whole =
      microseconds_each(exchanges_in_process, [&] { return is_right(reader.transmit(command)); });
  // What is below the driver: the same bytes to the same simulated reader, answered and thrown away.
  Bytes apdu = card::encode(command);
  if (kind.level == ExchangeLevel::Tpdu && kind.protocol == 1) {
    std::printf("  %-16s %9.0f exchanges/s  %6.2f us each\n", kind.name, 1e6 / whole, whole);
    return;
  }
  std::uint8_t sequence = 100;
  const double bare = microseconds_each(exchanges_in_process, [&] {
    const Bytes message = card::ccid::transfer_block(0, sequence++, apdu);
    return usb->bulk_out(message, std::chrono::seconds{1}) && usb->bulk_in(1024, std::chrono::seconds{1});
  });
  std::printf("  %-16s %9.0f exchanges/s  %6.2f us each, of which the driver's %.2f us\n", kind.name,
              1e6 / whole, whole, whole - bare);
}

std::unique_ptr<usb::Transport> open_reader(usb::Bus& bus) {
  for (int i = 0; i < 2000; ++i) {
    for (const usb::DeviceInfo& device : bus.devices()) {
      const auto interface = usb::wanted_interface(device, card::wanted_readers());
      if (!interface) continue;
      auto opened = bus.open(device.generation, interface->number);
      if (opened) return std::move(*opened);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return nullptr;
}

std::string node_of(usb::Bus& bus) {
  for (const usb::DeviceInfo& device : bus.devices()) {
    if (device.vendor_id == vendor_id) return device.node();
  }
  return {};
}

struct Figures {
  std::vector<double> ours;
  std::vector<double> theirs;
};

/// One round each; a reader is one driver's at a time.
bool one_round(usb::Bus& bus, const Kind& kind, Figures& figures) {
  const SystemClock clock;
  const card::Command command = question();
  std::string node;
  {
    const auto transport = open_reader(bus);
    if (!transport) return false;
    node = node_of(bus);
    auto reader = card::CardReader::open(*transport, clock);
    if (!reader || !reader->power_on()) return false;
    figures.ours.push_back(
        microseconds_each(exchanges_a_round, [&] { return is_right(reader->transmit(command)); }));
  }
  if (!rig::CcidPeer::installed()) return true;
  const auto peer = rig::CcidPeer::open(vendor_id, product_id, node);
  if (!peer || !peer->power_on() || !peer->choose(kind.protocol)) return false;
  const Bytes apdu = card::encode(command);
  figures.theirs.push_back(microseconds_each(exchanges_a_round, [&] {
    const auto answer = peer->transmit(apdu);
    return answer && answer->size() == answer_bytes + 2;
  }));
  return true;
}

bool bench_over_libusb(const Kind& kind) {
  simulated::SimulatedCardReader device({.level = kind.level});
  device.insert(std::make_unique<EchoCard>(kind.atr));
  rig::UsbRig rig;
  rig.plug_in(device, {.vendor_id = vendor_id, .product_id = product_id});
  const auto bus = usb::Bus::start();
  if (!bus) return false;
  Figures figures;
  for (int round = 0; round < rounds; ++round) {
    if (!one_round(**bus, kind, figures)) {
      std::fprintf(stderr, "%s: round %d failed\n", kind.name, round);
      return false;
    }
  }
  const double ours = median(figures.ours);
  if (figures.theirs.empty()) {
    std::printf("  %-16s %9.0f exchanges/s  %6.0f us each; libccid is not installed\n", kind.name, 1e6 / ours,
                ours);
    return true;
  }
  const double theirs = median(figures.theirs);
  std::printf("  %-16s %9.0f exchanges/s  %6.0f us each; libccid %.0f us; ours / libccid %.2f\n", kind.name,
              1e6 / ours, ours, theirs, ours / theirs);
  return true;
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("one GET DATA of %zu bytes, %d times, over the in-process transport\n", answer_bytes,
              exchanges_in_process);
  for (const Kind& kind : kinds()) bench_in_process(kind);
  if (!rig::UsbRig::available()) {
    std::printf("run it under umockdev-wrapper to compare with libccid\n");
    return 0;
  }
  std::printf("the same over libusb and a mocked USB, median of %d rounds of %d\n", rounds, exchanges_a_round);
  for (const Kind& kind : kinds()) {
    if (!bench_over_libusb(kind)) return 1;
  }
  return 0;
}
