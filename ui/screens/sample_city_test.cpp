#include "ui/screens/sample_test.h"

namespace pishkhan::screens::sample {

using services::Field;
using services::FieldKind;
using services::LocalText;

namespace {

services::Area area(const char* id, LocalText name, LocalText summary, const char* icon,
                    std::vector<std::string> open = {}) {
  return {
      id,
      std::move(name),
      std::move(summary),
      icon,
      std::move(open),
      {"دفتر خدمات الکترونیک شهر، خیابان آزادی، روبه‌روی پارک لاله، شنبه تا چهارشنبه از ۷:۳۰ تا ۱۴:۳۰",
       "Electronic services office, Azadi Street, opposite Laleh Park, Saturday to Wednesday, 7:30 to 14:30"}};
}

std::vector<services::Area> areas() {
  return {
      area("permits", {"پروانهٔ ساختمانی", "Building permits"},
           {"ساخت، تمدید، پایان‌کار", "Building, renewal, completion"}, "building"),
      area("supervision", {"نظارت فنی", "Technical supervision"},
           {"ناظر، گزارش، رفع تخلف", "Engineer, reports, violations"}, "supervision"),
      area("trades", {"کسب و پیشه", "Trades and shops"}, {"مفاصا، پرونده، تابلو", "Clearance, file, shop sign"},
           "store"),
      area("parcels", {"تفکیک و تجمیع", "Splitting and joining land"}, {"زمین، آپارتمان", "Land, apartments"},
           "split-merge"),
      area("enquiries", {"استعلام‌ها", "Enquiries"},
           {"نقل‌وانتقال، بانک، کاربری", "Transfer, bank, land use"}, "document"),
      area("complaints", {"شکایت و پیگیری", "Complaints"}, {"۱۳۷، ۱۸۸۸، مادهٔ ۷۷", "137, 1888, article 77"},
           "megaphone", {"complaint-137", "tracking"}),
      area("dues", {"عوارض و قبض‌ها", "Dues and bills"},
           {"نوسازی، پسماند، خودرو", "Renewal, waste, vehicles"}, "payments"),
      area("urban", {"خدمات شهری", "City services"}, {"نخاله، درخت، نظافت", "Debris, trees, cleaning"}, "tree"),
      area("works", {"فنی و عمرانی", "Roads and works"}, {"حفاری، آسفالت", "Digging, asphalt"}, "road"),
      area("traffic", {"حمل‌ونقل و ترافیک", "Transport and traffic"},
           {"طرح ترافیک، جای پارک", "Traffic zone, parking"}, "bus"),
      area("estates", {"املاک", "Estates"},
           {"ملک در طرح، عقب‌نشینی", "Land in a plan, set-back"}, "property"),
  };
}

Field field(const char* id, FieldKind kind, LocalText label, LocalText hint = {}) {
  Field result;
  result.id = id;
  result.kind = kind;
  result.label = std::move(label);
  result.hint = std::move(hint);
  return result;
}

std::vector<services::FormStep> steps() {
  Field topic = field("topic", FieldKind::Choice, {"موضوع", "Topic"});
  topic.choices = {{"asphalt", {"آسفالت و پیاده‌رو", "Asphalt and pavement"}},
                   {"rubbish", {"زباله و نظافت", "Rubbish and cleaning"}},
                   {"light", {"روشنایی معبر", "Street lighting"}},
                   {"water", {"آب‌گرفتگی و جوی", "Flooding and gutters"}},
                   {"tree", {"درخت و فضای سبز", "Trees and green space"}},
                   {"block", {"سد معبر", "Blocked passage"}},
                   {"noise", {"سروصدا", "Noise"}},
                   {"other", {"چیز دیگر", "Something else"}}};
  Field urgency = field("urgency", FieldKind::Choice, {"خطری هم دارد؟", "Is it dangerous?"});
  urgency.choices = {{"yes", {"بله، همین حالا خطرناک است", "Yes, right now"}}, {"no", {"نه", "No"}}};
  Field place = field("place", FieldKind::Text, {"نشانی", "Address"},
                      {"خیابان، کوچه، پلاک یا یک نشانهٔ نزدیک", "Street, alley, number, or a landmark nearby"});
  place.minimum_length = 5;
  Field words = field("words", FieldKind::LongText, {"چه شده است؟", "What has happened?"},
                      {"هرچه به پیدا کردنش کمک می‌کند", "Whatever helps to find it"});
  words.minimum_length = 10;
  Field mobile = field("mobile", FieldKind::Mobile, {"شمارهٔ همراه", "Mobile number"},
                       {"خبر رسیدگی با پیامک می‌رسد", "We tell you by text message"});
  Field postal = field("postal", FieldKind::PostalCode, {"کد پستی", "Postal code"});
  postal.required = false;
  return {{"what", {"موضوع چیست؟", "What is it about?"}, {topic, urgency}},
          {"where", {"کجاست و چه شده؟", "Where is it, and what has happened?"}, {place, words}},
          {"who", {"چطور خبرتان کنیم؟", "How do we reach you?"}, {mobile, postal}}};
}

services::Service complaint() {
  services::Service service;
  service.id = "complaint-137";
  service.area = "complaints";
  service.name = {"گزارش مشکل شهری (۱۳۷)", "Report a problem in the city (137)"};
  service.summary = {"چاله، زباله، روشنایی، آب‌گرفتگی و مانند آن",
                     "Potholes, rubbish, lighting, flooding and the like"};
  service.assurance = services::Assurance::TypedNationalId;
  service.minutes_to_fill = 3;
  service.requirements = {
      {{"نشانی جای مشکل", "The address of the problem"}, {}},
      {{"شمارهٔ همراه", "A mobile number"}, {"تا خبر رسیدگی به شما برسد", "so that the answer reaches you"}}};
  service.stages = {
      {"refer", {"ارجاع به ناحیه", "Referral to the district"}, {"مرکز ۱۳۷", "137 centre"}, 2, "", false},
      {"fix",
       {"بازدید و رفع مشکل", "Visit and repair"},
       {"خدمات شهری ناحیه", "District services"},
       7,
       "",
       false},
      {"check", {"بازرسی", "Inspection"}, {"ادارهٔ کل بازرسی", "Inspectorate"}, std::nullopt, "", false},
      {"answer", {"پاسخ به شما", "Answer to you"}, {"مرکز ۱۳۷", "137 centre"}, 12, "", false}};
  service.steps = steps();
  service.follow_up = {"پیگیری با کد: در هر پیشخوان یا با تلفن ۱۳۷",
                       "Follow up by code: at any counter, or by telephone, 137"};
  return service;
}

services::Service tracking() {
  services::Service service;
  service.id = "tracking";
  service.area = "complaints";
  service.kind = services::ServiceKind::Tracking;
  service.name = {"پیگیری درخواست", "Follow up a request"};
  service.summary = {"با کد پیگیری ببینید درخواستتان به کجا رسیده است",
                     "See by its code where your request stands"};
  return service;
}

/// Something that looks like print, for the preview.
Bitmap paper() {
  Bitmap bitmap(576, 1300);
  for (int y = 40; y < 1240; ++y) {
    const int line = y / 52;
    const int length = 180 + (line * 97) % 330;
    if (y % 52 > 24) continue;
    for (int x = 536 - length; x < 536; ++x) bitmap.set(x, y, (x * 7 + y * 3) % 11 < 5);
  }
  return bitmap;
}

}  // namespace

City::City() : paper_(paper()) {
  catalogue_.version = "1405.3";
  catalogue_.fingerprint = "7F2A-91C4";
  catalogue_.city.id = "sample";
  catalogue_.city.name = {"شهر نمونه", "Sample City"};
  catalogue_.city.municipality = {"شهرداری شهر نمونه", "Municipality of Sample City"};
  catalogue_.city.office = {"پیشخوان شهر · منطقهٔ ۶", "City counter · District 6"};
  catalogue_.city.fictional = true;
  catalogue_.city.fictional_notice = {
      "شهر نمونه ساختگی است؛ مهلت‌ها، مبلغ‌ها و نشانی‌ها واقعی نیستند.",
      "Sample City is invented; its limits, fees and addresses are not real."};
  catalogue_.areas = areas();
  catalogue_.services = {complaint(), tracking()};
  const auto put = [](FieldValues& values, const char* id, const char* text) {
    values.insert_or_assign(id, PersonalText(text));
  };
  for (FieldValues* values : {&values_, &typing_}) {
    put(*values, "topic", "asphalt");
    put(*values, "urgency", "no");
    put(*values, "place", "خیابان آزادی، نبش کوچهٔ ۱۲، پلاک ۴");
  }
  put(values_, "words",
      "کف پیاده‌رو دو هفته است که نشست کرده و شب‌ها دیده "
      "نمی‌شود.");
  put(values_, "mobile", "09123456789");
  put(values_, "national_id", "0499370899");
  put(values_, "name", "زهرا محمدی‌نژاد");
  put(typing_, "words", "کف پیا");
  put(typing_, "mobile", "091234567");
  put(typing_, "national_id", "04993708");
  put(tracking_, "code", "10472003");
  problems_["mobile"] = {services::FieldProblem::Kind::TooShort, 2};
  problems_["national_id"] = {services::FieldProblem::Kind::TooShort, 2};
}

}  // namespace pishkhan::screens::sample
