#include "base/services/loader.h"
#include "base/services/stages.h"
#include "ui/screens/pack_test.h"
#include "ui/screens/stage_test.h"

#include <filesystem>

namespace pishkhan::screens::sample {

namespace {

void add_service(std::vector<Sample>& samples, const services::Catalogue& catalogue,
                 const services::Service& service, const FieldValues& nothing) {
  if (service.kind != services::ServiceKind::Request) return;
  const WallTime now(std::chrono::milliseconds(1'795'417'440'000));
  const std::string name = "pack-" + service.id;
  samples.push_back(
      {.name = name + "-before", .view = view::Before{&service, due_days(service, catalogue.city, now)}});
  view::Form form;
  form.service = &service;
  form.values = &nothing;
  form.steps = static_cast<int>(service.steps.size()) + 1;
  for (std::size_t i = 0; i < service.steps.size(); ++i) {
    form.form_step = form.step = static_cast<int>(i);
    form.focused = service.steps[i].fields.front().id;
    samples.push_back({.name = name + "-form-" + std::to_string(i), .view = form});
  }
  samples.push_back({.name = name + "-review", .view = view::Review{&service, &nothing, false, 0, 0}});
}

}  // namespace

std::vector<services::Catalogue> shipped_packs() {
  std::vector<services::Catalogue> packs;
  for (const auto& folder : std::filesystem::directory_iterator("assets/cities")) {
    if (!folder.is_directory()) continue;
    const auto pack = services::read_pack(folder.path());
    ENSURE(pack.has_value(), "the shipped packs can be read");
    auto catalogue = services::parse_pack(*pack);
    ENSURE(catalogue.has_value(), "the shipped packs are right");
    packs.push_back(std::move(*catalogue));
  }
  return packs;
}

std::vector<Sample> pack_samples(const services::Catalogue& catalogue) {
  static const FieldValues kNothing;
  std::vector<Sample> samples{{.name = "pack-services", .view = view::Services{}},
                              {.name = "pack-welcome", .view = view::Welcome{true}}};
  for (const services::Area& area : catalogue.areas) {
    samples.push_back({.name = "pack-area-" + area.id, .view = view::Area{&area}});
  }
  for (const services::Service& service : catalogue.services)
    add_service(samples, catalogue, service, kNothing);
  return samples;
}

}  // namespace pishkhan::screens::sample
