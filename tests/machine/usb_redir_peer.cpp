#include "tests/machine/usb_redir_peer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace pishkhan::machine {

namespace {

// Packet types.
constexpr std::uint32_t hello = 0;
constexpr std::uint32_t device_connect = 1;
constexpr std::uint32_t reset = 3;
constexpr std::uint32_t interface_info = 4;
constexpr std::uint32_t ep_info = 5;
constexpr std::uint32_t set_configuration = 6;
constexpr std::uint32_t get_configuration = 7;
constexpr std::uint32_t configuration_status = 8;
constexpr std::uint32_t set_alt_setting = 9;
constexpr std::uint32_t get_alt_setting = 10;
constexpr std::uint32_t alt_setting_status = 11;
constexpr std::uint32_t start_interrupt_receiving = 15;
constexpr std::uint32_t stop_interrupt_receiving = 16;
constexpr std::uint32_t interrupt_receiving_status = 17;
constexpr std::uint32_t cancel_data_packet = 21;
constexpr std::uint32_t control_packet = 100;
constexpr std::uint32_t bulk_packet = 101;
constexpr std::uint32_t interrupt_packet = 103;

constexpr std::uint32_t wide_ids = 1U << 5;
constexpr std::uint32_t long_bulk = 1U << 6;

constexpr std::uint8_t success = 0;
constexpr std::uint8_t cancelled = 1;
constexpr std::uint8_t stall = 4;

// Capabilities that we use: connect_device_version, ep_info_max_packet_size, 64bits_ids, 32bits_bulk_length. QEMU
// rejects a device on an xHCI port without the last three.
constexpr std::uint32_t capabilities = 1U << 1 | 1U << 4 | wide_ids | long_bulk;
constexpr std::size_t version_bytes = 64;  // of hello, before its capabilities
constexpr std::size_t endpoints = 32;  // 0 to 15 out, 16 to 31 in
constexpr std::uint8_t full_speed = 1;

constexpr std::size_t given_remembered = 16;  // more than QEMU ever has under way at once here

// USB 2.0, 9.4 and 9.6.
constexpr std::uint8_t get_descriptor = 6;
constexpr std::uint8_t interface_type = 4;
constexpr std::uint8_t endpoint_type = 5;

/// Calls `each(type, descriptor)` for what follows one another in a configuration.
template <class Each>
void for_descriptors(ByteView configuration, Each each) {
  while (configuration.size() >= 2 && configuration[0] >= 2 && configuration[0] <= configuration.size()) {
    each(configuration[1], configuration.first(configuration[0]));
    configuration = configuration.subspan(configuration[0]);
  }
}

}  // namespace

UsbRedirPeer::UsbRedirPeer(RedirDevice& device, std::filesystem::path socket)
    : device_(device), path_(std::move(socket)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void UsbRedirPeer::run(const std::stop_token& stop) {
  auto socket = UnixSocket::connect(path_, std::chrono::seconds(20));
  if (!socket) {
    std::fprintf(stderr, "machine: nobody listens at %s\n", path_.c_str());
    return;
  }
  socket_.emplace(std::move(*socket));
  Bytes greeting(version_bytes);
  const std::string_view name = "pishkhan machine";
  std::copy(name.begin(), name.end(), greeting.begin());
  ByteWriter(greeting).le32(capabilities);
  send(hello, 0, greeting);
  while (!stop.stop_requested() && !lost_) {
    const bool busy = !outs_.empty() || !ins_.empty() || interrupt_endpoint_ != 0;
    auto bytes = socket_->receive(std::chrono::milliseconds(busy ? 2 : 50));
    if (!bytes) break;
    received_.insert(received_.end(), bytes->begin(), bytes->end());
    while (auto packet = next_packet()) handle(*packet);
    serve();
  }
  configured_ = false;
  socket_.reset();
}

std::optional<UsbRedirPeer::Packet> UsbRedirPeer::next_packet() {
  const std::size_t header_bytes = header_length();
  if (received_.size() < header_bytes) return std::nullopt;
  ByteReader header(received_);
  Packet packet;
  packet.type = header.le32();
  const std::uint32_t length = header.le32();
  packet.id = header.le32();
  if (wide_) packet.id |= static_cast<std::uint64_t>(header.le32()) << 32;
  if (received_.size() < header_bytes + length) return std::nullopt;
  const auto from = received_.begin() + static_cast<std::ptrdiff_t>(header_bytes);
  packet.body.assign(from, from + length);
  received_.erase(received_.begin(), from + length);
  return packet;
}

void UsbRedirPeer::send(std::uint32_t type, std::uint64_t id, ByteView body) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.le32(type);
  writer.le32(static_cast<std::uint32_t>(body.size()));
  writer.le32(static_cast<std::uint32_t>(id));
  if (wide_) writer.le32(static_cast<std::uint32_t>(id >> 32));
  writer.bytes(body);
  if (!socket_->send(bytes)) lost_ = true;
}

