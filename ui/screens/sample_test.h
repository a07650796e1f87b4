#pragma once

#include "ui/screens/view.h"

#include <string>
#include <vector>

namespace pishkhan::screens::sample {

/// One screen as it may well look on a busy morning.
struct Sample {
  std::string name;  ///< of its picture
  View view;
  Overlay overlay{};
  bool network = true;
  bool printer_ready = true;
  SteadyTime waiting_for{0};
};

/// A made-up city with everything that the views borrow. Not copyable: the samples point into it.
class City {
 public:
  City();
  City(const City&) = delete;
  City& operator=(const City&) = delete;

  [[nodiscard]] const services::Catalogue& catalogue() const { return catalogue_; }
  /// Every view, and every state of it that reads differently.
  [[nodiscard]] std::vector<Sample> samples(Language language) const;
  /// The citizen's words that are in the samples.
  [[nodiscard]] const FieldValues& values() const { return values_; }

 private:
  void add_identify(std::vector<Sample>& samples) const;
  void add_form(std::vector<Sample>& samples) const;
  void add_receipt(std::vector<Sample>& samples) const;
  void add_tracking(std::vector<Sample>& samples, Language language) const;
  void add_rest(std::vector<Sample>& samples) const;
  services::Catalogue catalogue_;
  FieldValues values_;
  FieldValues typing_;
  FieldProblems problems_;
  PersonalText card_name_{"مریم احمدی"};
  FieldValues tracking_;
  Bitmap paper_;
};

}  // namespace pishkhan::screens::sample
