#pragma once

#include "base/core/language.h"
#include "base/core/personal.h"

#include <string>
#include <variant>
#include <vector>

namespace pishkhan::screens {

/// What the person at the counter asked for by a touch. Plain values; kiosk/visit decides what they mean.
namespace action {
struct Touched {};  ///< any touch at all: the person is still there
struct ChooseLanguage {
  Language language = Language::Persian;
};
struct ToggleLargeText {};
struct ToggleHighContrast {};
struct Start {};         ///< welcome: see the city's services
struct OpenTracking {};  ///< welcome: follow up by code
struct OpenRecovery {};  ///< welcome: "the machine went off before I got my receipt"
struct ChooseArea {
  std::string area;
};
struct ChooseService {
  std::string service;
};
struct EditField {
  std::string field;
  PersonalText text;
};  ///< the field's whole new content
struct FocusField {
  std::string field;
};               ///< empty: no field
struct Next {};  ///< the main action of the screen
struct Back {};
struct GoToStep {
  int step = 0;
};                      ///< review: change the answers of this step
struct TypeInstead {};  ///< identify by card: type the number instead
struct PrintAgain {};
struct End {};         ///< leave from anywhere
struct ConfirmEnd {};  ///< "yes, end and erase"
struct KeepGoing {};   ///< "no, go on" and "I need more time"
}  // namespace action

using Action =
    std::variant<action::Touched, action::ChooseLanguage, action::ToggleLargeText, action::ToggleHighContrast,
                 action::Start, action::OpenTracking, action::OpenRecovery, action::ChooseArea,
                 action::ChooseService, action::EditField, action::FocusField, action::Next, action::Back,
                 action::GoToStep, action::TypeInstead, action::PrintAgain, action::End, action::ConfirmEnd,
                 action::KeepGoing>;

using Actions = std::vector<Action>;

}  // namespace pishkhan::screens
