#include "offline-queue/reference-backend/import.h"

#include "offline-queue/protocol/batch.h"

#include <fstream>

namespace pishkhan::backend {
namespace {

/// Exactly `count` bytes; nothing: there are fewer.
std::optional<std::string> read(std::ifstream& stream, std::size_t count) {
  std::string text(count, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(count));
  if (static_cast<std::size_t>(stream.gcount()) != count) return std::nullopt;
  return text;
}

/// The answer that the batch's kiosk would have got; nothing if it is not stored although it should be.
std::optional<HttpAnswer> take(Ingest& ingest, IngestStore& store, int kiosk, std::string body) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/v1/batches";
  request.content_type = protocol::batch_media_type;
  request.body = std::move(body);
  request.peer_name = "kiosk-" + std::to_string(kiosk);
  request.peer_role = "kiosk";
  Handling handling = ingest.take_public(request);
  if (const auto* known = std::get_if<Answering>(&handling)) return (*known)();
  if (!store.begin()) return std::nullopt;
  const Answering answering = std::get<Work>(handling)(store);
  if (store.failed() || !store.commit()) {
    store.roll_back();
    return std::nullopt;
  }
  return answering();
}

}  // namespace

Result<Imported, ImportFault> import_batches(Ingest& ingest, IngestStore& store,
                                             const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(ImportFault::Unreadable);
  if (read(stream, 4) != "PKX1") return fail(ImportFault::Malformed);
  Imported imported;
  while (stream.peek() != std::ifstream::traits_type::eof()) {
    const auto size = read(stream, 4);
    if (!size) return fail(ImportFault::Malformed);
    const std::size_t length = ByteReader(as_bytes(*size)).be32();
    if (length > protocol::largest_request_bytes) return fail(ImportFault::Malformed);
    auto body = read(stream, length);
    if (!body) return fail(ImportFault::Malformed);
    const auto batch = protocol::Batch::parse(as_bytes(*body));
    if (!batch) return fail(ImportFault::Malformed);
    const auto answer = take(ingest, store, batch->kiosk, std::move(*body));
    if (!answer) return fail(ImportFault::DatabaseFailed);
    if (answer->status == 200) {
      ++imported.batches;
      continue;
    }
    const auto problem = protocol::Problem::parse(answer->body);
    if (imported.refused++ > 0 || !problem) continue;
    imported.first_refusal = protocol::name(problem->type);
    imported.expected_sequence = problem->expected_sequence;
  }
  return imported;
}

}  // namespace pishkhan::backend
