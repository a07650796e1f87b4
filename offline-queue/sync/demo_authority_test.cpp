#include "offline-queue/sync/demo_authority.h"

#include "base/core/base64.h"

#include <doctest/doctest.h>

#include <string>

using namespace pishkhan;
using namespace pishkhan::sync;
using protocol::DemoPolicy;

namespace {

/// A PEM block of bytes that hold `name` as DER would.
std::string block(std::string_view name) {
  Bytes bytes{0x30, 0x82, 0x01, 0x02, 0x0c, static_cast<std::uint8_t>(name.size())};
  for (const char letter : name) bytes.push_back(static_cast<std::uint8_t>(letter));
  const std::string text = to_base64(bytes);
  std::string pem("-----BEGIN CERTIFICATE-----\n");
  for (std::size_t place = 0; place < text.size(); place += 16) pem.append(text.substr(place, 16)).append("\n");
  return pem.append("-----END CERTIFICATE-----\n");
}

}  // namespace

TEST_CASE("a build for citizens refuses the demo's CA, wherever it stands in the bundle") {
  const std::string demo = block(kDemoAuthorityName);
  const std::string real = block("Shahrdari Root CA");
  CHECK(demo.find(kDemoAuthorityName) == std::string::npos);
  CHECK_FALSE(acceptable_authority(demo, DemoPolicy::Refuse));
  CHECK_FALSE(acceptable_authority(std::string(real).append(demo), DemoPolicy::Refuse));
  CHECK_FALSE(acceptable_authority(std::string("# Pishkhan demo CA\n").append(real), DemoPolicy::Refuse));
  CHECK(acceptable_authority(real, DemoPolicy::Refuse));
  CHECK(acceptable_authority(std::string(real).append(real), DemoPolicy::Refuse));
  CHECK(acceptable_authority(demo, DemoPolicy::Accept));
  for (std::size_t length = 0; length < demo.size(); ++length) {
    static_cast<void>(mentions_demo_authority(std::string_view(demo).substr(0, length)));
  }
}
