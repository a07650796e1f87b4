// A model file that somebody has written.
#include "drivers/receipt-printer/bands.h"
#include "drivers/receipt-printer/model.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto model = printer::parse_model("fuzz", as_text(ByteView(data, size)));
  if (!model) {
    ENSURE(!describe(model.error()).empty(), "a refusal is explained");
    return 0;
  }
  // Whatever was taken can be printed with.
  ENSURE(model->printable_dots() >= 128, "there is room for a receipt");
  Bitmap receipt(model->printable_dots(), 40);
  for (int x = 0; x < receipt.width(); ++x) receipt.set(x, x % receipt.height());
  ENSURE(!printer::encode_receipt(*model, receipt).empty(), "a receipt is bytes");
  return 0;
}
