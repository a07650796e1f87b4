#pragma once

#include "kiosk/demo/city_backend.h"
#include "kiosk/demo/machine.h"
#include "kiosk/demo/robot.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::demo {

/// The scripted visits, without a display: a picture of every screen, the receipts as picture and as printer
/// bytes, and what the backend has opened, listed in tour.json. A script that does not get where it wants to
/// go is a failed tour. Thread: the UI thread.
class Tour {
 public:
  struct Setup {
    std::filesystem::path target;    ///< where the pictures go
    std::filesystem::path folder;    ///< the machine's disk and the backend's folder
    std::filesystem::path programs;  ///< pishkhan-ingest and pishkhan-cases
  };
  explicit Tour(Setup setup) : setup_(std::move(setup)) {}

  /// True if every script ended where it should. Prints what it does.
  [[nodiscard]] bool run();

 private:
  struct Shot {
    std::string visit;
    std::string name;
    std::string language;
    std::string file;
  };
  struct ReceiptFiles {
    std::string visit;
    std::string png;
    std::string escpos;
    std::string shown;  ///< the bitmap that the kiosk laid out, as a picture
    int rows = 0;
  };

  enum class Enrolled { No, Yes };
  struct MachineSetup {
    const char* name;  ///< of its folder; the same name is the same machine again
    CityBackend* backend =
        nullptr;  ///< of its city, the first if null; one machine each, for it has one enrolment
    std::filesystem::path city_pack;
    int paper_width_dots = 576;
    std::optional<int> keep_free_mebibytes = std::nullopt;
    Enrolled enrolled = Enrolled::Yes;
  };
  [[nodiscard]] std::unique_ptr<CityBackend> start_backend(const char* name,
                                                           const std::filesystem::path& city_pack) const;
  [[nodiscard]] bool start_machine(const MachineSetup& wanted);
  void stop_machine();
  [[nodiscard]] static std::filesystem::path sample_city();
  [[nodiscard]] static std::filesystem::path second_city();

  // The scripts.
  [[nodiscard]] bool complaint(Language language);
  [[nodiscard]] bool large_text_and_contrast(Language language);
  [[nodiscard]] bool without_network(Language language);
  [[nodiscard]] bool without_paper(Language language);
  [[nodiscard]] bool track(Language language);
  [[nodiscard]] bool idle_and_end(Language language);
  [[nodiscard]] bool recovered_after_power_cut(Language language);
  // The scripts of mishaps.
  [[nodiscard]] bool identified(Language language);
  [[nodiscard]] bool by_card(Language language);
  [[nodiscard]] bool forgotten_card(Language language);
  [[nodiscard]] bool without_reader(Language language);
  [[nodiscard]] bool by_number(Language language);
  [[nodiscard]] bool narrow_paper(Language language);
  [[nodiscard]] bool cover_open(Language language);
  [[nodiscard]] bool not_found(Language language);
  [[nodiscard]] bool refused(Language language);
  [[nodiscard]] bool out_of_service();
  // The scripts of what the city says.
  [[nodiscard]] bool follow(const std::string& code);
  [[nodiscard]] bool found_invalid(Language language);
  [[nodiscard]] bool followed_offline(Language language);
  [[nodiscard]] bool closed_by_city();

  // What the scripts are made of.
  [[nodiscard]] bool begin(const char* visit, Language language);
  [[nodiscard]] const services::Service* service_with(services::Assurance assurance) const;
  /// Up to the place where the service of that assurance asks who is there.
  [[nodiscard]] bool go_to_identify(services::Assurance assurance);
  [[nodiscard]] bool await_card(screens::view::CardState state);
  /// Puts a card in, sees what is said about it, takes it out.
  [[nodiscard]] bool try_card(std::unique_ptr<simulated::SimulatedCard> card, screens::view::CardState state,
                              const char* name);
  [[nodiscard]] bool pull_card();
  [[nodiscard]] bool open_complaint();
  [[nodiscard]] bool fill_complaint(Language language, bool shoot_each);
  [[nodiscard]] bool file_and_await_receipt();
  [[nodiscard]] bool leave();
  [[nodiscard]] bool end_visit();
  [[nodiscard]] bool shot(const std::string& name);
  [[nodiscard]] bool keep_receipt();
  [[nodiscard]] bool step(const char* what, bool done);
  [[nodiscard]] bool write_listing(const std::string& requests) const;

  Setup setup_;
  std::unique_ptr<CityBackend> backend_;
  std::unique_ptr<CityBackend> second_backend_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<Robot> robot_;
  std::string visit_;
  Language language_ = Language::Persian;
  std::string last_code_;
  std::string invalid_code_;
  std::vector<Shot> shots_;
  std::vector<ReceiptFiles> receipts_;
};

}  // namespace pishkhan::demo
