// The scripts of the tour in which the city has something to say.
#include "kiosk/demo/tour.h"

#include <fstream>
#include <nlohmann/json.hpp>

namespace pishkhan::demo {

namespace fs = std::filesystem;
namespace page = visit::page;

namespace {

/// The sample city with a service that the municipality never heard of.
bool make_unknown_pack(const fs::path& city, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  fs::copy(city, folder, fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
  const fs::path service = folder / "services/complaint-137.json";
  auto json = nlohmann::ordered_json::parse(std::ifstream(service), nullptr, false);
  if (error || !json.is_object()) return false;
  json["id"] = "never-published";
  json["area"] = "city-services";
  std::ofstream file(folder / "services/never-published.json", std::ios::trunc);
  file << json.dump(2);
  return file.good();
}

}  // namespace

/// From the services to an answer about a code.
bool Tour::follow(const std::string& code) {
  return step("ask for tracking", robot_->tap("track")) && robot_->tap("field/code") && robot_->type(code) &&
         robot_->tap("main") &&
         step("get an answer",
              robot_->wait_for([this] { return robot_->page<page::TrackResult>() != nullptr; }));
}

bool Tour::found_invalid(Language language) {
  if (invalid_code_.empty()) {  // filed once, followed in both languages
    const fs::path unknown = setup_.folder / "unknown-city";
    visit_ = "invalid";
    const bool filed =
        step("make a pack that nobody knows", make_unknown_pack(sample_city(), unknown)) &&
        start_machine({.name = "main", .backend = backend_.get(), .city_pack = unknown}) && begin("invalid", language) &&
        robot_->tap("area/city-services") && robot_->tap("service/never-published") &&
        step("start", robot_->tap("main")) && fill_complaint(language, false) && file_and_await_receipt() &&
        step("send it", robot_->wait_for([this] { return robot_->page<page::Receipt>()->sent; })) &&
        keep_receipt() && leave();
    if (!filed) return false;
    invalid_code_ = last_code_;
    const auto judged = [this] {
      const auto listing = nlohmann::json::parse(backend_->requests_json(), nullptr, false);
      for (const auto& one : listing.is_object() ? listing["requests"] : nlohmann::json::array())
        if (one["tracking_code"] == invalid_code_) return one["verdict"] == "invalid";
      return false;
    };
    if (!step("have it found invalid", robot_->wait_for(judged))) return false;
  }
  return begin("invalid", language) && follow(invalid_code_) &&
         step("be told",
              robot_->page<page::TrackResult>()->result.state == screens::view::CaseState::Invalid) &&
         shot("result") && robot_->tap("text-size") && shot("result-large") && robot_->tap("contrast") &&
         shot("result-large-contrast") && end_visit();
}

bool Tour::followed_offline(Language language) {
  const auto told = [this] {
    // Its stage has come down by one of the questions that are asked all the time.
    return machine_->kiosk().state().around.network;
  };
  if (!step("have a network", robot_->wait_for(told))) return false;
  // What the city said of it lies on this machine a moment after it was opened.
  for (int tries = 0; tries < 20; ++tries) {
    backend_->network().cut();
    const bool gone = step("lose the network",
                           robot_->wait_for([this] { return !machine_->kiosk().state().around.network; }));
    const bool asked = gone && begin("offline-track", language) && robot_->tap("track") &&
                       robot_->tap("field/code") && robot_->type(last_code_) && robot_->tap("main") &&
                       robot_->wait_for([this] {
                         const auto* track = robot_->page<page::Track>();
                         return track == nullptr || track->state != screens::view::LookUpState::Asking;
                       });
    const bool known = asked && robot_->page<page::TrackResult>() != nullptr;
    const bool seen = known && shot("result") && robot_->tap("text-size") && shot("result-large");
    backend_->network().connect();
    if (!asked || !end_visit()) return false;
    if (!robot_->wait_for([this] { return machine_->kiosk().state().around.network; })) return false;
    if (known) return seen;
  }
  return step("know where it stands without a network", false);
}

bool Tour::closed_by_city() {
  visit_ = "closed";
  language_ = Language::Persian;
  const bool closed =
      step("order it",
           backend_->staff({"command", "out-of-service", "--reason", "flooded hall"}).has_value()) &&
      step("be closed", robot_->wait_for([this] {
        return std::holds_alternative<visit::OutOfService>(machine_->kiosk().state().mode);
      })) &&
      shot("");
  const bool opened = backend_->staff({"command", "in-service"}).has_value();
  return closed && step("open again", opened && robot_->wait_for([this] {
           return std::holds_alternative<visit::Attract>(machine_->kiosk().state().mode);
         }));
}

}  // namespace pishkhan::demo
