// The peer, as QEMU's usb-redir device would meet it: packets of the USB network redirection protocol 0.7.
#include "tests/machine/usb_redir_peer.h"

#include "drivers/simulated/simulated_printer.h"
#include "tests/machine/fake_qemu_test.h"
#include "tests/machine/redir_simulated.h"
#include "tests/machine/touch_panel.h"

#include <utility>

using namespace pishkhan;
using namespace pishkhan::machine;

namespace {

struct Packet {
  std::uint32_t type = 0;
  std::uint32_t id = 0;
  Bytes body;
};

/// Ids have 64 bits once both have said so in their greetings.
enum class Ids { Narrow, Wide };

void send(FakeQemu& qemu, std::uint32_t type, std::uint32_t id, ByteView body, Ids ids = Ids::Wide) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.le32(type);
  writer.le32(static_cast<std::uint32_t>(body.size()));
  writer.le32(id);
  if (ids == Ids::Wide) writer.le32(0);
  writer.bytes(body);
  qemu.send(bytes);
}

Packet receive(FakeQemu& qemu, Ids ids = Ids::Wide) {
  const Bytes header = qemu.receive(ids == Ids::Wide ? 16 : 12);
  ByteReader reader(header);
  Packet packet;
  packet.type = reader.le32();
  const std::uint32_t length = reader.le32();
  packet.id = reader.le32();
  packet.body = qemu.receive(length);
  return packet;
}

/// Hello both ways, then what the device says of itself: interface_info (4), ep_info (5), device_connect (1).
std::array<Packet, 3> meet(FakeQemu& qemu) {
  qemu.accept();
  const Packet hello = receive(qemu, Ids::Narrow);
  CHECK(hello.type == 0);
  CHECK(hello.body.size() == 68);
  Bytes own(64);
  ByteWriter(own).le32(0xFE);
  send(qemu, 0, 0, own, Ids::Narrow);
  std::array<Packet, 3> said{receive(qemu), receive(qemu), receive(qemu)};
  CHECK(said[0].type == 4);
  CHECK(said[1].type == 5);
  CHECK(said[2].type == 1);
  return said;
}

Packet control(FakeQemu& qemu, std::uint32_t id, std::uint8_t type, std::uint8_t request, std::uint16_t value,
               std::uint16_t length) {
  Bytes body{static_cast<std::uint8_t>(type & 0x80), request, type, 0};
  ByteWriter writer(body);
  writer.le16(value);
  writer.le16(0);
  writer.le16(length);
  send(qemu, 100, id, body);
  return receive(qemu);
}

void configure(FakeQemu& qemu) {
  send(qemu, 6, 9, Bytes{1});
  CHECK(receive(qemu).type == 5);
  const Packet status = receive(qemu);
  CHECK(status.type == 8);
  CHECK(status.id == 9);
  CHECK(status.body == Bytes{0, 1});
}

Bytes bulk(std::uint8_t endpoint, std::uint16_t length, ByteView data) {
  Bytes body{endpoint, 0};
  ByteWriter writer(body);
  writer.le16(length);
  writer.le32(0);
  writer.le16(0);  // the upper half of the length
  writer.bytes(data);
  return body;
}

}  // namespace

TEST_CASE("a touch panel introduces itself, hands out its report descriptor, and tells where the finger is") {
  FakeQemu qemu;
  TouchPanel panel;
  UsbRedirPeer peer(panel, qemu.socket_path());
  const auto said = meet(qemu);
  CHECK(ByteReader(said[0].body).le32() == 1);
  CHECK(said[0].body[4 + 32] == 3);  // HID
  CHECK(said[1].body.size() == 160);
  CHECK(said[1].body[17] == 3);  // endpoint 81: interrupt
  CHECK(said[2].body.size() == 10);
  configure(qemu);
  CHECK(peer.configured());

  const Packet descriptor = control(qemu, 21, 0x81, 6, 0x2200, 512);
  CHECK(descriptor.id == 21);
  REQUIRE(descriptor.body.size() > 10);
  CHECK(descriptor.body[3] == 0);
  CHECK(descriptor.body[10] == 0x05);
  CHECK(descriptor.body[11] == 0x0D);  // usage page: digitizers
  CHECK(descriptor.body.back() == 0xC0);
  const Packet strange = control(qemu, 22, 0xC0, 0x77, 0, 8);
  CHECK(strange.body[3] == 4);  // stall

  send(qemu, 15, 30, Bytes{0x81});
  CHECK(receive(qemu).body == Bytes{0, 0x81});
  panel.down(0.5, 1);
  panel.up();
  const Packet down = receive(qemu);
  REQUIRE(down.type == 103);
  REQUIRE(down.body.size() == 4 + 14);
  CHECK(down.body[4] == 1);                                  // report
  CHECK(down.body[5] == 3);                                  // tip and in range
  CHECK((down.body[7] | down.body[8] << 8) == 16384);        // the middle
  CHECK((down.body[9] | down.body[10] << 8) == 32767);       // the lower edge
  CHECK(down.body.back() == 1);                              // one finger counts
  const Packet up = receive(qemu);
  CHECK(up.body[5] == 0);
  CHECK((up.body[7] | up.body[8] << 8) == 16384);
}

