#include "ui/screens/draw.h"

#include "ui/screens/area.h"
#include "ui/screens/before.h"
#include "ui/screens/filing.h"
#include "ui/screens/form.h"
#include "ui/screens/goodbye.h"
#include "ui/screens/identify.h"
#include "ui/screens/out_of_service.h"
#include "ui/screens/overlays.h"
#include "ui/screens/receipt.h"
#include "ui/screens/recover.h"
#include "ui/screens/refused.h"
#include "ui/screens/review.h"
#include "ui/screens/services.h"
#include "ui/screens/track.h"
#include "ui/screens/track_result.h"
#include "ui/screens/welcome.h"

namespace pishkhan::screens {

namespace {

/// The list of all screens, in one place.
struct Drawer {
  Page& page;
  void operator()(const view::Welcome& view) { draw_welcome(page, view); }
  void operator()(const view::Services& view) { draw_services(page, view); }
  void operator()(const view::Area& view) { draw_area(page, view); }
  void operator()(const view::Before& view) { draw_before(page, view); }
  void operator()(const view::Identify& view) { draw_identify(page, view); }
  void operator()(const view::Form& view) { draw_form(page, view); }
  void operator()(const view::Review& view) { draw_review(page, view); }
  void operator()(const view::Filing& view) { draw_filing(page, view); }
  void operator()(const view::Receipt& view) { draw_receipt(page, view); }
  void operator()(const view::Goodbye& view) { draw_goodbye(page, view); }
  void operator()(const view::Track& view) { draw_track(page, view); }
  void operator()(const view::TrackResult& view) { draw_track_result(page, view); }
  void operator()(const view::Recover& view) { draw_recover(page, view); }
  void operator()(const view::Refused& view) { draw_refused(page, view); }
  void operator()(const view::OutOfService& view) { draw_out_of_service(page, view); }
};

}  // namespace

void draw_view(Page& page, const View& view) {
  std::visit(Drawer{page}, view);
}

Actions draw(toolkit::Ui& ui, const Translations& translations, const Situation& situation, const View& view,
             const Overlay& overlay) {
  Page page(ui, translations, situation);
  if (ui.touched()) page.ask(action::Touched{});
  draw_view(page, view);
  draw_overlay(page, overlay);
  return page.take_actions();
}

}  // namespace pishkhan::screens
