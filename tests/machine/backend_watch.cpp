#include "tests/machine/backend_watch.h"

#include <set>
#include <thread>
#include <utility>

namespace pishkhan::machine {

Result<protocol::Request, Trouble> await_request(Rig& rig, const std::string& tracking_code,
                                                 std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto opened = rig.city().opened();
    TestCity::Opened* found = nullptr;
    if (opened)
      for (TestCity::Opened& one : *opened) {
        if (one.request.code.digits() != tracking_code) continue;
        if (found != nullptr) return fail(Trouble{"the backend has a request more than once"});
        found = &one;
      }
    if (found != nullptr) {
      if (found->verdict != protocol::Verdict::Accepted)
        return fail(Trouble{"the backend does not accept a request"});
      return std::move(found->request);
    }
    if (std::chrono::steady_clock::now() > until)
      return fail(Trouble{"a request whose receipt was printed did not come to the backend within " +
                          std::to_string(patience.count()) + " s"});
    rig.turn_twin();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
}

Rig::Outcome nothing_is_there_twice(Rig& rig) {
  const auto opened = rig.city().opened();
  if (!opened) return fail(opened.error());
  std::set<std::string> codes;
  std::set<protocol::RequestId> ids;
  for (const TestCity::Opened& one : *opened)
    if (!codes.insert(one.request.code.digits()).second || !ids.insert(one.request.request_id).second)
      return fail(Trouble{"the backend has a request more than once"});
  return {};
}

}  // namespace pishkhan::machine
