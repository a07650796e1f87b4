#pragma once

#include "base/services/catalogue.h"
#include "kiosk/visit/step.h"

#include <string>
#include <utility>

namespace pishkhan::visit {

/// A small city made in code, and a counter that is stepped by hand in virtual time. For tests only.
inline services::Catalogue small_city() {
  services::Catalogue catalogue;
  catalogue.version = "1";
  catalogue.city.name = {"شهر آزمون", "Test City"};
  const auto service = [](std::string id, services::Assurance assurance) {
    services::Service made;
    made.id = std::move(id);
    made.area = "complaints";
    made.name = {"گزارش", "Report"};
    made.assurance = assurance;
    services::Field address;
    address.id = "address";
    address.label = {"نشانی", "Address"};
    address.minimum_length = 3;
    services::Field mobile;
    mobile.id = "mobile";
    mobile.kind = services::FieldKind::Mobile;
    mobile.label = {"همراه", "Mobile"};
    made.steps = {services::FormStep{"where", {"کجا", "Where"}, {address}},
                  services::FormStep{"who", {"کی", "Who"}, {mobile}}};
    return made;
  };
  catalogue.services = {service("plain", services::Assurance::MobileNumber),
                        service("typed", services::Assurance::TypedNationalId),
                        service("card", services::Assurance::Card)};
  services::Service tracking;
  tracking.id = "tracking";
  tracking.area = "complaints";
  tracking.kind = services::ServiceKind::Tracking;
  catalogue.services.push_back(tracking);
  catalogue.areas = {
      services::Area{
          "complaints", {"شکایت", "Complaints"}, {}, "megaphone", {"plain", "typed", "card", "tracking"}, {}},
      services::Area{"permits", {"پروانه", "Permits"}, {}, "building", {}, {"دفتر", "Office"}}};
  return catalogue;
}

class Counter {
 public:
  explicit Counter(const services::Catalogue& catalogue) { happen(event::CatalogueLoaded{&catalogue}); }

  Effects happen(Event event) {
    Stamped stamped{std::move(event), WallTime{SteadyTime{1'700'000'000'000} + now}, now, next_id};
    if (++next_id == 0) next_id = 1;
    last = step(state, stamped);
    return last;
  }
  Effects act(screens::Action action) { return happen(event::Acted{std::move(action)}); }
  Effects pass(SteadyTime time) {
    now += time;
    return happen(event::Tick{});
  }
  Effects type(std::string field, std::string_view text) {
    return act(screens::action::EditField{std::move(field), PersonalText(text)});
  }
  [[nodiscard]] const Visit* visit() const { return std::get_if<Visit>(&state.mode); }
  template <class PageType>
  [[nodiscard]] const PageType* page() const {
    return visit() == nullptr ? nullptr : std::get_if<PageType>(&visit()->page);
  }
  [[nodiscard]] bool attracts() const { return std::holds_alternative<Attract>(state.mode); }
  template <class EffectType>
  [[nodiscard]] const EffectType* effect() const {
    for (const Effect& one : last)
      if (const auto* wanted = std::get_if<EffectType>(&one)) return wanted;
    return nullptr;
  }

  State state;
  SteadyTime now{1'000'000};
  VisitId next_id = 100;
  Effects last;
};

/// From the welcome screen to the first page of a service.
inline void open_service(Counter& counter, std::string service, Language language = Language::Persian) {
  counter.act(screens::action::ChooseLanguage{language});
  counter.act(screens::action::ChooseArea{"complaints"});
  counter.act(screens::action::ChooseService{std::move(service)});
}

/// Through the whole form of "plain" to its review.
inline void fill_plain(Counter& counter) {
  open_service(counter, "plain");
  counter.act(screens::action::Next{});
  counter.type("address", "خیابان آزادی");
  counter.act(screens::action::Next{});
  counter.type("mobile", "۰۹۱۲ ۳۴۵ ۶۷۸۹");
  counter.act(screens::action::Next{});
}

inline FiledRequest filed_request(std::string service) {
  FiledRequest request;
  request.sequence = 7;
  request.tracking_code = "10420100000797";
  request.service = std::move(service);
  request.receipt_secret = PersonalText("123456");
  return request;
}

}  // namespace pishkhan::visit
