#include "offline-queue/protocol/request_body.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace pishkhan::protocol {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t latest_time_ms = 253'402'300'799'999;  // the end of the year 9999
constexpr std::size_t longest_name_bytes = 64;
constexpr std::size_t most_fields = 64;

bool continuation(std::string_view text, std::size_t i) {
  return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
}

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    std::size_t length = 0;
    if (byte < 0x80) {
      length = 1;
    } else if (byte >= 0xC2 && byte <= 0xDF) {
      length = 2;
    } else if ((byte & 0xF0) == 0xE0 && !(byte == 0xE0 && next < 0xA0) && !(byte == 0xED && next > 0x9F)) {
      length = 3;
    } else if (byte >= 0xF0 && byte <= 0xF4 && !(byte == 0xF0 && next < 0x90) &&
               !(byte == 0xF4 && next > 0x8F)) {
      length = 4;
    }
    if (length == 0) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if (!continuation(text, i + k)) return false;
    }
    i += length;
  }
  return true;
}

/// Writes into memory that is wiped; a first pass only counts, so that nothing is ever reallocated.
class JsonWriter {
 public:
  explicit JsonWriter(SecretBytes* target) : target_(target) {}
  [[nodiscard]] std::size_t size() const { return size_; }

  void raw(std::string_view text) {
    size_ += text.size();
    if (target_ != nullptr) target_->append(text);
  }
  void text(std::string_view value) {
    constexpr std::string_view hex = "0123456789abcdef";
    raw("\"");
    for (const char& character : value) {
      const auto byte = static_cast<unsigned char>(character);
      if (byte == '"' || byte == '\\') {
        raw("\\");
        raw({&character, 1});
      } else if (byte < 0x20) {
        const std::array<char, 2> digits{hex[byte >> 4], hex[byte & 15]};
        raw("\\u00");
        raw({digits.data(), digits.size()});
      } else {
        raw({&character, 1});
      }
    }
    raw("\"");
  }
  /// `lead` is "{" or ",".
  void key(std::string_view lead, std::string_view name) {
    raw(lead);
    text(name);
    raw(":");
  }
  void number(std::int64_t value) { raw(std::to_string(value)); }

 private:
  SecretBytes* target_;
  std::size_t size_ = 0;
};

std::int64_t milliseconds(WallTime time) {
  return time.time_since_epoch().count();
}

using Words = std::map<std::string, PersonalText>;

void write_words(const Words& words, JsonWriter& out) {
  std::string_view lead = "{";
  for (const auto& [id, value] : words) {
    out.key(lead, id);
    out.text(value.reveal());
    lead = ",";
  }
  out.raw(words.empty() ? "{}" : "}");
}

void write(const Request& request, JsonWriter& out) {
  out.key("{", "assurance");
  out.text(assurance_name(request.assurance));
  out.key(",", "case-key");
  out.text(request.case_key.reveal());
  out.key(",", "catalogue-fingerprint");
  out.text(request.catalogue_fingerprint);
  out.key(",", "catalogue-version");
  out.text(request.catalogue_version);
  out.key(",", "fields");
  write_words(request.fields, out);
  out.key(",", "filed-at-ms");
  out.number(milliseconds(request.filed_at));
  out.key(",", "identity");
  write_words(request.identity, out);
  out.key(",", "language");
  out.text(tag(request.language));
  if (request.last_server_time) {
    out.key(",", "last-server-time-ms");
    out.number(milliseconds(*request.last_server_time));
  }
  out.key(",", "receipt-secret");
  out.text(request.receipt_secret.reveal());
  out.key(",", "request-id");
  out.text(to_hex(request.request_id));
  out.key(",", "service");
  out.text(request.service_id);
  out.key(",", "tracking-code");
  out.text(request.code.digits());
  out.key(",", "version");
  out.number(1);
  out.raw("}");
}

bool all_utf8(const Request& request) {
  const bool head = is_utf8(request.service_id) && is_utf8(request.catalogue_version) &&
                    is_utf8(request.catalogue_fingerprint) && is_utf8(request.case_key.reveal()) &&
                    is_utf8(request.receipt_secret.reveal());
  const auto words_ok = [](const Words& words) {
    return std::all_of(words.begin(), words.end(),
                       [](const auto& word) { return is_utf8(word.first) && is_utf8(word.second.reveal()); });
  };
  return head && words_ok(request.fields) && words_ok(request.identity);
}

bool in_range(const Request& request) {
  const auto time_ok = [](WallTime time) {
    return milliseconds(time) >= 0 && milliseconds(time) <= latest_time_ms;
  };
  const auto name_ok = [](const std::string& name) {
    return !name.empty() && name.size() <= longest_name_bytes;
  };
  const auto words_ok = [&](const Words& words) {
    return words.size() <= most_fields &&
           std::all_of(words.begin(), words.end(), [&](const auto& word) { return name_ok(word.first); });
  };
  return request.code.in_range() && time_ok(request.filed_at) && name_ok(request.service_id) &&
         (!request.last_server_time || time_ok(*request.last_server_time)) && words_ok(request.fields) &&
         words_ok(request.identity);
}

