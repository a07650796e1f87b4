// A simulated card at a virtual reader: connects to vpcd (the reader driver of package vsmartcard-vpcd, loaded
// by pcscd) and answers until the connection ends, so that other people's programs can judge our cards.
#include "base/core/bytes.h"
#include "drivers/simulated/citizen_card.h"
#include "drivers/simulated/piv_card.h"
#include "drivers/simulated/pkcs15_card.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

using namespace pishkhan;

namespace {

// The vpcd protocol: each message has two bytes of length, most significant first; one byte is a control code.
constexpr std::uint8_t power_off = 0;
constexpr std::uint8_t power_on = 1;
constexpr std::uint8_t reset = 2;
constexpr std::uint8_t answer_to_reset = 4;

bool read_all(int socket, std::uint8_t* to, std::size_t count) {
  while (count > 0) {
    // vpcd sends length and message apart and waits for the first one's acknowledgement: 40 ms each time.
    const int at_once = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof at_once);
    const ssize_t got = ::recv(socket, to, count, 0);
    if (got <= 0) return false;
    to += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<Bytes> receive(int socket) {
  std::uint8_t length[2] = {};
  if (!read_all(socket, length, sizeof length)) return std::nullopt;
  Bytes message(static_cast<std::size_t>(length[0]) << 8 | length[1]);
  if (!read_all(socket, message.data(), message.size())) return std::nullopt;
  return message;
}

bool send(int socket, ByteView message) {
  Bytes framed;
  ByteWriter writer(framed);
  writer.be16(static_cast<std::uint16_t>(message.size()));
  writer.bytes(message);
  return ::send(socket, framed.data(), framed.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(framed.size());
}

/// vpcd listens as soon as pcscd has loaded it.
int connect_to(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket >= 0 && ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      return socket;
    }
    if (socket >= 0) ::close(socket);
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  return -1;
}

std::unique_ptr<simulated::SimulatedCard> make_card(const std::string& kind,
                                                    const simulated::CardAuthority& authority) {
  if (kind == "piv") return std::make_unique<simulated::PivCard>(authority);
  if (kind == "piv-rsa")
    return std::make_unique<simulated::PivCard>(authority, simulated::CardKey::Kind::Rsa2048);
  if (kind == "piv-copy") return simulated::PivCard::forged(simulated::PivCard(authority));
  if (kind == "pkcs15") return std::make_unique<simulated::Pkcs15Card>(authority);
  if (kind == "citizen") {
    return std::make_unique<simulated::CitizenCard>(simulated::CardHolder{}, authority);
  }
  return nullptr;
}

int serve(int socket, simulated::SimulatedCard& card) {
  Bytes atr = card.reset();
  while (const auto message = receive(socket)) {
    if (message->size() == 1) {
      const std::uint8_t code = message->front();
      if (code == power_on || code == reset) atr = card.reset();
      if (code == answer_to_reset && !send(socket, atr)) return 1;
      if (code != answer_to_reset && code != power_on && code != reset && code != power_off) return 1;
      continue;
    }
    if (!send(socket, card.apdu(*message))) return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A simulated card at vpcd's virtual reader"};
  app.set_version_flag("--version", PISHKHAN_VERSION);
  std::string kind;
  std::uint16_t port = 0;
  std::string authority_file;
  app.add_option("card", kind, "piv, piv-rsa, piv-copy, pkcs15 or citizen")
      ->required()
      ->check(CLI::IsMember({"piv", "piv-rsa", "piv-copy", "pkcs15", "citizen"}));
  app.add_option("port", port, "vpcd's")->required();
  app.add_option("--authority", authority_file, "write the certificate of the card's issuer here, DER");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  // Whoever started it takes it along.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const simulated::CardAuthority authority;
  if (!authority_file.empty()) {
    const Bytes& certificate = authority.certificate();
    std::ofstream(authority_file, std::ios::binary)
        .write(reinterpret_cast<const char*>(certificate.data()),
               static_cast<std::streamsize>(certificate.size()));
  }
  const int socket = connect_to(port);
  if (socket < 0) {
    std::fprintf(stderr, "vpcd_card: nothing listens at port %u\n", unsigned{port});
    return 1;
  }
  const auto card = make_card(kind, authority);
  const int status = serve(socket, *card);
  ::close(socket);
  return status;
}
