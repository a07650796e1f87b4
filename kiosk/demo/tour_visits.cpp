// The scripts of the tour: what the citizens of one morning do.
#include "base/formats/digits.h"
#include "kiosk/demo/tour.h"
#include "kiosk/visit/step.h"

namespace pishkhan::demo {

namespace page = visit::page;
using screens::view::PrintState;

bool Tour::begin(const char* visit, Language language) {
  visit_ = visit;
  language_ = language;
  std::printf("%s, %s\n", visit, tag(language).data());
  return step("choose the language", robot_->tap("language/" + std::string(tag(language))) &&
                                         robot_->page<page::Services>() != nullptr);
}

bool Tour::open_complaint() {
  return step("open the complaints", robot_->tap("area/complaints")) && shot("area") &&
         step("open service 137", robot_->tap("service/complaint-137")) && shot("before") &&
         step("start", robot_->tap("main"));
}

bool Tour::fill_complaint(Language language, bool shoot_each) {
  const auto picture = [this, shoot_each](const char* name) { return !shoot_each || shot(name); };
  const bool persian = language == Language::Persian;
  // Another place each time: the same one would be joined to the first case.
  const int lane = 12 + static_cast<int>(receipts_.size());
  const std::string address = persian
                                  ? "خیابان آزادی، نبش کوچهٔ " + formats::persian_digits(std::to_string(lane))
                                  : "Azadi street, lane " + std::to_string(lane);
  bool fine = picture("form-topic") && step("choose the topic", robot_->tap("choice/topic/pothole")) &&
              picture("form-topic-chosen") && robot_->tap("main") &&
              step("choose the district", robot_->tap("choice/district/d6")) && robot_->tap("main");
  fine = fine &&
         step("type the address",
              robot_->tap("field/address") && picture("form-keyboard") && robot_->type(address)) &&
         picture("form-address") && robot_->tap("main");
  fine = fine &&
         step("type the details",
              robot_->tap("field/details") &&
                  robot_->type(persian ? "چاله بزرگ می‌شود و خطرناک است"
                                       : "A deep hole, cars swerve")) &&
         picture("form-details") && robot_->tap("main");
  fine = fine && step("type a short mobile number", robot_->tap("field/mobile") && robot_->type("091234567")) &&
         picture("form-mobile-short") && step("mend it", robot_->type("89")) && picture("form-mobile");
  return fine && step("go to the review", robot_->tap("main") && robot_->page<page::Review>() != nullptr);
}

bool Tour::file_and_await_receipt() {
  const bool filed =
      robot_->tap("main") && robot_->wait_for([this] { return robot_->page<page::Receipt>() != nullptr; });
  if (!step("file", filed)) return false;
  last_code_ = robot_->page<page::Receipt>()->request.tracking_code;
  return step("get an end of the printing", robot_->wait_for([this] {
    const auto* receipt = robot_->page<page::Receipt>();
    return receipt != nullptr && receipt->print != PrintState::Printing;
  }));
}

bool Tour::leave() {
  return step("say goodbye", robot_->tap("main") && robot_->page<page::Goodbye>() != nullptr) &&
         shot("goodbye") && step("end", robot_->tap("main") && robot_->visit() == nullptr);
}

bool Tour::complaint(Language language) {
  visit_ = "complaint";
  language_ = language;
  if (language == Language::Persian && !shot("welcome")) return false;
  return begin("complaint", language) && shot("services") &&
         step("open an area without a service", robot_->tap("area/permits")) && shot("area-elsewhere") &&
         step("go back", robot_->tap("back")) && open_complaint() && fill_complaint(language, true) &&
         shot("review") && file_and_await_receipt() &&
         step("see it printed", robot_->page<page::Receipt>()->print == PrintState::Printed) &&
         step("hear from the backend",
              robot_->wait_for([this] { return robot_->page<page::Receipt>()->sent; })) &&
         shot("receipt") && keep_receipt() && leave();
}

bool Tour::large_text_and_contrast(Language language) {
  if (!begin("large", language)) return false;
  bool fine = step("ask for larger text", robot_->tap("text-size")) && shot("services") &&
              step("open the complaints", robot_->tap("area/complaints")) &&
              robot_->tap("service/complaint-137") && shot("before") && robot_->tap("main") &&
              shot("form-topic") && robot_->tap("choice/topic/rats") && robot_->tap("main") &&
              robot_->tap("choice/district/d2") && robot_->tap("main") && robot_->tap("field/address") &&
              shot("form-keyboard");
  fine = fine && step("ask for high contrast", robot_->tap("contrast")) && shot("contrast-form-keyboard") &&
         step("leave", robot_->tap("end"));
  // Something was chosen, so leaving asks first.
  return fine && shot("contrast-end-question") && robot_->tap("confirm-end") &&
         step("be back at the beginning", robot_->visit() == nullptr);
}

bool Tour::without_network(Language language) {
  backend_->network().cut();
  const bool filed = begin("offline", language) && open_complaint() && fill_complaint(language, false) &&
                     file_and_await_receipt() && shot("receipt") && keep_receipt() &&
                     step("not be called sent", !robot_->page<page::Receipt>()->sent);
  backend_->network().connect();
  return filed &&
         step("arrive once the network is back",
              robot_->wait_for([this] { return robot_->page<page::Receipt>()->sent; })) &&
         shot("receipt-sent") && leave();
}

bool Tour::without_paper(Language language) {
  machine_->printer().set_paper(simulated::Paper::Out);
  const bool known = robot_->wait_for([this] { return !machine_->kiosk().state().around.printer_ready; });
  if (!step("notice that the paper is out", known)) return false;
  if (!begin("paper-out", language) || !open_complaint() || !fill_complaint(language, false)) return false;
  const bool refused =
      shot("review") && file_and_await_receipt() &&
      step("say that the paper is out", robot_->page<page::Receipt>()->print == PrintState::PaperOut) &&
      shot("receipt");
  machine_->printer().set_paper(simulated::Paper::Full);
  machine_->kiosk().wake();
  return refused && step("print by itself after all", robot_->wait_for([this] {
           return robot_->page<page::Receipt>()->print == PrintState::Printed;
         })) &&
         shot("receipt-again") && keep_receipt() && leave();
}

bool Tour::track(Language language) {
  if (!begin("track", language)) return false;
  bool fine = step("ask for tracking", robot_->tap("track")) && robot_->tap("field/code") && shot("empty") &&
              step("type the code", robot_->type(last_code_)) && shot("typed") && robot_->tap("main") &&
              step("get an answer",
                   robot_->wait_for([this] { return robot_->page<page::TrackResult>() != nullptr; })) &&
              shot("result");
  fine = fine &&
         step("ask for another",
              robot_->tap("main") && robot_->tap("field/code") && robot_->type("10420199999934")) &&
         shot("other-code");
  return fine && end_visit();
}

bool Tour::idle_and_end(Language language) {
  const bool filled = begin("idle", language) && robot_->tap("area/complaints") &&
                      robot_->tap("service/complaint-137") && robot_->tap("main") &&
                      robot_->tap("choice/topic/noise");
  if (!step("begin", filled)) return false;
  machine_->clock().skip(visit::idle_before_question);
  machine_->kiosk().wake();
  robot_->settle();
  const bool asked = step("be asked whether one is still there", robot_->shows("keep-going")) &&
                     shot("warning") && robot_->tap("keep-going") &&
                     step("go on", robot_->page<page::Form>() != nullptr);
  machine_->clock().skip(visit::idle_before_question);
  machine_->kiosk().wake();
  robot_->settle();
  machine_->clock().skip(visit::question_stands);
  machine_->kiosk().wake();
  robot_->settle();
  return asked && step("be back at the beginning", robot_->visit() == nullptr);
}

/// The plug is pulled between the commit and the receipt.
bool Tour::recovered_after_power_cut(Language language) {
  machine_->printer().unplug();
  const bool lost = robot_->wait_for([this] { return !machine_->kiosk().state().around.printer_ready; });
  if (!step("lose the printer", lost)) return false;
  if (!begin("power-cut", language) || !open_complaint() || !fill_complaint(language, false)) return false;
  if (!file_and_await_receipt()) return false;
  const std::string code = last_code_;
  robot_.reset();
  machine_->switch_off();
  machine_->printer().plug_in();
  if (machine_->switch_on()) return step("start again", false);
  robot_ = std::make_unique<Robot>(machine_->kiosk());
  const bool offered = robot_->wait_for([this] {
    return machine_->kiosk().state().around.recovery_offered && machine_->kiosk().state().around.printer_ready;
  });
  return step("be offered the code again", offered) && shot("welcome") && robot_->tap("recover") &&
         (language == Language::Persian || robot_->tap("language/en")) &&
         step("find nothing under another number", robot_->tap("field/mobile") && robot_->type("09123456780") &&
                                                       robot_->tap("main") && robot_->wait_for([this] {
                                                         const auto* recovery = robot_->page<page::Recover>();
                                                         return recovery != nullptr && recovery->not_found;
                                                       })) &&
         shot("not-found") && robot_->tap("field/mobile") && robot_->tap("key/backspace") &&
         robot_->type("9") && shot("mobile") && robot_->tap("main") &&
         step("get the same code again", robot_->wait_for([this, &code] {
           const auto* receipt = robot_->page<page::Receipt>();
           return receipt != nullptr && receipt->request.tracking_code == code &&
                  receipt->print == PrintState::Printed;
         })) &&
         shot("receipt") && keep_receipt() && leave();
}

}  // namespace pishkhan::demo
