#include "ui/screens/track_result.h"

#include "ui/screens/frame.h"
#include "ui/screens/timeline.h"
#include "ui/screens/words.h"

namespace pishkhan::screens {

using toolkit::Icon;
using toolkit::NoticeKind;
using toolkit::Rect;
using toolkit::Type;
using toolkit::Weight;

namespace {

void draw_not_found(Page& page, Rect& column, const view::TrackResult& view) {
  const toolkit::Theme& theme = page.theme();
  page.picture(column, Icon::Search, theme.saffron_soft, theme.saffron);
  page.question(column, page.tr("We found no request with this code"));
  page.flow(column, code_words(page, view.tracking_code),
            {.type = Type::Display, .weight = Weight::Bold, .direction = toolkit::Direction::LeftToRight},
            theme.gap_24);
  page.paragraph(column,
                 page.tr("Please compare it with your receipt, group by group. A request that was filed at "
                         "another counter may still be on its way."));
}

std::vector<TimelineRow> rows_of(const Page& page, const view::TrackResult& view) {
  std::vector<TimelineRow> rows;
  for (const view::CaseStage& stage : view.stages) {
    TimelineRow row;
    row.title = stage.name;
    row.unit = stage.unit;
    row.done = stage.done;
    if (stage.done) {
      row.limit = page.tr("Done");
    } else if (stage.due) {
      row.limit = fill(page.tr("until {date}"), {{"date", date_words(page, *stage.due)}});
    } else {
      row.limit = limit_words(page, std::nullopt);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The city's words to this citizen: drawn from where they are kept, never copied.
void draw_answer(Page& page, Rect& column, std::string_view words) {
  const toolkit::Theme& theme = page.theme();
  const toolkit::TextStyle style{.type = Type::Lead, .direction = direction_of(words)};
  const float height = page.ui.text_height(words, style, column.w - 2 * theme.gap_32) + 2 * theme.gap_24;
  const Rect box = column.cut_top(height, theme.gap_32);
  toolkit::card(page.ui, box);
  page.ui.text(box.inset(theme.gap_32, theme.gap_24), words, style);
}

void draw_stage_now(Page& page, Rect& column, const view::TrackResult& view) {
  for (const view::CaseStage& stage : view.stages)
    if (!stage.done)
      return page.notice(column, NoticeKind::Done,
                         fill(page.tr("Your request is being handled. Now: {stage}"), {{"stage", stage.name}}));
  page.notice(column, NoticeKind::Done, page.tr("Your request is being handled."));
}

/// What happened, and what to do now; whose fault it was helps nobody.
void draw_invalid(Page& page, Rect& column) {
  page.notice(column, NoticeKind::Error,
              page.tr("The municipality could not read or use this request, so nobody is working on it."));
  page.paragraph(column,
                 page.tr("Please file it once more, at any counter, or take your receipt to an office of the "
                         "municipality. What you had filed is kept and can be looked into."));
}

/// One sentence that says where the case stands; the rows below it show the way.
void draw_state(Page& page, Rect& column, const view::TrackResult& view) {
  switch (view.state) {
    case view::CaseState::Received:
      return page.notice(column, NoticeKind::Info,
                         page.tr("The municipality has received your request and will open it."));
    case view::CaseState::Opened:
      return draw_stage_now(page, column, view);
    case view::CaseState::Joined:
      page.notice(column, NoticeKind::Info,
                  page.tr("Your request was joined to an earlier one about the same matter."));
      return draw_stage_now(page, column, view);
    case view::CaseState::Invalid:
      return draw_invalid(page, column);
  }
}

void draw_found(Page& page, Rect& column, const view::TrackResult& view) {
  const toolkit::Theme& theme = page.theme();
  page.flow(column, view.service_name, {.type = Type::Title, .weight = Weight::Bold}, theme.gap_8);
  page.flow(column, code_words(page, view.tracking_code),
            {.type = Type::Display, .weight = Weight::Bold, .direction = toolkit::Direction::LeftToRight},
            theme.gap_8);
  if (view.filed_at) {
    page.flow(column, fill(page.tr("Filed on {moment}"), {{"moment", moment_words(page, *view.filed_at)}}),
              {.type = Type::Body, .colour = theme.ink_soft}, theme.gap_24);
  }
  if (view.kept_here) {
    page.notice(column, NoticeKind::Info,
                page.tr("Your request is kept safely in this machine and will be sent by itself."));
  } else {
    if (view.as_of) {
      page.notice(
          column, NoticeKind::Info,
          fill(page.tr("The municipality cannot be reached just now. This is what it said on {moment}."),
               {{"moment", moment_words(page, *view.as_of)}}));
    }
    draw_state(page, column, view);
  }
  if (!view.answer.empty()) {
    page.heading(column, page.tr("The city's answer"));
    draw_answer(page, column, view.answer);
  }
  if (!view.stages.empty()) {
    page.heading(column, page.tr("Where it stands"));
    timeline(page, column, rows_of(page, view));
  }
}

}  // namespace

void draw_track_result(Page& page, const view::TrackResult& view) {
  const Header header{.title = page.tr("Follow up by code"), .subtitle = page.in(page.city().municipality)};
  const MainAction main{.label = page.tr("Another code")};
  const Rect body = draw_frame(page, header, {.side = back_action(page), .main = main});
  Scrolled scroll(page, "track-result", body);
  Rect column = scroll.column();
  if (view.found) {
    draw_found(page, column, view);
  } else {
    draw_not_found(page, column, view);
  }
  scroll.finish(column.y);
}

}  // namespace pishkhan::screens
