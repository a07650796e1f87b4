#include "kiosk/demo/dock.h"

#include "drivers/simulated/citizen_card.h"
#include "drivers/simulated/strange_cards.h"
#include "ui/render/viewport.h"
#include "ui/toolkit/theme.h"
#include "ui/toolkit/widgets.h"

#include <memory>

namespace pishkhan::demo {

using toolkit::Rect;

void Dock::draw(const render::InputFrame& input, ImDrawList& list, const render::Viewport& viewport) {
  const auto theme = toolkit::Theme::make(toolkit::Contrast::Standard, toolkit::TextSize::Normal);
  ui_.begin(input, list, viewport, Language::English, theme);
  const Rect page{0, 0, viewport.width, viewport.height};
  ui_.fill(page, theme.ink_soft);
  Rect column = page.inset(theme.gap_24, theme.gap_32);
  toolkit::TextStyle title;
  title.type = toolkit::Type::Subtitle;
  title.weight = toolkit::Weight::Bold;
  title.colour = theme.on_deep;
  ui_.text(column.cut_top(56, theme.gap_16), "Demonstration dock", title);
  card_section(column);
  printer_section(column);
  if (parts_.network != nullptr) network_section(column);
  clock_section(column);
  toolkit::TextStyle small;
  small.type = toolkit::Type::Small;
  small.colour = theme.on_deep;
  ui_.text(column, parts_.note, small);
  ui_.end();
}

void Dock::heading(Rect& column, std::string_view words, std::string_view state) {
  toolkit::TextStyle style;
  style.type = toolkit::Type::Body;
  style.weight = toolkit::Weight::Bold;
  style.colour = ui_.theme().on_deep;
  column.cut_top(ui_.theme().gap_24);
  const Rect line = column.cut_top(44, ui_.theme().gap_8);
  ui_.text(line, words, style);
  style.weight = toolkit::Weight::Regular;
  style.align = toolkit::Align::End;
  ui_.text(line, state, style);
}

bool Dock::choice(const Rect& rect, std::string_view id, std::string_view label, bool chosen) {
  toolkit::ButtonSpec spec;
  spec.id = id;
  spec.label = label;
  spec.look = chosen ? toolkit::ButtonLook::OnDeepFilled : toolkit::ButtonLook::OnDeep;
  spec.type = toolkit::Type::Small;
  return toolkit::button(ui_, rect, spec);
}

void Dock::card_section(Rect& column) {
  const auto view = parts_.reader->view();
  heading(column, "Card reader", !view.plugged_in ? "unplugged" : view.card_present ? "card inside" : "empty");
  const auto row = ui_.columns(column.cut_top(88, ui_.theme().gap_8), 2, ui_.theme().gap_8);
  if (choice(row[0], "dock/card/citizen", "Insert city card", false) && parts_.cards != nullptr)
    parts_.reader->insert(parts_.cards->citizen());
  if (choice(row[1], "dock/card/copied", "Insert a copy of it", false) && parts_.cards != nullptr)
    parts_.reader->insert(parts_.cards->copied());
  const auto others = ui_.columns(column.cut_top(88, ui_.theme().gap_8), 3, ui_.theme().gap_8);
  if (choice(others[0], "dock/card/staff", "Staff card", false) && parts_.cards != nullptr)
    parts_.reader->insert(parts_.cards->staff());
  if (choice(others[1], "dock/card/bank", "Bank card", false))
    parts_.reader->insert(std::make_unique<simulated::BankCard>());
  if (choice(others[2], "dock/card/unknown", "Other card", false))
    parts_.reader->insert(std::make_unique<simulated::UnknownCard>());
  const auto second = ui_.columns(column.cut_top(88, ui_.theme().gap_8), 2, ui_.theme().gap_8);
  if (choice(second[0], "dock/card/pull", "Pull the card", false)) static_cast<void>(parts_.reader->remove());
  if (choice(second[1], "dock/reader/plug", view.plugged_in ? "Unplug reader" : "Plug reader in", false)) {
    if (view.plugged_in)
      parts_.reader->unplug();
    else
      parts_.reader->plug_in();
  }
}

void Dock::printer_section(Rect& column) {
  const auto view = parts_.printer->view();
  heading(column, "Printer", !view.plugged_in ? "unplugged" : view.online ? "online" : "offline");
  const auto row = ui_.columns(column.cut_top(88, ui_.theme().gap_8), 3, ui_.theme().gap_8);
  if (choice(row[0], "dock/paper/full", "Paper full", view.paper == simulated::Paper::Full))
    parts_.printer->set_paper(simulated::Paper::Full);
  if (choice(row[1], "dock/paper/low", "low", view.paper == simulated::Paper::Low))
    parts_.printer->set_paper(simulated::Paper::Low);
  if (choice(row[2], "dock/paper/out", "out", view.paper == simulated::Paper::Out))
    parts_.printer->set_paper(simulated::Paper::Out);
  const auto second = ui_.columns(column.cut_top(88, ui_.theme().gap_8), 2, ui_.theme().gap_8);
  const bool open = view.cover == simulated::Cover::Open;
  if (choice(second[0], "dock/cover", open ? "Close the cover" : "Open the cover", open))
    parts_.printer->set_cover(open ? simulated::Cover::Closed : simulated::Cover::Open);
  if (choice(second[1], "dock/printer/plug", view.plugged_in ? "Unplug printer" : "Plug printer in", false)) {
    if (view.plugged_in)
      parts_.printer->unplug();
    else
      parts_.printer->plug_in();
  }
}

void Dock::network_section(Rect& column) {
  const bool connected = parts_.network->connected();
  heading(column, "Network", connected ? "connected" : "cut");
  const auto row = ui_.columns(column.cut_top(88, ui_.theme().gap_8), 2, ui_.theme().gap_8);
  if (choice(row[0], "dock/network/connect", "Connected", connected)) parts_.network->connect();
  if (choice(row[1], "dock/network/cut", "Cut", !connected)) parts_.network->cut();
}

void Dock::clock_section(Rect& column) {
  const auto ahead = std::chrono::duration_cast<std::chrono::hours>(parts_.clock->ahead());
  heading(column, "Clock", (ahead.count() >= 0 ? "+" : "") + std::to_string(ahead.count()) + " h");
  const auto row = ui_.columns(column.cut_top(88, ui_.theme().gap_8), 3, ui_.theme().gap_8);
  if (choice(row[0], "dock/clock/back", "−1 day", false))
    parts_.clock->set_ahead(parts_.clock->ahead() - std::chrono::hours(24));
  if (choice(row[1], "dock/clock/right", "Right", ahead.count() == 0)) parts_.clock->set_ahead({});
  if (choice(row[2], "dock/clock/ahead", "+1 day", false))
    parts_.clock->set_ahead(parts_.clock->ahead() + std::chrono::hours(24));
}

}  // namespace pishkhan::demo
