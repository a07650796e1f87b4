#pragma once

#include "base/core/bytes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

namespace pishkhan::card {

/// What a block of T=1 ends with (ISO 7816-3, 11.3.4).
enum class BlockCheck : std::uint8_t {
  Lrc,  ///< exclusive or of all bytes
  Crc,  ///< two bytes, high byte first; begun with ones, not complemented, as cards and readers do it
};
[[nodiscard]] std::uint8_t block_lrc(ByteView bytes);
[[nodiscard]] std::uint16_t block_crc(ByteView bytes);

/// The host's side of T=1 (ISO 7816-3, 11) as a machine that is told what the card said and tells what to send:
/// no I/O and no clock, so that every turn of a conversation can be tried. Information fields of both
/// directions in chains, acknowledgement and repetition, S(WTX), S(IFS), S(ABORT), S(RESYNCH).
///
/// A command whose blocks got lost beyond repair fails; it is not sent again by itself, because the card may
/// have carried it out (a PIN would be tried twice). The next command begins with S(RESYNCH request).
/// Every conversation is bounded: repetitions, requests for time, bytes of the answer.
/// Thread: one owner. Bytes of commands and answers are wiped when they are not needed any more.
class T1 {
 public:
  struct Settings {
    BlockCheck check = BlockCheck::Lrc;
    std::size_t card_buffer_bytes = 32;  ///< IFSC, 1 to 254 (11.4.2)
  };
  enum class Fault : std::uint8_t {
    Mute,    ///< nothing came, though asked again
    Broken,  ///< what came breaks the protocol, though asked again
    TooLong  ///< an answer longer than any APDU's
  };
  struct Send {
    Bytes block;
    /// bBWI: the card was promised that many times its block waiting time for what follows; 0 = once.
    std::uint8_t waiting = 0;
  };
  struct Done {
    Bytes answer;
  };
  using Step = std::variant<Send, Done, Fault>;

  explicit T1(Settings settings);
  T1() : T1(Settings{}) {}
  ~T1();
  T1(const T1&) = delete;
  T1& operator=(const T1&) = delete;
  T1(T1&&) = default;
  T1& operator=(T1&&) = default;

  /// Begins one command APDU. Whatever was unfinished is forgotten.
  [[nodiscard]] Step begin(ByteView command);
  /// S(IFS request): blocks of up to that many bytes may come, 1 to 254. Done carries nothing.
  [[nodiscard]] Step begin_buffer_size(std::uint8_t bytes);
  /// What came in answer to the last Send; empty: nothing in time.
  [[nodiscard]] Step hear(ByteView block);
  /// The way to the card was disturbed, so it is unknown what the card has heard: next comes S(RESYNCH
  /// request).
  void disturbed();
  [[nodiscard]] std::size_t card_buffer_bytes() const { return card_buffer_bytes_; }

 private:
  enum class Awaiting : std::uint8_t { Nothing, Answer, BufferSize, Resynchronised };

  [[nodiscard]] Step send(std::uint8_t control, ByteView information, std::uint8_t waiting = 0);
  [[nodiscard]] Step send_part();
  [[nodiscard]] Step send_again();
  [[nodiscard]] Step start();
  [[nodiscard]] Step resynchronise(std::optional<Fault> after);
  [[nodiscard]] Step give_up(Fault fault);
  /// Something was wrong with what came: the right reaction, as long as patience lasts.
  [[nodiscard]] Step complain(Fault why, std::uint8_t reason);
  [[nodiscard]] bool right_check(ByteView block) const;
  [[nodiscard]] Step hear_information(std::uint8_t control, ByteView information);
  [[nodiscard]] Step hear_receive_ready(std::uint8_t control);
  [[nodiscard]] Step hear_supervisory(std::uint8_t control, ByteView information);
  [[nodiscard]] Step hear_response(std::uint8_t control, ByteView information);
  [[nodiscard]] std::size_t check_bytes() const { return check_ == BlockCheck::Crc ? 2 : 1; }
  void forget();

  BlockCheck check_ = BlockCheck::Lrc;
  std::size_t first_buffer_bytes_ = 32;  // what S(RESYNCH) leads back to
  std::size_t card_buffer_bytes_ = 32;
  bool own_sequence_ = false;   // N(S) of the part that is on its way
  bool card_sequence_ = false;  // N(S) that we expect
  bool synchronised_ = true;
  Awaiting awaiting_ = Awaiting::Nothing;
  Bytes command_;
  std::size_t sent_ = 0;        // bytes of the command that were acknowledged
  std::size_t part_bytes_ = 0;  // of the part that is on its way
  bool answering_ = false;      // the card has begun to answer
  std::optional<Fault> after_;  // S(RESYNCH) ends in this; nothing: what was begun goes on
  std::uint8_t announced_ = 0;  // our buffer's size
  Bytes answer_;
  Bytes last_;  // as it was sent
  std::uint8_t last_waiting_ = 0;
  int repetitions_ = 0;
  int resynchronisations_ = 0;
  int favours_ = 0;  // S-blocks and parts without bytes granted to the card
};

}  // namespace pishkhan::card
