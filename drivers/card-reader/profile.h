#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/core/strict_json.h"
#include "drivers/card-reader/pin_entry.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pishkhan::card {

/// Whose card it is, which decides what the kiosk does with it.
enum class CardKind : std::uint8_t {
  Citizen,  ///< says who is at the counter
  Staff,    ///< of the municipality's own people
  Bank,     ///< recognised, and never read
  Other,    ///< recognised; nothing that the counter needs
};

/// What a field is.
enum class Meaning : std::uint8_t { Layout, NationalId, Name, CardNumber, StaffNumber, Label, Expires };
/// How its bytes become text.
enum class Encoding : std::uint8_t {
  Digits,  ///< ASCII digits
  Ascii,   ///< 20 to 7E
  Utf8,    ///< well-formed, no control characters, none that turn the line round
  Hex,     ///< any bytes, as lower-case hexadecimal
  Bcd      ///< two digits a byte, the high half first; F fills the end
};
/// How long the kiosk keeps it. What is not kept is wiped when the reading ends, and masked in transcripts.
enum class Keep : std::uint8_t {
  Never,    ///< checked, and gone
  Visit,    ///< handed on, on this machine only: nothing that is filed has it
  Request,  ///< becomes part of what the citizen files; a citizen's national id and name must be
};

/// The white list: what a profile can make the driver say to a card. There is no loop but the one over records.
namespace step {
struct Select {
  enum class By : std::uint8_t { FileId, Path, Application };
  By by = By::FileId;
  Bytes what;
};
struct ReadBinary {
  enum class Ends : std::uint8_t {
    Object,  ///< where the BER-TLV object at its beginning ends
    File,    ///< where the file ends
    Length   ///< after at_most bytes
  };
  std::string as;
  std::size_t offset = 0;
  std::size_t part = 128;  ///< bytes asked for at once
  std::size_t at_most = 256;
  Ends ends = Ends::Object;
};
struct ReadRecord {
  std::string as;
  int file = 0;  ///< short identifier; 0: the selected one
  int first = 1;
  int last = 1;
  std::size_t at_most = 256;  ///< of all records together
};
struct GetData {
  std::string as;
  std::uint32_t object = 0;  ///< the tag
  /// GET DATA with the tag in P1 P2 (CA), or in a tag list with an odd instruction (CB, as PIV has it).
  enum class Form : std::uint8_t { Number, List } form = Form::Number;
  std::size_t at_most = 256;
};
/// The citizen's PIN, which only ever goes from the reader's own pad to the card.
struct VerifyOnPinPad {
  PinEntry entry;
};
}  // namespace step
using Step =
    std::variant<step::Select, step::ReadBinary, step::ReadRecord, step::GetData, step::VerifyOnPinPad>;

struct Field {
  Meaning meaning = Meaning::Label;
  std::string from;                 ///< what a step read "as"; "certificate-subject"
  std::vector<std::uint32_t> path;  ///< of tags, the outermost first; empty: by place
  std::size_t offset = 0;
  std::size_t length = 0;
  bool common_name = true;  ///< of a certificate: its common name, or else its serialNumber
  Encoding encoding = Encoding::Utf8;
  std::size_t least = 1;  ///< bytes of the text
  std::size_t most = 160;
  std::optional<std::string> equals;
  bool required = true;
  Keep keep = Keep::Never;
};

/// How a card proves that it is none that was copied: a procedure built into the driver.
struct Proof {
  enum class Procedure : std::uint8_t {
    InternalAuthenticate,  ///< ISO 7816-4: the card signs what INTERNAL AUTHENTICATE hands it
    GeneralAuthenticate,   ///< SP 800-73-4, part 2, 3.2.4 (PIV): P-256 and RSA of 2048 bits
    Pkcs15,                ///< certificate and key are found by the card's own directories (ISO 7816-15)
  };
  Procedure procedure = Procedure::InternalAuthenticate;
  std::string certificate;            ///< what a step read "as"
  std::vector<std::uint32_t> inside;  ///< path of tags to the certificate in it; empty: it is the whole
  std::uint8_t key = 0;               ///< P2
  std::vector<Bytes> authorities;     ///< certificates (DER) of who may issue such cards; none: nobody yet
  /// The SHA-256 of what a step read "as" this is the certificate's serialNumber (in hexadecimal): otherwise
  /// somebody's own key could vouch for another person's name. Empty: the certificate says it all.
  std::string binds;
};

/// The kiosk proves itself before the card shows anything (EXTERNAL AUTHENTICATE after GET CHALLENGE).
struct KioskFirst {
  std::uint8_t key = 0;  ///< P2
};

/// ATR bytes that must fit where the mask has ones. Different cards share an ATR: it narrows, it proves
/// nothing.
struct AtrMatch {
  Bytes value;
  Bytes mask;
};

struct Budget {
  /// Commands, each part of a file and each record too; not the GET RESPONSE that fetches the rest of an answer, of
  /// which ReaderLimits::follow_ups bounds how many one command may have.
  int steps = 24;
  std::size_t bytes = 2048;
  std::chrono::milliseconds time{4000};
};

/// How a kind of card is read: data, signed by the municipality. Thread: a plain value.
struct Profile {
  std::string id;    ///< name of its file, without the ending
  std::string name;  ///< for staff
  CardKind kind = CardKind::Other;
  std::vector<Bytes> applications;  ///< SELECT by name, one after the other: the first that is there
  std::vector<AtrMatch> atrs;       ///< any of them; none: every card may be asked
  Budget budget;
  std::optional<KioskFirst> kiosk_first;
  std::vector<Step> steps;
  std::vector<Field> fields;
  std::optional<Proof> proof;

  /// Before anything is said to the card.
  [[nodiscard]] bool may_be(ByteView answer_to_reset) const;
};

/// Reads one profile (README.md, "How to add a card"), strictly: the first field that is wrong is named.
[[nodiscard]] Result<Profile, DataFault> parse_profile(std::string_view id, std::string_view json);

}  // namespace pishkhan::card
