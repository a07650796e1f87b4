#pragma once

#include "drivers/simulated/simulated_card.h"
#include "tests/machine/unix_socket.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

namespace pishkhan::machine {

/// The card in QEMU's card reader (usb-ccid with ccid-card-passthru): the far end of the VSCard protocol
/// (libcacard, vscard_common.h), with a card of drivers/simulated as its program. Owns its thread.
/// Thread: the calls are safe from any.
class CardPeer {
 public:
  explicit CardPeer(std::filesystem::path socket);
  CardPeer(const CardPeer&) = delete;
  CardPeer& operator=(const CardPeer&) = delete;

  void insert(std::unique_ptr<simulated::SimulatedCard> card);
  void remove();
  /// Commands that the guest has sent to a card so far.
  [[nodiscard]] int commands() const { return commands_; }

 private:
  void run(const std::stop_token& stop);
  void handle(std::uint32_t type, ByteView body);
  void send(std::uint32_t type, ByteView body);
  void carry_out_wish();

  enum class Wish { None, Insert, Remove };
  std::filesystem::path path_;
  std::mutex mutex_;
  Wish wish_ = Wish::None;
  std::unique_ptr<simulated::SimulatedCard> wanted_;
  std::unique_ptr<simulated::SimulatedCard> card_;
  std::optional<UnixSocket> socket_;
  std::atomic<int> commands_{0};
  bool lost_ = false;
  std::jthread thread_;
};

}  // namespace pishkhan::machine
