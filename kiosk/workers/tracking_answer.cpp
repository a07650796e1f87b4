#include "kiosk/workers/tracking_answer.h"

#include "base/services/stages.h"

#include <algorithm>

namespace pishkhan::workers {

namespace {

struct Match {
  const services::Service* service = nullptr;
  std::vector<services::Stage>::const_iterator here;
};

std::vector<Match> matches_of(const services::Catalogue& catalogue, const std::string& stage_id) {
  std::vector<Match> matches;
  for (const services::Service& service : catalogue.services) {
    const auto here = std::find_if(service.stages.begin(), service.stages.end(),
                                   [&stage_id](const services::Stage& stage) { return stage.id == stage_id; });
    if (here != service.stages.end()) matches.push_back({&service, here});
  }
  return matches;
}

}  // namespace

screens::view::TrackResult tracking_answer(const visit::effect::LookUp& question,
                                           const protocol::CaseView& shown) {
  screens::view::TrackResult result;
  result.tracking_code = question.code;
  result.found = shown.state != protocol::CaseState::Unknown;
  result.filed_at = shown.received_at;
  switch (shown.state) {
    case protocol::CaseState::Unknown:
    case protocol::CaseState::Received:
      result.state = screens::view::CaseState::Received;
      break;
    case protocol::CaseState::Opened:
      result.state = screens::view::CaseState::Opened;
      break;
    case protocol::CaseState::Joined:
      result.state = screens::view::CaseState::Joined;
      break;
    case protocol::CaseState::Invalid:
    case protocol::CaseState::Missing:
      result.state = screens::view::CaseState::Invalid;
      break;
  }
  if (!result.found || shown.stage.empty()) return result;
  const Language language = question.language;
  const std::vector<Match> matches = matches_of(*question.catalogue, shown.stage);
  if (matches.empty()) return result;
  const Match& first = matches.front();
  if (matches.size() > 1) {
    // The city names the stage and not the service, since a code alone must not tell it. So where two services
    // have a stage of this name, no more than that is known.
    result.stages.push_back(
        {std::string(first.here->name.in(language)), std::string(first.here->unit.in(language)), false, {}});
    return result;
  }
  const services::Service& service = *first.service;
  result.service_name = std::string(service.name.in(language));
  std::vector<std::optional<services::SolarDay>> due(service.stages.size());
  if (shown.received_at) due = services::due_days(service, question.catalogue->city, *shown.received_at);
  for (auto stage = service.stages.begin(); stage != service.stages.end(); ++stage)
    result.stages.push_back({std::string(stage->name.in(language)), std::string(stage->unit.in(language)),
                             stage < first.here,
                             due[static_cast<std::size_t>(stage - service.stages.begin())]});
  return result;
}

screens::view::TrackResult tracking_answer(const visit::effect::LookUp& question,
                                           const updates::KnownCase& known) {
  protocol::CaseView shown;
  switch (known.update.state) {
    case protocol::CaseUpdate::State::Opened:
      shown.state = protocol::CaseState::Opened;
      break;
    case protocol::CaseUpdate::State::Joined:
      shown.state = protocol::CaseState::Joined;
      break;
    case protocol::CaseUpdate::State::Invalid:
      shown.state = protocol::CaseState::Invalid;
      break;
  }
  shown.stage = known.update.stage;
  shown.received_at = known.update.received_at;
  shown.opened_at = known.update.opened_at;
  screens::view::TrackResult result = tracking_answer(question, shown);
  result.as_of = known.as_of;
  return result;
}

}  // namespace pishkhan::workers
