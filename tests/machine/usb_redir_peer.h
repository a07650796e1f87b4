#pragma once

#include "tests/machine/redir_device.h"
#include "tests/machine/unix_socket.h"

#include <atomic>
#include <deque>
#include <filesystem>
#include <thread>

namespace pishkhan::machine {

/// Plugs a device into one of QEMU's usb-redir ports and speaks for it, as a "usb host" of the USB network
/// redirection protocol 0.7 (usbredir, docs/usb-redirection-protocol.md; section numbers there are the packet
/// types). The plug is in as long as this object lives. Owns its thread; the device is borrowed.
class UsbRedirPeer {
 public:
  UsbRedirPeer(RedirDevice& device, std::filesystem::path socket);
  UsbRedirPeer(const UsbRedirPeer&) = delete;
  UsbRedirPeer& operator=(const UsbRedirPeer&) = delete;

  /// The guest has configured the device.
  [[nodiscard]] bool configured() const { return configured_; }

 private:
  struct Packet {
    std::uint32_t type = 0;
    std::uint64_t id = 0;
    Bytes body;
  };
  struct Out {
    std::uint64_t id = 0;
    std::uint8_t endpoint = 0;
    Bytes data;
    std::size_t taken = 0;
  };
  struct In {
    std::uint64_t id = 0;
    std::uint8_t endpoint = 0;
    std::size_t maximum = 0;
  };

  struct Given {
    std::uint64_t id = 0;
    Bytes data;
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] std::size_t header_length() const { return wide_ ? 16 : 12; }
  [[nodiscard]] std::optional<Packet> next_packet();
  void send(std::uint32_t type, std::uint64_t id, ByteView body);
  void introduce();
  void send_endpoints();
  void handle(const Packet& packet);
  void control(const Packet& packet);
  void bulk(const Packet& packet);
  void cancel(std::uint64_t id);
  void answer_bulk(std::uint64_t id, std::uint8_t endpoint, std::uint8_t status, std::size_t length,
                   ByteView data);
  [[nodiscard]] std::optional<Bytes> next_in(std::size_t maximum);
  void serve();
  [[nodiscard]] std::optional<Bytes> standard_in(usb::ControlSetup setup);

  RedirDevice& device_;
  std::filesystem::path path_;
  std::optional<UnixSocket> socket_;
  Bytes received_;
  bool introduced_ = false;
  std::uint32_t theirs_ = 0;  // QEMU's capabilities
  bool wide_ = false;  // ids of 64 bits, from behind the greetings on
  std::uint8_t interrupt_endpoint_ = 0;  // 0: not asked for
  std::uint64_t interrupt_id_ = 0;
  std::deque<Out> outs_;
  std::deque<In> ins_;
  std::deque<Given> given_;  // the newest answers with data
  std::deque<Bytes> untaken_;  // what was given and not taken: on a real bus it would still be in the device
  std::atomic<bool> configured_{false};
  bool lost_ = false;
  std::jthread thread_;
};

}  // namespace pishkhan::machine
