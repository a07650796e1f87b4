#include "offline-queue/sync/demo_authority.h"

#include "base/core/base64.h"

#include <algorithm>
#include <string>

namespace pishkhan::sync {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";
constexpr std::string_view kEnd = "-----END ";

bool contains_name(std::string_view text) {
  return text.find(kDemoAuthorityName) != std::string_view::npos;
}

}  // namespace

bool mentions_demo_authority(std::string_view pem) {
  if (contains_name(pem)) return true;
  // A DER name holds its text as it is (X.690 8.23), so the decoded bytes can be searched without a parser.
  for (std::size_t at = pem.find(kBegin); at != std::string_view::npos; at = pem.find(kBegin, at + 1)) {
    const std::size_t label_end = pem.find(kDashes, at + kBegin.size());
    if (label_end == std::string_view::npos) return false;
    const std::size_t start = label_end + kDashes.size();
    const std::size_t stop = pem.find(kEnd, start);
    std::string body(pem.substr(start, stop == std::string_view::npos ? stop : stop - start));
    std::erase_if(body, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
    const std::optional<Bytes> der = from_base64(body);
    if (der && contains_name(as_text(*der))) return true;
  }
  return false;
}

bool acceptable_authority(std::string_view pem, protocol::DemoPolicy policy) {
  return policy == protocol::DemoPolicy::Accept || !mentions_demo_authority(pem);
}

}  // namespace pishkhan::sync
