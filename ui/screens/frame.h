#pragma once

#include "ui/screens/page.h"
#include "ui/toolkit/scroll.h"

#include <optional>
#include <string>
#include <string_view>

namespace pishkhan::screens {

struct Header {
  std::string_view title{};     ///< where am I
  std::string_view subtitle{};  ///< may be empty
  int step = 0;                 ///< of steps, from 0
  int steps = 0;                ///< 0: no progress bar
  bool done = false;            ///< leaf ground: what was asked for has happened
  bool may_end = true;          ///< false only while the disk writes
};

struct MainAction {
  std::string_view label{};  ///< says what it does
  Action action = action::Next{};
  std::string_view reason{};  ///< not empty: dimmed, for this reason
  std::optional<toolkit::Icon> icon = toolkit::Icon::Forward;
};

/// What stands at the start of the footer, where Back is.
struct SideAction {
  std::string_view id = "back";
  std::string_view label{};
  Action action = action::Back{};
  toolkit::Icon icon = toolkit::Icon::Back;
  toolkit::Enabled enabled = toolkit::Enabled::Yes;
};

/// The room for the line that says why the main action is dimmed, or that nothing is missing. A page on which
/// that changes while the person types keeps the room all the time, so that the keyboard stays where it is.
enum class ReasonRoom { WhenNeeded, Always };

struct Footer {
  std::optional<SideAction> side{};
  std::optional<MainAction> main{};
  ReasonRoom reason_room = ReasonRoom::WhenNeeded;
};

/// Draws ground, header, the line of a fictional city, progress and footer; returns the room between them,
/// with the page's margins left and right.
[[nodiscard]] toolkit::Rect draw_frame(Page& page, const Header& header, const Footer& footer);
/// The body as a column that scrolls where it is taller than its room; the bar runs in the page's margin. One
/// for part of a frame: take column(), draw into it, finish() with the y where the drawing ended.
class Scrolled {
 public:
  Scrolled(Page& page, std::string_view id, const toolkit::Rect& body);
  [[nodiscard]] toolkit::Rect column() const;
  void finish(float bottom);

 private:
  Page& page_;
  toolkit::ScrollArea area_;
};

/// "Back" at the start of the footer.
[[nodiscard]] SideAction back_action(const Page& page);
/// "Step 2 of 4", or nothing where there are no steps.
[[nodiscard]] std::string step_words(const Page& page, int step, int steps);

}  // namespace pishkhan::screens
