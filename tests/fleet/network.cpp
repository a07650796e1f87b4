#include "tests/fleet/network.h"

#include "tests/fleet/city.h"

#include <utility>

namespace pishkhan::fleet {

using sync::SyncFault;
using sync::SyncFaultKind;

namespace {

backend::HttpRequest request_of(int who, const sync::Exchange& exchange) {
  backend::HttpRequest request;
  request.content_type = exchange.content_type;
  request.method = exchange.method == sync::Method::Get ? "GET" : "POST";
  const std::size_t mark = exchange.target.find('?');
  request.path = exchange.target.substr(0, mark);
  if (mark != std::string::npos) request.query = exchange.target.substr(mark + 1);
  request.body = exchange.body;
  request.peer_role = who == kCases ? "cases" : "kiosk";
  request.peer_name = who == kCases ? "cases" : "kiosk-" + std::to_string(who);
  return request;
}

sync::Answer answer_of(const backend::HttpAnswer& answer) {
  sync::Answer result{answer.status, answer.content_type, answer.body, {}};
  if (answer.retry_after_s) result.retry_after = std::chrono::seconds(*answer.retry_after_s);
  return result;
}

}  // namespace

class Network::Way final : public sync::Carrier {
 public:
  Way(Network& network, int who) : network_(network), who_(who) {}
  Result<sync::Answer, SyncFault> carry(const sync::Exchange& exchange, const std::stop_token&) override {
    return network_.carry(who_, exchange);
  }

 private:
  Network& network_;
  int who_;
};

std::unique_ptr<sync::Carrier> Network::way_of(int who) {
  return std::make_unique<Way>(*this, who);
}

Network::Carried Network::lost(SyncFaultKind kind, SteadyTime after) {
  took_ = after;
  return fail(SyncFault{kind, {}, {}});
}

void Network::inspect(int who, const std::string& body) {
  if (holds_canary(body)) breach_(who, "a message holds what a citizen typed");
}

Network::Carried Network::carry(int who, const sync::Exchange& exchange) {
  ++exchanges_;
  took_ = SteadyTime(20 + static_cast<int>(random_.below(400)));
  inspect(who, exchange.target);
  inspect(who, exchange.body);
  const backend::HttpRequest request = request_of(who, exchange);
  if (calm_) return arrive(who, request, 1);
  if (cut_until_[who] > timeline_.now()) {
    ++faults_;
    return lost(SyncFaultKind::Unreachable, SteadyTime{5'000});
  }
  const std::uint64_t fate = random_.below(100);
  if (fate >= 14) return arrive(who, request, 1);
  ++faults_;
  trace_.note(timeline_.now(), who, "network fault", static_cast<int>(fate));
  return carry_badly(who, request, fate);
}

Network::Carried Network::carry_badly(int who, const backend::HttpRequest& request, std::uint64_t fate) {
  const SteadyTime deadline{20'000};
  if (fate < 2) return lost(SyncFaultKind::Timeout, deadline);  // the request never arrived
  if (fate < 5) {                                               // its answer did not come back
    static_cast<void>(arrive(who, request, 1).has_value());
    return lost(SyncFaultKind::Timeout, deadline);
  }
  if (fate < 7) return arrive(who, request, 2);  // twice, in one transaction
  if (fate < 10) {                               // on its way for long; others overtake it
    const SteadyTime delay(
        1'000 + static_cast<std::int64_t>(random_.below(random_.below(4) == 0 ? 40'000'000 : 60'000)));
    timeline_.after(delay, [this, who, request] {
      trace_.note(timeline_.now(), who, "late request arrives");
      static_cast<void>(arrive(who, request, 1).has_value());
    });
    return lost(SyncFaultKind::Timeout, deadline);
  }
  if (fate < 11) {  // a login page on the way
    return sync::Answer{302, "text/html", "<html>log in</html>", {}};
  }
  if (fate < 12) {  // a proxy's own words
    return sync::Answer{503, "text/html", "try later", std::chrono::seconds(30)};
  }
  if (fate < 13) {  // the answer ends in the middle, and nobody noticed
    Carried answer = arrive(who, request, 1);
    if (answer) answer->body.resize(random_.below(answer->body.size() + 1));
    return answer;
  }
  return lost(SyncFaultKind::Unreachable, SteadyTime{300});
}

Network::Carried Network::arrive(int who, const backend::HttpRequest& request, int copies) {
  const auto answer = backend_.deliver(request, copies);
  if (!answer) return lost(SyncFaultKind::Unreachable, SteadyTime{5'000});
  inspect(who, answer->body);
  return answer_of(*answer);
}

}  // namespace pishkhan::fleet
