#pragma once

#include "base/core/translations.h"
#include "ui/screens/view.h"
#include "ui/toolkit/ui.h"

#include <string>

namespace pishkhan::screens {

/// What a machine still lacks before it can be a counter, and where it is to be put.
struct SetUpNeeds {
  std::string configuration;  ///< path of the file; empty: it is there
  std::string catalogue;      ///< path of the folder
  std::string keys;           ///< path of the folder
};

/// The first screen of a machine that nobody has set up yet: for staff, in both languages. It needs no catalogue.
void draw_set_up(toolkit::Ui& ui, const Translations& translations, const Situation& situation,
                 const SetUpNeeds& needs);

}  // namespace pishkhan::screens