void UsbRedirPeer::send_endpoints() {
  std::array<std::uint8_t, endpoints> type{};
  std::array<std::uint8_t, endpoints> interval{};
  std::array<std::uint8_t, endpoints> interface{};
  std::array<std::uint16_t, endpoints> size{};
  type.fill(255);  // no such endpoint
  type[0] = type[16] = 0;
  size[0] = size[16] = device_.device_descriptor()[7];
  std::uint8_t number = 0;
  for_descriptors(device_.configuration(), [&](std::uint8_t kind, ByteView descriptor) {
    if (kind == interface_type) number = descriptor[2];
    if (kind != endpoint_type) return;
    const auto at = static_cast<std::size_t>((descriptor[2] & 0x0F) + ((descriptor[2] & 0x80) != 0 ? 16 : 0));
    type[at] = descriptor[3] & 3;
    interval[at] = descriptor[6];
    interface[at] = number;
    size[at] = static_cast<std::uint16_t>(descriptor[4] | descriptor[5] << 8);
  });
  Bytes body;
  ByteWriter writer(body);
  writer.bytes(type);
  writer.bytes(interval);
  writer.bytes(interface);
  for (const std::uint16_t one : size) writer.le16(one);
  send(ep_info, 0, body);
}

void UsbRedirPeer::introduce() {
  Bytes body;
  ByteWriter writer(body);
  std::array<std::array<std::uint8_t, 32>, 4> columns{};  // number, class, subclass, protocol
  std::uint32_t count = 0;
  for_descriptors(device_.configuration(), [&](std::uint8_t kind, ByteView descriptor) {
    if (kind != interface_type || descriptor[3] != 0 || count >= 32) return;
    columns[0][count] = descriptor[2];
    for (std::size_t i = 1; i < 4; ++i) columns[i][count] = descriptor[4 + i];
    ++count;
  });
  writer.le32(count);
  for (const auto& column : columns) writer.bytes(column);
  send(interface_info, 0, body);
  send_endpoints();
  const ByteView device = device_.device_descriptor();  // USB 2.0, table 9-8
  Bytes connect;
  ByteWriter words(connect);
  words.u8(full_speed);
  words.bytes(device.subspan(4, 3));  // class, subclass, protocol
  words.bytes(device.subspan(8, 6));  // vendor, product, release
  send(device_connect, 0, connect);
}

void UsbRedirPeer::handle(const Packet& packet) {
  ByteReader body(packet.body);
  switch (packet.type) {
    case hello:
      body.bytes(version_bytes);
      theirs_ = body.le32();
      wide_ = (theirs_ & wide_ids) != 0;
      if (!std::exchange(introduced_, true)) introduce();
      break;
    case reset:
      device_.reset();
      outs_.clear();
      ins_.clear();
      given_.clear();
      untaken_.clear();
      interrupt_endpoint_ = 0;
      break;
    case set_configuration:
      configured_ = true;
      send_endpoints();
      send(configuration_status, packet.id, Bytes{success, body.u8()});
      break;
    case get_configuration:
      send(configuration_status, packet.id, Bytes{success, static_cast<std::uint8_t>(configured_ ? 1 : 0)});
      break;
    case set_alt_setting:
    case get_alt_setting: {
      const std::uint8_t interface = body.u8();
      send(alt_setting_status, packet.id, Bytes{success, interface, 0});
      break;
    }
    case start_interrupt_receiving:
      interrupt_endpoint_ = body.u8();
      send(interrupt_receiving_status, packet.id, Bytes{success, interrupt_endpoint_});
      break;
    case stop_interrupt_receiving:
      interrupt_endpoint_ = 0;
      send(interrupt_receiving_status, packet.id, Bytes{success, body.u8()});
      break;
    case cancel_data_packet:
      cancel(packet.id);
      break;
    case control_packet:
      control(packet);
      break;
    case bulk_packet:
      bulk(packet);
      break;
    default:
      break;  // streams and filters, which we did not say that we have
  }
}

std::optional<Bytes> UsbRedirPeer::standard_in(usb::ControlSetup setup) {
  if (setup.request_type == 0x80 && setup.request == get_descriptor) {
    const int type = setup.value >> 8;
    if (type == 1 || type == 2) {
      const ByteView whole = type == 1 ? device_.device_descriptor() : device_.configuration();
      return Bytes(whole.begin(), whole.end());
    }
  }
  if (setup.request_type == 0x80 && setup.request == 0) return Bytes{1, 0};  // GET_STATUS: self-powered
  return std::nullopt;
}

