#pragma once

#include "drivers/simulated/paper.h"
#include "kiosk/receipts/receipt.h"
#include "offline-queue/protocol/request_body.h"
#include "tests/machine/test_city.h"

#include <filesystem>
#include <string>

namespace pishkhan::machine {

/// What was found on a receipt that is right.
struct ProvenReceipt {
  std::string tracking_code;
  int rows = 0;
};

/// The tracking code of the signed statement on a strip, read from its QR code by another program (zbarimg) and
/// verified with the city's key.
struct PrintedStatement {
  std::string text;
  std::string tracking_code;
};
[[nodiscard]] Result<PrintedStatement, Trouble> read_statement(const simulated::Strip& strip, const TestCity& city,
                                                               const std::filesystem::path& folder);

/// Whether the strip that came out of the printer is, dot for dot, the receipt of this request. The kiosk is not
/// asked: the request is the one that *cases* opened, with the secret number that came inside the envelope, and the
/// statement is the one that read_statement() finds; from these the receipt is composed and laid out again, and every
/// row must be equal. Leaves receipt.png and, if it differs, receipt-expected.png in `folder`.
[[nodiscard]] Result<ProvenReceipt, Trouble> prove_receipt(const simulated::Strip& strip,
                                                           const protocol::Request& request, const TestCity& city,
                                                           const std::filesystem::path& folder,
                                                           receipts::Copy copy = receipts::Copy::Original);

}  // namespace pishkhan::machine
