// The card, as QEMU's ccid-card-passthru would meet it: the VSCard protocol.
#include "tests/machine/card_peer.h"

#include "drivers/simulated/citizen_card.h"
#include "tests/machine/fake_qemu_test.h"

using namespace pishkhan;
using namespace pishkhan::machine;

namespace {

struct Message {
  std::uint32_t type = 0;
  Bytes body;
};

Message receive(FakeQemu& qemu) {
  const Bytes header = qemu.receive(12);
  ByteReader reader(header);
  Message message;
  message.type = reader.be32();
  CHECK(reader.be32() == 0);
  message.body = qemu.receive(reader.be32());
  return message;
}

}  // namespace

TEST_CASE("the card greets, comes with its ATR, answers commands, and goes") {
  FakeQemu qemu;
  CardPeer card(qemu.socket_path());
  qemu.accept();
  const Message greeting = receive(qemu);
  CHECK(greeting.type == 1);
  CHECK(as_text(greeting.body).substr(0, 4) == "VSCD");
  CHECK(receive(qemu).type == 3);

  card.insert(std::make_unique<simulated::CitizenCard>());
  const Message atr = receive(qemu);
  CHECK(atr.type == 5);
  REQUIRE(atr.body.size() > 2);
  CHECK(atr.body[0] == 0x3B);

  // SELECT of the application, drivers/card-reader/README.md.
  const auto select = from_hex("00a4040c0af0504953484b48414e01");
  REQUIRE(select.has_value());
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.be32(7);
  writer.be32(0);
  writer.be32(static_cast<std::uint32_t>(select->size()));
  writer.bytes(*select);
  qemu.send(bytes);
  const Message answer = receive(qemu);
  CHECK(answer.type == 7);
  CHECK(answer.body == Bytes{0x90, 0x00});
  CHECK(card.commands() == 1);

  card.remove();
  CHECK(receive(qemu).type == 6);
}
