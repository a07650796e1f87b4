#pragma once

#include "ui/toolkit/ui.h"

#include <string>

namespace pishkhan::toolkit {

/// A view onto a taller page, dragged with the finger and running on after a flick. Lives for part of one
/// frame:
///   ScrollArea scroll(ui, "form", view);
///   Rect column = scroll.content();      // very tall; cut from its top
///   ... draw ...
///   scroll.finish(column.y);             // where the content ended
/// A quiet bar at the end side and a shade at the cut edge show that there is more. Targets inside are clipped.
class ScrollArea {
 public:
  ScrollArea(Ui& ui, std::string_view id, const Rect& view);
  ~ScrollArea();
  ScrollArea(const ScrollArea&) = delete;
  ScrollArea& operator=(const ScrollArea&) = delete;

  [[nodiscard]] Rect content() const { return content_; }
  /// `content_bottom`: the y (as drawn) where the content ended.
  void finish(float content_bottom);

 private:
  Ui& ui_;
  std::string id_;
  Rect view_;
  Rect content_;
  bool finished_ = false;
};

}  // namespace pishkhan::toolkit
