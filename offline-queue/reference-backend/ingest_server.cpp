#include "offline-queue/reference-backend/ingest_server.h"

#include <utility>
#include <variant>

namespace pishkhan::backend {

using namespace protocol;

IngestServer::IngestServer(const KioskRegister& kiosks, SigningKey key, VerifyingKey cases_key,
                           const Clock& clock)
    : ingest_(kiosks, std::move(key), std::move(cases_key), clock) {}

IngestServer::~IngestServer() {
  // First no new work, then what was begun is finished; its answers are dropped with the connections.
  if (server_) server_->stop();
  writer_.reset();
}

Result<std::unique_ptr<IngestServer>, IngestFault> IngestServer::start(const IngestOptions& options,
                                                                       const Clock& clock) {
  auto key = SigningKey::load(options.signing_key);
  auto cases_key = VerifyingKey::load(options.cases_key);
  if (!key || !cases_key) return fail(IngestFault::BadKey);
  auto kiosks = KioskRegister::load(options.kiosks_file);
  if (!kiosks) return fail(IngestFault::BadRegister);
  auto store = IngestStore::open(options.database);
  if (!store) return fail(IngestFault::BadDatabase);
  std::unique_ptr<IngestServer> made(new IngestServer(*kiosks, std::move(*key), std::move(*cases_key), clock));
  if (!made->ingest_.load_book(*store, *kiosks)) return fail(IngestFault::BadDatabase);
  made->writer_ = std::make_unique<Writer>(std::move(*store));
  made->ingest_.hint_polls(options.poll_after_s);
  IngestServer* self = made.get();
  std::vector<Listener> listeners;
  listeners.push_back(
      {options.address, options.port, [self](const HttpRequest& request, std::unique_ptr<Reply> reply) {
         self->go_on(self->ingest_.take_public(request), std::move(reply));
       }});
  listeners.push_back({options.address, options.internal_port,
                       [self](const HttpRequest& request, std::unique_ptr<Reply> reply) {
                         self->go_on(self->ingest_.take_internal(request), std::move(reply));
                       }});
  if (options.enrolment_port) {
    listeners.push_back({options.address, *options.enrolment_port,
                         [self](const HttpRequest& request, std::unique_ptr<Reply> reply) {
                           self->go_on(self->ingest_.take_enrolment(request), std::move(reply));
                         },
                         Admits::Strangers});
  }
  auto server = HttpServer::start(options.tls, std::move(listeners), options.threads);
  if (!server) {
    return fail(server.error() == ServerFault::CannotListen ? IngestFault::CannotListen
                                                            : IngestFault::BadCertificate);
  }
  made->server_ = std::move(*server);
  return made;
}

void IngestServer::go_on(Handling handling, std::unique_ptr<Reply> reply) {
  if (auto* known = std::get_if<Answering>(&handling)) return answer(std::move(reply), std::move(*known));
  std::unique_ptr<Reply> back = writer_->post(std::move(std::get<Work>(handling)), std::move(reply));
  if (back) answer(std::move(back), [] { return problem_answer(Problem::of(ProblemType::Busy), 5); });
}

}  // namespace pishkhan::backend