TEST_CASE("what is sent to the printer over the wire comes out on paper, and what it answers comes back") {
  FakeQemu qemu;
  const SystemClock clock;
  simulated::SimulatedPrinter printer(clock, {.name = simulated::tm_t20_name()});
  {
    RedirSimulated plug(printer);
    UsbRedirPeer peer(plug, qemu.socket_path());
    const auto said = meet(qemu);
    CHECK(said[0].body[4 + 32] == 7);  // printer class
    CHECK(said[2].body[4] == 0xB8);    // vendor 04B8
    CHECK(said[2].body[5] == 0x04);
    configure(qemu);
    std::uint8_t out = 0;
    std::uint8_t in = 0;
    for (std::uint8_t i = 1; i < 32; ++i)
      if (said[1].body[i] == 2) (i < 16 ? out : in) = static_cast<std::uint8_t>(i < 16 ? i : (i - 16) | 0x80);
    REQUIRE(out != 0);
    REQUIRE(in != 0);

    send(qemu, 101, 40, bulk(in, 64, {}));                             // nothing to say yet
    send(qemu, 101, 41, bulk(out, 3, Bytes{0x10, 0x04, 0x01}));        // DLE EOT 1
    const Packet one = receive(qemu);
    const Packet other = receive(qemu);
    const Packet& taken = one.id == 41 ? one : other;
    const Packet& status = one.id == 41 ? other : one;
    CHECK(taken.body[1] == 0);
    CHECK((taken.body[2] | taken.body[3] << 8) == 3);
    REQUIRE(status.body.size() == 11);
    CHECK((status.body[10] & 0x93) == 0x12);  // the fixed bits of a real-time status

    // One black row of 576 dots, GS v 0, and a cut.
    Bytes job;
    ByteWriter writer(job);
    for (const int byte : {0x1D, 0x76, 0x30, 0, 72, 0, 1, 0}) writer.u8(static_cast<std::uint8_t>(byte));
    for (int i = 0; i < 72; ++i) writer.u8(0xFF);
    for (const int byte : {0x1D, 0x56, 0x42, 0}) writer.u8(static_cast<std::uint8_t>(byte));
    send(qemu, 101, 42, bulk(out, static_cast<std::uint16_t>(job.size()), job));
    CHECK(receive(qemu).id == 42);

    // Cancelled when the answer was on its way already: the next one to ask gets it.
    send(qemu, 101, 44, bulk(out, 3, Bytes{0x10, 0x04, 0x04}));
    CHECK(receive(qemu).id == 44);
    send(qemu, 101, 45, bulk(in, 64, {}));
    const Packet lost = receive(qemu);
    REQUIRE(lost.body.size() == 11);
    send(qemu, 21, 45, {});
    send(qemu, 101, 46, bulk(in, 64, {}));
    const Packet again = receive(qemu);
    CHECK(again.id == 46);
    CHECK(again.body.back() == lost.body.back());

    send(qemu, 101, 43, bulk(in, 64, {}));
    send(qemu, 21, 43, {});  // cancelled by the guest
    const Packet cancelled = receive(qemu);
    CHECK(cancelled.id == 43);
    CHECK(cancelled.body[1] == 1);
  }
  const auto strips = printer.strips();
  REQUIRE(strips.size() == 1);
  CHECK(strips[0].dots.black(0, strips[0].top_margin_rows));
  CHECK(printer.reports().empty());
}
