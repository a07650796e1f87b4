#include "ui/screens/before.h"

#include "base/formats/money.h"
#include "ui/screens/frame.h"
#include "ui/screens/timeline.h"
#include "ui/screens/words.h"

#include <numeric>

namespace pishkhan::screens {

using toolkit::Icon;
using toolkit::Rect;

namespace {

std::string fee_words(const Page& page, const services::Service& service) {
  const std::int64_t rial =
      std::accumulate(service.fees.begin(), service.fees.end(), std::int64_t{0},
                      [](std::int64_t sum, const services::FeeLine& line) { return sum + line.rial; });
  return formats::rial_text(rial, page.language());
}

/// Limits count from filing, so that of the last stage is the limit of the whole.
std::string whole_limit(const Page& page, const services::Service& service) {
  return limit_words(page, service.stages.empty() ? std::nullopt : service.stages.back().limit_working_days);
}

void draw_facts(Page& page, Rect& column, const services::Service& service) {
  const toolkit::Theme& theme = page.theme();
  const std::string limit = whole_limit(page, service);
  const std::string fee = fee_words(page, service);
  const std::string_view limit_label = page.tr("Answer within");
  const std::string_view fee_label = page.tr("What it costs");
  const int count = page.situation.large_text ? 1 : 2;
  const float width = count == 1 ? column.w : (column.w - theme.gap_24) / 2;
  const float height = std::max(toolkit::fact_card_height(page.ui, limit_label, limit, width),
                                toolkit::fact_card_height(page.ui, fee_label, fee, width));
  Rect row =
      column.cut_top(height * static_cast<float>(3 - count) + (count == 1 ? theme.gap_16 : 0), theme.gap_32);
  if (count == 1) {
    toolkit::fact_card(page.ui, row.cut_top(height, theme.gap_16), Icon::Hourglass, limit_label, limit);
    toolkit::fact_card(page.ui, row, Icon::Payments, fee_label, fee);
    return;
  }
  const auto cells = page.ui.columns(row, 2, theme.gap_24);
  toolkit::fact_card(page.ui, cells[0], Icon::Hourglass, limit_label, limit);
  toolkit::fact_card(page.ui, cells[1], Icon::Payments, fee_label, fee);
}

void draw_stages(Page& page, Rect& column, const view::Before& view) {
  std::vector<TimelineRow> rows;
  for (std::size_t i = 0; i < view.service->stages.size(); ++i) {
    const services::Stage& stage = view.service->stages[i];
    TimelineRow row;
    row.title = page.in(stage.name);
    row.unit = page.in(stage.unit);
    row.limit = limit_words(page, stage.limit_working_days);
    if (i < view.due.size() && view.due[i]) {
      row.due = fill(page.tr("until {date}"), {{"date", date_words(page, *view.due[i])}});
    }
    rows.push_back(std::move(row));
  }
  page.heading(column, page.tr("Who decides, and until when?"));
  timeline(page, column, rows);
}

void draw_needs(Page& page, Rect& column, const services::Service& service) {
  page.heading(column, page.tr("What do you need?"));
  std::vector<std::string> rows;
  for (const services::Requirement& requirement : service.requirements) {
    const std::string_view why = page.in(requirement.why);
    rows.push_back(why.empty()
                       ? std::string(page.in(requirement.name))
                       : fill(page.tr("{what}. {why}"), {{"what", page.in(requirement.name)}, {"why", why}}));
  }
  if (rows.empty()) rows.emplace_back(page.tr("No document is needed."));
  page.bullets(column, rows);
}

}  // namespace

void draw_before(Page& page, const view::Before& view) {
  const services::Service& service = *view.service;
  const services::Area* area = page.situation.catalogue->area(service.area);
  const Header header{.title = page.in(service.name),
                      .subtitle = area == nullptr ? std::string_view() : page.in(area->name)};
  const MainAction main{.label = page.tr("Start the request")};
  const Rect body = draw_frame(page, header, {.side = back_action(page), .main = main});
  Scrolled scroll(page, "before", body);
  Rect column = scroll.column();
  page.question(column, page.tr("Before you start, everything in the open"));
  if (!page.situation.printer_ready) {
    page.notice(
        column, toolkit::NoticeKind::Notice,
        page.tr("Receipts cannot be printed just now. Your code will be shown large, so that you can note it "
                "down or photograph it."));
  }
  draw_facts(page, column, service);
  if (!service.stages.empty()) draw_stages(page, column, view);
  draw_needs(page, column, service);
  if (service.minutes_to_fill > 0) {
    const std::string minutes = service.minutes_to_fill == 1
                                    ? std::string(page.tr("Filling it in takes about a minute."))
                                    : fill(page.tr("Filling it in takes about {count} minutes."),
                                           {{"count", page.number(service.minutes_to_fill)}});
    page.remark(column, Icon::Schedule, minutes);
  }
  page.remark(
      column, Icon::Lock,
      page.tr("What you write is sealed on this machine; only those who handle your request can read it."));
  scroll.finish(column.y);
}

}  // namespace pishkhan::screens
