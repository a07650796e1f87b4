// What cases finds in an envelope that a broken kiosk, or a thief with its key, has sealed. Lines: the service,
// then "field=value", "!identity=value".
#include "base/services/loader.h"
#include "offline-queue/reference-backend/opener.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

namespace {

const services::Catalogue& catalogue() {
  static const services::Catalogue one =
      services::parse_pack(services::read_pack(PISHKHAN_ASSETS "/cities/shahr-e-nemuneh").value()).value();
  return one;
}

std::string_view line_of(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

protocol::Request request_in(std::string_view text) {
  protocol::Request request;
  request.request_id = {1};
  request.code = {1042, 1, 9};
  request.catalogue_version = "1";
  request.catalogue_fingerprint = "0000-0000";
  request.receipt_secret = PersonalText("12345678");
  request.service_id = line_of(text);
  if (!request.service_id.empty() && request.service_id.back() == '+') {
    request.assurance = services::Assurance::Card;
    request.service_id.pop_back();
  }
  while (!text.empty()) {
    std::string_view line = line_of(text);
    auto& values = line.substr(0, 1) == "!" ? request.identity : request.fields;
    if (line.substr(0, 1) == "!") line.remove_prefix(1);
    const std::size_t end = std::min(line.find('='), line.size());
    values.emplace(line.substr(0, end), PersonalText(line.substr(std::min(end + 1, line.size()))));
  }
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const protocol::OpeningKey key = protocol::OpeningKey::generate(3);
  const auto body = protocol::encode_request(request_in(as_text({data, size})));
  if (!body) return 0;
  protocol::Record record;
  record.header.kiosk = 1042;
  record.header.epoch = 1;
  record.header.sequence = 9;
  record.header.request_id = {1};
  auto envelope = protocol::seal(body->view(), key.public_part());
  if (!envelope) return 0;
  record.payload = std::move(*envelope);
  const auto opened = backend::open_request(
      record, {&key, 1}, [](const std::string&) -> const services::Catalogue& { return catalogue(); });
  ENSURE(opened.request.has_value(), "what was encoded and sealed is opened and read");
  ENSURE(opened.reason.empty() || !opened.same_matter, "what is invalid joins no case");
  return 0;
}
