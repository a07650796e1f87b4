#pragma once

#include "kiosk/receipts/receipt.h"

#include <string>
#include <vector>

namespace pishkhan::receipts::sample {

/// A printer as a receipt sees it.
struct Printer {
  std::string name;
  Paper paper;
};
/// 80 mm at 203 and at 180 dpi, and 58 mm, in both sizes of letters.
[[nodiscard]] std::vector<Printer> printers();

/// One kind of receipt.
struct Kind {
  std::string name;
  bool second_city = false;  ///< no logo, fees, a stage without a limit
  Copy copy = Copy::Original;
  Occasion occasion = Occasion::Filed;
  services::Values values = {};
};

/// Two cities, the translations and fonts, and every kind of receipt. Run in the source folder.
class Office {
 public:
  Office();
  [[nodiscard]] std::vector<Kind> kinds() const;
  [[nodiscard]] Facts facts(const Kind& kind, Language language) const;
  [[nodiscard]] std::vector<Line> lines(const Kind& kind, Language language) const {
    return compose(facts(kind, language), translations_);
  }
  [[nodiscard]] Sheet paper(const std::vector<Line>& lines, Language language, const Paper& paper);
  [[nodiscard]] const Translations& translations() const { return translations_; }
  [[nodiscard]] const services::Catalogue& city() const { return city_; }

 private:
  services::Catalogue city_;
  services::Catalogue second_city_;
  Translations translations_;
  text::Fonts fonts_;
  text::Engine engine_;
  PersonalText secret_{"99211153"};
  std::string statement_;
};

inline constexpr const char* tracking_code = "10420100000175";

}  // namespace pishkhan::receipts::sample
