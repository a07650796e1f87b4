#pragma once

#include "base/core/clock.h"
#include "drivers/card-reader/reading.h"
#include "drivers/card-reader/wiped.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan::card {

/// One reading of one card by one profile: all that is said goes through say(), which keeps the budgets; all
/// that is heard lies in things() and is wiped at the end. Internal to drivers/card-reader; lives for one call.
class CardSession {
 public:
  CardSession(CardChannel& card, const Profile& profile, const ReadingSetup& setup);
  ~CardSession();
  CardSession(const CardSession&) = delete;
  CardSession& operator=(const CardSession&) = delete;

  [[nodiscard]] Result<Response, CardFault> say(const Command& command);
  /// SELECT without file control information (ISO 7816-4, 11.2.1: P2 = 0C).
  [[nodiscard]] Result<Response, CardFault> select(const step::Select& what);
  /// The same where anything but 90 00 is a fault of the card.
  [[nodiscard]] Result<void, CardFault> must_select(const step::Select& what);
  [[nodiscard]] Result<void, CardFault> carry_out(const Step& step);
  [[nodiscard]] Result<void, CardFault> read_binary(const step::ReadBinary& read);

  [[nodiscard]] const Bytes* thing(std::string_view name) const;
  [[nodiscard]] const Profile& profile() const { return profile_; }
  [[nodiscard]] const ReadingSetup& setup() const { return setup_; }

 private:
  [[nodiscard]] Result<void, CardFault> verify(const PinEntry& entry);
  [[nodiscard]] Result<void, CardFault> read_records(const step::ReadRecord& read);
  [[nodiscard]] Result<void, CardFault> get_data(const step::GetData& get);
  /// Appends to a thing, and accounts for it.
  void keep(const std::string& name, ByteView data);

  CardChannel& card_;
  const Profile& profile_;
  const ReadingSetup& setup_;
  SteadyTime deadline_;
  int steps_ = 0;
  std::size_t bytes_ = 0;
  std::map<std::string, Bytes, std::less<>> things_;
};

/// The one object at a path of tags; Unreadable if there is none, or more than one.
[[nodiscard]] Result<ByteView, CardFault> find_object(ByteView bytes, const std::vector<std::uint32_t>& path);

/// The card's certificate and, with it, the proof that the card holds its key. proof.cpp.
class CardProof {
 public:
  explicit CardProof(CardSession& session) : session_(session) {}
  ~CardProof() { wipe(der_.data(), der_.size()); }
  CardProof(const CardProof&) = delete;
  CardProof& operator=(const CardProof&) = delete;
  /// Finds and parses the certificate, by the profile or by the card's own directories.
  [[nodiscard]] Result<void, CardFault> find();
  [[nodiscard]] std::string subject(bool common_name) const;
  /// Chain, time, binding, and a signature over a fresh challenge.
  [[nodiscard]] Result<void, CardFault> prove();

 private:
  [[nodiscard]] Result<void, CardFault> find_by_directories();
  [[nodiscard]] Result<Bytes, CardFault> sign(ByteView challenge);
  [[nodiscard]] Result<Bytes, CardFault> authenticate(std::uint8_t algorithm, ByteView challenge);

  CardSession& session_;
  Bytes der_;  // the holder's certificate; assigned once, so that no other copy is left
  std::uint8_t key_ = 0;
};

/// EXTERNAL AUTHENTICATE: the kiosk shows the card that it may ask.
[[nodiscard]] Result<void, CardFault> prove_kiosk(CardSession& session);

}  // namespace pishkhan::card