const std::string* text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get_ptr<const std::string*>() : nullptr;
}

std::optional<WallTime> time_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto value = found->get<std::uint64_t>();
  if (value > static_cast<std::uint64_t>(latest_time_ms)) return std::nullopt;
  return WallTime(std::chrono::milliseconds(value));
}

std::optional<services::Assurance> parse_assurance(std::string_view name) {
  for (const auto assurance :
       {services::Assurance::MobileNumber, services::Assurance::TypedNationalId, services::Assurance::Card}) {
    if (assurance_name(assurance) == name) return assurance;
  }
  return std::nullopt;
}

bool read_words(const Json& object, Request& request) {
  const auto* case_key = text_member(object, "case-key");
  const auto* fingerprint = text_member(object, "catalogue-fingerprint");
  const auto* version = text_member(object, "catalogue-version");
  const auto* secret = text_member(object, "receipt-secret");
  const auto* service = text_member(object, "service");
  if (!case_key || !fingerprint || !version || !secret || !service) return false;
  request.case_key = PersonalText(*case_key);
  request.catalogue_fingerprint = *fingerprint;
  request.catalogue_version = *version;
  request.receipt_secret = PersonalText(*secret);
  request.service_id = *service;
  return true;
}

bool read_choices(const Json& object, Request& request) {
  const auto* assurance = text_member(object, "assurance");
  const auto* language = text_member(object, "language");
  const auto* id = text_member(object, "request-id");
  const auto* code = text_member(object, "tracking-code");
  const auto filed_at = time_member(object, "filed-at-ms");
  if (!assurance || !language || !id || !code || !filed_at) return false;
  const auto parsed_assurance = parse_assurance(*assurance);
  const auto bytes = from_hex(*id);
  const auto parsed_code = TrackingCode::parse(*code);
  if (!parsed_assurance || !bytes || bytes->size() != request.request_id.size() || !parsed_code) return false;
  if (*language != tag(Language::Persian) && *language != tag(Language::English)) return false;
  request.assurance = *parsed_assurance;
  request.language = *language == tag(Language::English) ? Language::English : Language::Persian;
  std::copy(bytes->begin(), bytes->end(), request.request_id.begin());
  request.code = *parsed_code;
  request.filed_at = *filed_at;
  if (object.contains("last-server-time-ms")) {
    request.last_server_time = time_member(object, "last-server-time-ms");
    if (!request.last_server_time) return false;
  }
  return true;
}

bool read_words_of(const Json& object, const char* name, Words& words) {
  const auto members = object.find(name);
  if (members == object.end() || !members->is_object()) return false;
  for (const auto& [id, value] : members->items()) {
    if (!value.is_string()) return false;
    words.emplace(id, PersonalText(value.get_ref<const std::string&>()));
  }
  return true;
}

}  // namespace

std::string_view assurance_name(services::Assurance assurance) {
  switch (assurance) {
    case services::Assurance::MobileNumber:
      return "mobile-number";
    case services::Assurance::TypedNationalId:
      return "typed-national-id";
    case services::Assurance::Card:
      return "card";
  }
  return "";
}

Result<SecretBytes, BodyFault> encode_request(const Request& request) {
  if (!all_utf8(request)) return fail(BodyFault::NotUtf8);
  if (!in_range(request)) return fail(BodyFault::OutOfRange);
  JsonWriter counter(nullptr);
  write(request, counter);
  if (counter.size() > largest_body_bytes) return fail(BodyFault::TooLarge);
  SecretBytes bytes(counter.size());
  JsonWriter writer(&bytes);
  write(request, writer);
  return bytes;
}

Result<Request, BodyFault> parse_request(ByteView json) {
  if (json.size() > largest_body_bytes) return fail(BodyFault::TooLarge);
  const Json object = Json::parse(as_text(json), nullptr, false);
  if (!object.is_object()) return fail(BodyFault::Malformed);
  Request request;
  if (!read_words(object, request) || !read_choices(object, request) ||
      !read_words_of(object, "fields", request.fields) ||
      !read_words_of(object, "identity", request.identity)) {
    return fail(BodyFault::Malformed);
  }
  // Writing it again and comparing finds, at once, unknown, missing, repeated and reordered members, white
  // space and every other spelling.
  const auto again = encode_request(request);
  if (!again) return fail(again.error());
  const ByteView bytes = again->view();
  if (!std::equal(bytes.begin(), bytes.end(), json.begin(), json.end())) return fail(BodyFault::NotCanonical);
  return request;
}

}  // namespace pishkhan::protocol
