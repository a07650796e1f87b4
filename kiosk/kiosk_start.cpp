// How the counter starts: what it is, what it shows first, who works for it.
#include "base/core/log.h"
#include "base/services/loader.h"
#include "kiosk/kiosk.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/store/trusted_time.h"
#include "offline-queue/sync/queue_folder.h"

#include <utility>

namespace pishkhan {

namespace {

/// The numbers of the configuration file that the city may set from afar.
protocol::RemoteSettings own_settings(const config::Config& config) {
  protocol::RemoteSettings own;
  own.values = {{"queue.keep_free_mebibytes", config.keep_free_mebibytes},
                {"sync.health_seconds", config.health_seconds},
                {"sync.updates_seconds", config.updates_seconds}};
  return own;
}

}  // namespace

void Kiosk::load_house() {
  if (!staff_code_.empty()) happen(visit::event::StartedBroken{staff_code_});
  auto translations = Translations::load(parts_.config.translations / "fa.mo");
  if (translations) {
    translations_ = std::move(*translations);
  } else {
    log::error("kiosk.translations", {{"file", log::PublicText{translations.error().file.string()}},
                                      {"problem", static_cast<int>(translations.error().problem)}});
    break_at_start("TRANSLATION");
  }
  if (parts_.config_fault.empty()) load_identity();
  load_city();
}

void Kiosk::break_at_start(const char* staff_code) {
  if (!staff_code_.empty()) return;
  staff_code_ = staff_code;
  happen(visit::event::StartedBroken{staff_code_});
}

void Kiosk::load_identity() {
  auto identity = workers::load_identity(parts_.config.keys, parts_.config.key_place);
  if (identity) {
    identity_ = std::move(*identity);
    return;
  }
  const workers::IdentityFault& fault = identity.error();
  log::error("kiosk.identity", {{"code", log::PublicText{fault.staff_code}},
                                {"file", log::PublicText{fault.file.string()}},
                                {"what", log::PublicText{fault.what}}});
  if (fault.staff_code != "NOT-ENROLLED") break_at_start(fault.staff_code.c_str());
}

/// The city's own newest pack before the one that the machine came with. Without any the counter is out of
/// service, until the city sends one.
void Kiosk::load_city() {
  std::optional<services::Catalogue> pack;
  if (identity_ != nullptr) {
    workers::CityNews::Setup setup;
    setup.folder = parts_.config.data / "updates";
    setup.kiosk = identity_->enrolment.kiosk;
    setup.epoch = identity_->enrolment.epoch;
    setup.update_key = &identity_->update_key;
    setup.clock = parts_.clock;
    setup.random = parts_.random;
    setup.program_version = PISHKHAN_VERSION;
    setup.own = own_settings(parts_.config);
    setup.limits = parts_.sync_limits;
    setup.period_of_a_rig = parts_.city_period_of_a_rig;
    news_ = std::make_unique<workers::CityNews>(std::move(setup));
    pack = news_->begin();
    happen(visit::event::ClosedByCity{news_->closed()});
  }
  if (!pack) pack = pack_of_the_image();
  if (pack)
    show(std::make_unique<const services::Catalogue>(std::move(*pack)));
  else
    happen(visit::event::CatalogueLoaded{nullptr});
}

std::optional<services::Catalogue> Kiosk::pack_of_the_image() {
  const auto pack = services::read_pack(parts_.config.city_pack);
  auto catalogue = pack ? services::parse_pack(*pack)
                        : Result<services::Catalogue, services::CatalogueFault>(fail(pack.error()));
  if (!catalogue) {
    log::error("kiosk.catalogue", {{"fault", log::PublicText{services::describe(catalogue.error())}}});
    return std::nullopt;
  }
  catalogue->fingerprint = services::fingerprint_text(protocol::blake2b(services::canonical_bytes(*pack)));
  return std::move(*catalogue);
}

void Kiosk::show(std::unique_ptr<const services::Catalogue> pack) {
  log::info("kiosk.catalogue",
            {{"version", log::PublicText{pack->version}}, {"fingerprint", log::PublicText{pack->fingerprint}}});
  packs_.push_back(std::move(pack));
  happen(visit::event::CatalogueLoaded{packs_.back().get()});
}

/// What is broken at the start needs staff, but the queue is still emptied and the city still heard and told,
/// as far as there is an identity to do it with.
void Kiosk::start_workers() {
  if (!parts_.config_fault.empty()) return;
  if (!staff_code_.empty() && identity_ == nullptr) return;
  workers::QueueWorker::Setup queue;
  queue.folder = parts_.config.data;
  if (identity_ != nullptr) {
    // A new epoch has a folder of its own; that of the one before stays as it is.
    queue.folder = sync::queue_folder(parts_.config.data, identity_->keys, identity_->enrolment);
    if (!sync::make_queue_folder(queue.folder)) log::error("kiosk.queue-folder", {});
  }
  queue.least_room_bytes = static_cast<std::uint64_t>(parts_.config.keep_free_mebibytes) << 20;
  queue.budget_bytes = static_cast<std::uint64_t>(parts_.config.budget_mebibytes) << 20;
  queue.durability = parts_.durability;
  queue.identity = identity_.get();
  queue.clock = parts_.clock;
  queue.events = &events_;
  queue.sync = &sync_jobs_;
  queue_.emplace(std::move(queue));
  queue_->start();
  if (identity_ != nullptr) start_sync();
  if (!staff_code_.empty()) return;  // no visit begins, so there is nothing to print or read
  printer_.emplace(workers::PrinterWorker::Setup{parts_.printer, &parts_.printer_models,
                                                 parts_.config.paper_width_dots, font_paths_, &translations_,
                                                 parts_.clock, &events_});
  load_card_profiles();
  reader_.emplace(workers::ReaderWorker::Setup{
      parts_.reader, parts_.clock, &events_, card_profiles_.all(),
      [folder = parts_.config.data, clock = parts_.clock]() -> std::optional<WallTime> {
        const auto files = store::system_files();  // the sync thread writes the file; here it is only read
        return store::TrustedTime(folder, *files, *clock).last();
      },
      &parts_.reader_quirks, card_terminal_key_.get()});
}

/// Which cards are read here is the municipality's word: its key came with the enrolment.
void Kiosk::load_card_profiles() {
  if (identity_ == nullptr || parts_.config.cards.empty()) return;
  const auto key = card::ProfileKey::from_pem(identity_->enrolment.city_key_pem);
  if (!key) {
    log::error("card.no-key-for-profiles");
    return;
  }
  card_profiles_ = card::Profiles::load(parts_.config.cards, *key);
  card_terminal_key_ = workers::CardTerminalKey::load(parts_.config.keys, parts_.config.key_place);
  for (const auto& refused : card_profiles_.refused())
    log::error("card.profile-refused", {{"what", log::PublicText{card::describe(refused)}}});
  log::info("card.profiles", {{"count", card_profiles_.all().size()}});
}

void Kiosk::start_sync() {
  workers::SyncWorker::Setup sync;
  sync.endpoint.base_url = identity_->enrolment.backend_url;
  sync.endpoint.authority_file = identity_->keys.authority;
  sync.endpoint.certificate_file = identity_->keys.certificate;
  sync.endpoint.key_file = identity_->keys.tls_key;
  sync.endpoint.key_place = parts_.config.key_place;
  sync.endpoint.proxy = parts_.config.sync_proxy;
  sync.folder = parts_.config.data;
  sync.keys = parts_.config.keys;
  sync.identity = identity_.get();
  sync.queue = &*queue_;
  sync.jobs = &sync_jobs_;
  sync.clock = parts_.clock;
  sync.events = &events_;
  sync.packs = &new_packs_;
  sync.news = std::move(news_);
  sync.limits = parts_.sync_limits;
  sync.periods = parts_.sync_periods;
  sync.health_period_of_a_rig = parts_.city_period_of_a_rig;
  sync.program_version = PISHKHAN_VERSION;
  sync_.emplace(std::move(sync));
  tell_machine();
}

}  // namespace pishkhan
