// The part of the queue's thread that works for a citizen: filing, fetching a code again, following up.
#include "base/core/log.h"
#include "base/services/case_key.h"
#include "base/services/stages.h"
#include "kiosk/workers/queue_worker.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/protocol/keyed_hash.h"
#include "offline-queue/protocol/receipt_secret.h"
#include "offline-queue/protocol/receipt_statement.h"
#include "offline-queue/protocol/request_body.h"

#include <algorithm>
#include <string>
#include <utility>

namespace pishkhan::workers {

namespace {

std::string_view value_of(const services::Values& values, std::string_view field) {
  const auto found = values.find(field);
  return found == values.end() ? std::string_view() : found->second.reveal();
}

/// The mobile number that the form asked for, whichever its field is called.
std::string_view mobile_of(const visit::effect::File& job) {
  for (const auto& step : job.service->steps)
    for (const auto& field : step.fields)
      if (field.kind == services::FieldKind::Mobile) return value_of(job.values, field.id);
  return {};
}

/// "The same case by the same person": the case alone would hand one citizen another one's receipt.
std::optional<protocol::Hash> duplicate_hash(const protocol::DeviceSecret& secret,
                                             const visit::effect::File& job) {
  const auto key = services::case_key(*job.service, job.values);
  if (!key) return std::nullopt;
  protocol::SecretBytes words(key->reveal().size() + 64);
  words.append(key->reveal());
  words.append("\n");
  words.append(mobile_of(job).substr(0, 20));
  words.append("\n");
  words.append(value_of(job.values, "national_id").substr(0, 20));
  return protocol::keyed_hash(secret, protocol::HashPurpose::Duplicate, words.view());
}

/// The service is part of the hash, so that the code can be found again without the service's name being
/// kept beside a sealed request: whoever asks tries each service of the catalogue.
protocol::Hash recovery_hash(const protocol::DeviceSecret& secret, std::string_view mobile,
                             std::string_view service) {
  protocol::SecretBytes words(mobile.size() + service.size() + 1);
  words.append(mobile);
  words.append("\n");
  words.append(service);
  return protocol::keyed_hash(secret, protocol::HashPurpose::Recovery, words.view());
}

visit::FilingFault told(store::StoreFault fault) {
  return fault == store::StoreFault::DiskFull ? visit::FilingFault::DiskFull : visit::FilingFault::StoreFault;
}

}  // namespace

void QueueWorker::file_request(visit::effect::File& job) {
  if (setup_.identity == nullptr || store_ == nullptr || revoked_) {
    const auto fault =
        setup_.identity == nullptr ? visit::FilingFault::NotEnrolled : visit::FilingFault::StoreFault;
    setup_.events->post(visit::event::FilingFailed{job.visit, fault});
    return;
  }
  const Identity& identity = *setup_.identity;
  if (const auto duplicate = duplicate_hash(identity.device_secret, job)) {
    const auto waiting = store_->find_duplicate(*duplicate);
    if (waiting && *waiting) {
      const auto record = store_->record((*waiting)->code.sequence);
      if (record && *record) {
        log::info("queue.joined", {{"sequence", (*waiting)->code.sequence}});
        setup_.events->post(visit::event::Filed{job.visit,
                                                filed((*waiting)->code, (*waiting)->request_id, **record,
                                                      job.service->id, job.catalogue->fingerprint),
                                                true});
        return;
      }
    }
  }
  const auto id = setup_.random->bytes<16>();
  const auto appended = store_->append(protocol::RecordType::Request, id,
                                       [this, &job](const store::Place& place) { return seal(job, place); });
  if (appended) return tell_filed(job, appended->record);
  const store::StoreFault fault = appended.error();
  log::error("queue.not-filed", {{"fault", static_cast<int>(fault)}});
  if (needs_reopening(fault)) {
    reopen(fault);
    if (came_through(id, job)) return;
  } else if (fault != store::StoreFault::DiskFull && fault != store::StoreFault::NotSealed) {
    fault_ = fault;
  }
  setup_.events->post(visit::event::FilingFailed{job.visit, told(fault)});
}

void QueueWorker::tell_filed(const visit::effect::File& job, const protocol::Record& record) {
  anchor_soon();
  const protocol::TrackingCode code{record.header.kiosk, record.header.epoch, record.header.sequence};
  unprinted_[code.sequence] = record.header.created_at + store::recovery_window;
  log::info("queue.filed", {{"sequence", code.sequence}});
  setup_.events->post(visit::event::Filed{
      job.visit, filed(code, record.header.request_id, record, job.service->id, job.catalogue->fingerprint),
      false});
  hurry(*setup_.sync);
}

/// Whether a commit that the disk failed on is there after all: then it is filed, and is told so.
bool QueueWorker::came_through(const protocol::RequestId& id, const visit::effect::File& job) {
  if (store_ == nullptr) return false;
  const auto last = store_->record(store_->findings().last_sequence);
  if (!last || !*last || (*last)->header.type != protocol::RecordType::Request ||
      (*last)->header.request_id != id)
    return false;
  tell_filed(job, **last);
  return true;
}

/// Records are sent oldest first, so all from the first unsent one on wait here.
bool QueueWorker::waits_here(int sequence) const {
  const auto first = store_->first_unsent();
  return first && sequence >= *first;
}

std::optional<store::Draft> QueueWorker::seal(const visit::effect::File& job, const store::Place& place) const {
  const Identity& identity = *setup_.identity;
  protocol::Request request;
  request.request_id = place.request_id;
  request.code = place.code;
  request.service_id = job.service->id;
  request.catalogue_version = job.catalogue->version;
  request.catalogue_fingerprint = job.catalogue->fingerprint;
  request.language = job.language;
  request.assurance = job.assurance;
  for (const auto& [id, value] : job.values) {
    if (job.service->field(id) != nullptr)
      request.fields.emplace(id, value);
    else
      request.identity.emplace(id, value);
  }
  request.filed_at = place.created_at;
  request.last_server_time = last_server_time();
  const auto salt = setup_.random->bytes<16>();
  request.receipt_secret = protocol::receipt_secret(identity.device_secret, place.request_id, salt);
  if (auto key = services::case_key(*job.service, job.values)) request.case_key = std::move(*key);

  const auto body = protocol::encode_request(request);
  if (!body) return std::nullopt;
  auto envelope = protocol::seal(body->view(), identity.enrolment.opening_key);
  if (!envelope) return std::nullopt;
  store::Draft draft;
  draft.payload = std::move(*envelope);
  draft.receipt_salt = salt;
  draft.duplicate = duplicate_hash(identity.device_secret, job);
  if (const std::string_view mobile = mobile_of(job); !mobile.empty())
    draft.recovery = recovery_hash(identity.device_secret, mobile, job.service->id);
  return draft;
}

visit::FiledRequest QueueWorker::filed(const protocol::TrackingCode& code, const protocol::RequestId& id,
                                       const protocol::Record& record, const std::string& service,
                                       const std::string& fingerprint) const {
  const Identity& identity = *setup_.identity;
  visit::FiledRequest request;
  request.sequence = static_cast<std::uint64_t>(code.sequence);
  request.stored = !waits_here(code.sequence);
  request.tracking_code = code.digits();
  request.service = service;
  request.filed_at = record.header.created_at;
  // Where the receipt has come out already, the number is on it and nowhere else: a further one goes without.
  if (const auto salt = store_->receipt_salt(code.sequence); salt && *salt)
    request.receipt_secret = protocol::receipt_secret(identity.device_secret, id, **salt);
  const auto statement = protocol::ReceiptStatement::make(identity.enrolment.certificate, record,
                                                          last_server_time(), fingerprint, identity.kiosk_key);
  // The request is filed and its receipt is printed all the same; only the proof by QR code is missing.
  if (statement)
    request.statement = statement->qr_text();
  else
    log::error("queue.statement-not-signed", {{"sequence", code.sequence}});
  return request;
}

void QueueWorker::recover_code(const visit::effect::Recover& job) {
  std::optional<visit::FiledRequest> found;
  if (setup_.identity != nullptr && store_ != nullptr && job.catalogue != nullptr) {
    for (const auto& service : job.catalogue->services) {
      const auto hash = recovery_hash(setup_.identity->device_secret, job.mobile.reveal(), service.id);
      const auto waiting = store_->find_unprinted(hash);
      if (!waiting || !*waiting) continue;
      const auto record = store_->record((*waiting)->code.sequence);
      if (record && *record)
        found =
            filed((*waiting)->code, (*waiting)->request_id, **record, service.id, job.catalogue->fingerprint);
      break;
    }
  }
  setup_.events->post(visit::event::Recovered{job.visit, job.asked, std::move(found)});
}

/// What lies here and was not opened yet is answered here, with or without a network; the rest is asked of
/// the backend.
void QueueWorker::look_up_here(visit::effect::LookUp& job) {
  const auto code = protocol::TrackingCode::parse(job.code);
  if (code && store_ != nullptr && setup_.identity != nullptr &&
      code->kiosk == setup_.identity->enrolment.kiosk && code->epoch == setup_.identity->enrolment.epoch) {
    const auto record = store_->record(code->sequence);
    if (record && *record && (*record)->header.type == protocol::RecordType::Request &&
        waits_here(code->sequence)) {
      screens::view::TrackResult result;
      result.found = true;
      result.kept_here = true;
      result.tracking_code = job.code;
      result.filed_at = (*record)->header.created_at;
      setup_.events->post(visit::event::LookedUp{job.visit, std::move(result)});
      return;
    }
  }
  if (setup_.identity != nullptr)
    workers::look_up(*setup_.sync, std::move(job));
  else  // without an enrolment there is no backend to ask
    setup_.events->post(visit::event::LookUpFailed{job.visit, job.code, visit::LookUpFault::Unreachable});
}

}  // namespace pishkhan::workers