void UsbRedirPeer::control(const Packet& packet) {
  ByteReader body(packet.body);
  const std::uint8_t endpoint = body.u8();
  usb::ControlSetup setup;
  setup.request = body.u8();
  setup.request_type = body.u8();
  body.u8();  // status
  setup.value = body.le16();
  setup.index = body.le16();
  const std::uint16_t length = body.le16();
  const ByteView data = body.bytes(body.remaining());
  std::uint8_t status = success;
  Bytes answer;
  std::uint16_t count = length;
  if ((setup.request_type & 0x80) != 0) {
    auto given = standard_in(setup);
    if (!given) given = device_.control_in(setup, length);
    if (!given) status = stall;
    if (given) answer = std::move(*given);
    if (answer.size() > length) answer.resize(length);
    count = static_cast<std::uint16_t>(answer.size());
  } else if (!device_.control_out(setup, data)) {
    // CLEAR_FEATURE(ENDPOINT_HALT) and the like, USB 2.0, 9.4.1: nothing halts here for long.
    if ((setup.request_type & 0x60) != 0) status = stall;
  }
  Bytes reply;
  ByteWriter writer(reply);
  writer.u8(endpoint);
  writer.u8(setup.request);
  writer.u8(setup.request_type);
  writer.u8(status);
  writer.le16(setup.value);
  writer.le16(setup.index);
  writer.le16(count);
  writer.bytes(answer);
  send(control_packet, packet.id, reply);
}

void UsbRedirPeer::bulk(const Packet& packet) {
  ByteReader body(packet.body);
  const std::uint8_t endpoint = body.u8();
  body.u8();  // status
  std::size_t length = body.le16();
  body.le32();  // stream
  if ((theirs_ & long_bulk) != 0) length |= static_cast<std::size_t>(body.le16()) << 16;
  if ((endpoint & 0x80) != 0) {
    ins_.push_back({packet.id, endpoint, length});
  } else {
    const ByteView data = body.bytes(body.remaining());
    outs_.push_back({packet.id, endpoint, Bytes(data.begin(), data.end()), 0});
  }
}

void UsbRedirPeer::answer_bulk(std::uint64_t id, std::uint8_t endpoint, std::uint8_t status,
                               std::size_t length, ByteView data) {
  Bytes reply;
  ByteWriter writer(reply);
  writer.u8(endpoint);
  writer.u8(status);
  writer.le16(static_cast<std::uint16_t>(length));
  writer.le32(0);
  if ((theirs_ & long_bulk) != 0) writer.le16(static_cast<std::uint16_t>(length >> 16));
  writer.bytes(data);
  send(bulk_packet, id, reply);
}

void UsbRedirPeer::cancel(std::uint64_t id) {
  const auto out = std::find_if(outs_.begin(), outs_.end(), [id](const Out& one) { return one.id == id; });
  if (out != outs_.end()) {
    answer_bulk(id, out->endpoint, cancelled, out->taken, {});
    outs_.erase(out);
  }
  const auto in = std::find_if(ins_.begin(), ins_.end(), [id](const In& one) { return one.id == id; });
  if (in != ins_.end()) {
    answer_bulk(id, in->endpoint, cancelled, 0, {});
    ins_.erase(in);
    return;
  }
  // Our answer and QEMU's word have crossed: QEMU throws the data away, which no bus would.
  const auto given = std::find_if(given_.begin(), given_.end(), [id](const Given& one) { return one.id == id; });
  if (given == given_.end()) return;
  untaken_.push_back(std::move(given->data));
  given_.erase(given);
}

std::optional<Bytes> UsbRedirPeer::next_in(std::size_t maximum) {
  if (untaken_.empty()) return device_.bulk_in(maximum);
  Bytes first = std::move(untaken_.front());
  untaken_.pop_front();
  if (first.size() > maximum) {
    untaken_.emplace_front(first.begin() + static_cast<std::ptrdiff_t>(maximum), first.end());
    first.resize(maximum);
  }
  return first;
}

/// What is under way goes on as far as the device lets it.
void UsbRedirPeer::serve() {
  while (!outs_.empty()) {
    Out& out = outs_.front();
    const auto taken = device_.bulk_out(ByteView(out.data).subspan(out.taken));
    if (taken) out.taken += *taken;
    if (taken && out.taken < out.data.size()) {
      if (*taken == 0) break;
      continue;
    }
    answer_bulk(out.id, out.endpoint, taken ? success : stall, out.taken, {});
    outs_.pop_front();
  }
  while (!ins_.empty()) {
    const In& in = ins_.front();
    auto packet = next_in(in.maximum);
    if (!packet) break;
    answer_bulk(in.id, in.endpoint, success, packet->size(), *packet);
    if (given_.size() >= given_remembered) given_.pop_front();
    given_.push_back({in.id, std::move(*packet)});
    ins_.pop_front();
  }
  while (interrupt_endpoint_ != 0) {
    const auto report = device_.interrupt_in();
    if (!report) break;
    Bytes packet{interrupt_endpoint_, success};
    ByteWriter writer(packet);
    writer.le16(static_cast<std::uint16_t>(report->size()));
    writer.bytes(*report);
    send(interrupt_packet, interrupt_id_++, packet);
  }
}

}  // namespace pishkhan::machine
