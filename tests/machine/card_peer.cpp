#include "tests/machine/card_peer.h"

#include <cstdio>
#include <utility>

namespace pishkhan::machine {

namespace {

// vscard_common.h: message types; the header is type, reader and length, in network order.
constexpr std::uint32_t init = 1;
constexpr std::uint32_t reader_add = 3;
constexpr std::uint32_t atr = 5;
constexpr std::uint32_t card_remove = 6;
constexpr std::uint32_t apdu = 7;
constexpr std::uint32_t reader = 0;
constexpr std::uint32_t version_0_0_2 = 2;
constexpr std::size_t header_bytes = 12;

}  // namespace

CardPeer::CardPeer(std::filesystem::path socket)
    : path_(std::move(socket)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void CardPeer::insert(std::unique_ptr<simulated::SimulatedCard> card) {
  const std::scoped_lock lock(mutex_);
  wanted_ = std::move(card);
  wish_ = Wish::Insert;
}

void CardPeer::remove() {
  const std::scoped_lock lock(mutex_);
  wish_ = Wish::Remove;
}

void CardPeer::run(const std::stop_token& stop) {
  auto socket = UnixSocket::connect(path_, std::chrono::seconds(20));
  if (!socket) {
    std::fprintf(stderr, "machine: nobody listens at %s\n", path_.c_str());
    return;
  }
  socket_.emplace(std::move(*socket));
  Bytes greeting{'V', 'S', 'C', 'D'};
  ByteWriter writer(greeting);
  writer.be32(version_0_0_2);
  writer.be32(0);  // capabilities
  send(init, greeting);
  send(reader_add, Bytes{'c', 'a', 'r', 'd', 0});
  Bytes received;
  while (!stop.stop_requested() && !lost_) {
    auto bytes = socket_->receive(std::chrono::milliseconds(20));
    if (!bytes) return;
    received.insert(received.end(), bytes->begin(), bytes->end());
    while (received.size() >= header_bytes) {
      ByteReader header(received);
      const std::uint32_t type = header.be32();
      header.be32();  // reader
      const std::size_t length = header.be32();
      if (received.size() < header_bytes + length) break;
      handle(type, ByteView(received).subspan(header_bytes, length));
      received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(header_bytes + length));
    }
    carry_out_wish();
  }
}

void CardPeer::carry_out_wish() {
  const std::scoped_lock lock(mutex_);
  const Wish wish = std::exchange(wish_, Wish::None);
  if (wish == Wish::Insert) {
    card_ = std::move(wanted_);
    send(atr, card_->reset());
  } else if (wish == Wish::Remove) {
    card_.reset();
    send(card_remove, {});
  }
}

void CardPeer::handle(std::uint32_t type, ByteView body) {
  if (type != apdu || !card_) return;
  ++commands_;
  send(apdu, card_->apdu(body));
}

void CardPeer::send(std::uint32_t type, ByteView body) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.be32(type);
  writer.be32(reader);
  writer.be32(static_cast<std::uint32_t>(body.size()));
  writer.bytes(body);
  if (!socket_->send(bytes)) lost_ = true;
}

}  // namespace pishkhan::machine
