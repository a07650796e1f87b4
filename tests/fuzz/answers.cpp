// What comes back over the network, from the backend or from whoever stands in between: status, media type and
// body. First line: status, a space, media type.
#include "offline-queue/sync/client.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;
using namespace pishkhan::sync;

namespace {

class Canned final : public Carrier {
 public:
  explicit Canned(Answer answer) : answer_(std::move(answer)) {}
  Result<Answer, SyncFault> carry(const Exchange& exchange, const std::stop_token&) override {
    ENSURE(exchange.target.substr(0, 4) == "/v1/", "only what the protocol knows is asked");
    return answer_;
  }

 private:
  Answer answer_;
};

Answer answer_in(std::string_view text) {
  Answer answer;
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  for (const char digit : line.substr(0, 3))
    if (digit >= '0' && digit <= '9') answer.status = answer.status * 10 + (digit - '0');
  answer.content_type = line.substr(std::min<std::size_t>(4, line.size()));
  answer.body = text;
  return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Client client(Transport(std::make_unique<Canned>(answer_in(as_text({data, size})))));
  const auto note = [](const auto& answer) {
    if (!answer) ENSURE(*name(answer.error().kind) != '\0', "a fault has a name");
  };
  protocol::Batch batch{1042, 1, {}, {}, {}};
  batch.entries.resize(1);
  batch.entries.front().record.header = {.kiosk = 1042, .epoch = 1, .sequence = 1};
  note(client.send(batch));
  note(client.opened_since(1, ""));
  note(client.look_up({{1042, 1, 1}, {}}));
  note(client.time());
  note(client.updates_since(1, "7"));
  note(client.catalogue_part({1}, 0));
  note(client.send_health({}));
  return 0;
}
