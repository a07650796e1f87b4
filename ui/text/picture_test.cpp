// Pages set and drawn as the kiosk does, written to build/text-out to be looked at, and checked for what a
// program can see: ink inside its lines, nothing cut, no two lines touching each other's letters.
#include "base/core/png.h"
#include "ui/text/isolate.h"
#include "ui/text/paper.h"
#include "ui/text/quads.h"
#include "ui/text/text_test_support.h"

#include <algorithm>
#include <filesystem>
#include <string>

namespace pishkhan::text {
namespace {

const std::filesystem::path kOut = "build/text-out";

class Page {
 public:
  Page(const Fonts& fonts, int width, int height) : engine_(fonts), atlas_(fonts) {
    std::filesystem::create_directories(kOut);
    picture_.width = width;
    picture_.height = height;
    picture_.pixels.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0xFFF6F4EE);
  }
  /// Sets the text between the margins and returns where the next one may begin.
  float put(std::string_view text, const Style& style, float x, float y, float width) {
    const Layout& layout = engine_.lay_out(text, style, width);
    emit(layout, x, y, atlas_, [this](const GlyphQuad& quad) { blend(quad); });
    for (const Line& line : layout.lines()) CHECK(line.width <= width + 0.1F);
    return y + layout.height();
  }
  void slice(const NineSlice& slice, float x0, float y0, float x1, float y1) {
    emit_nine_slice(slice, x0, y0, x1, y1, [this](const GlyphQuad& quad) { blend(quad); });
  }
  void icon(char32_t code_point, float size, float x, float y) {
    emit_icon(code_point, size, x, y, atlas_, [this](const GlyphQuad& quad) { blend(quad); });
  }
  Atlas& atlas() { return atlas_; }
  void write(const char* name) {
    REQUIRE(write_png(kOut / name, picture_));
    Picture whole{atlas_.width(), atlas_.height(), {}};
    for (const std::uint8_t alpha : atlas_.pixels()) whole.pixels.push_back(0xFF000000U | alpha * 0x010101U);
    REQUIRE(write_png(kOut / (std::string("atlas-of-") + name), whole));
  }
  [[nodiscard]] int ink() const { return ink_; }

 private:
  void blend(const GlyphQuad& quad) {
    for (float y = quad.y0; y < quad.y1; ++y) {
      for (float x = quad.x0; x < quad.x1; ++x) {
        if (x < 0 || y < 0 || x >= static_cast<float>(picture_.width) ||
            y >= static_cast<float>(picture_.height)) {
          continue;
        }
        const float u = quad.u0 + (x - quad.x0 + 0.5F) * (quad.u1 - quad.u0) / (quad.x1 - quad.x0);
        const float v = quad.v0 + (y - quad.y0 + 0.5F) * (quad.v1 - quad.v0) / (quad.y1 - quad.y0);
        const auto texel = static_cast<std::size_t>(v) * static_cast<std::size_t>(atlas_.width()) +
                           static_cast<std::size_t>(u);
        const unsigned alpha = atlas_.pixels()[texel];
        auto& pixel = picture_.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(picture_.width) +
                                      static_cast<std::size_t>(x)];
        unsigned mixed = 0xFF;
        for (const int shift : {16, 8, 0}) {
          const unsigned under = pixel >> shift & 0xFFU;
          const unsigned over = 0x0F1E24U >> shift & 0xFFU;
          mixed = mixed << 8U | (under * (255 - alpha) + over * alpha) / 255;
        }
        pixel = mixed;
        ink_ += alpha > 127 ? 1 : 0;
      }
    }
  }
  Engine engine_;
  Atlas atlas_;
  Picture picture_;
  int ink_ = 0;
};

TEST_CASE("Picture: a Persian page") {
  const Fonts fonts = test_fonts();
  Page page(fonts, 1080, 1100);
  Style title = persian(52);
  title.weight = Weight::Bold;
  title.line_height = 1.35F;
  float y = page.put("پیشخوان شهرداری", title, 48, 32, 984);
  Style second = persian(36);
  second.weight = Weight::Medium;
  y = page.put("درخواست پروانهٔ ساختمان، گام ۲ از ۵", second, 48, y + 16, 984);
  y = page.put(
      "برای شروع، کارت ملی هوشمند خود را در دستگاه بگذارید. اگر کارت ندارید، می‌توانید با شمارهٔ تلفن همراه ادامه دهید؛ درخواست شما در همان لحظه ثبت می‌شود و کد رهگیری روی رسید چاپ خواهد شد. لازم نیست برای پیگیری به شهرداری بازگردید.",
      persian(32), 48, y + 16, 984);
  y = page.put(
      "لا اله، سلام، کلاس، بالا، اِعرابِ کامِل: مُحَمَّد، قُرآن، جزء، مسئله، رأی، خانه‌ها، نمی‌خواهم",
      persian(44), 48, y + 16, 984);
  Style center = persian(27);
  center.align = Align::Center;
  y = page.put(
      "این خط در میانه است و این «نقل‌قول» (و پرانتز) درست برمی‌گردند: ۱۲٬۳۴۵ ریال، ۲۵٪",
      center, 48, y + 16, 984);
  Style cut = persian(32);
  cut.maximum_lines = 2;
  y = page.put(
      "این متن از دو خط بلندتر است و باید با سه‌نقطه پایان یابد، بی آن که حرفی روی حرف دیگر بیفتد یا بیرون از جای خود نوشته شود؛ پس بخشی از آن دیده نمی‌شود و این هم دیده نمی‌شود.",
      cut, 48, y + 16, 700);
  Style english;
  english.language = Language::English;
  english.base = Direction::LeftToRight;
  y = page.put("English: Put your city card into the reader. Office – efficient, final, AVATAR.", english, 48,
               y + 16, 984);
  const auto box = page.atlas().rounded_border(28, 2);
  REQUIRE(box);
  page.slice(*box, 24, 16, 1056, y + 24);
  page.write("persian.png");
  CHECK(page.ink() > 20000);
  CHECK(y < 1100);
}

TEST_CASE("Picture: mixed numbers, with and without isolates") {
  const Fonts fonts = test_fonts();
  Page page(fonts, 1080, 900);
  const auto ltr = [](std::string_view value) { return isolate(value, Direction::LeftToRight); };
  float y = page.put("حجم پرونده 2.5 MB است و تاریخ 1405-09-02 (بی جداساز)", persian(), 48, 24, 984);
  for (const std::string& text :
       {"حجم پرونده " + ltr("2.5 MB") + " است و تاریخ " + ltr("1405-09-02") + " (با جداساز)",
        "کد پستی " + isolate_identifier("11345-6789") + " و تلفن " + isolate_identifier("+98 21 1234") +
            " است.",
        "کد رهگیری " + group_identifier("7K3M9Q2PXT4W", 4) + " را نگه دارید.",
        "شبا " + isolate_identifier("IR06 0120 0000 0000 1234 5678 90") + " است.",
        "کد ملی " + isolate_identifier("۰۰۱-۲۳۴۵۶۷-۸") + " و پلاک " +
            isolate("۱۲ ب ۳۴۵ ایران ۱۱", Direction::RightToLeft) + " ثبت شد.",
        "نشانی " + isolate("خیابان Valiasr، پلاک 12", Direction::Auto) + " و رایانامه " +
            isolate("name@example.ir", Direction::Auto) + "!",
        std::string("سه Windows 11 (نسخهٔ 23H2) و C++ را Visual Studio 2022 خواند."),
        std::string("حروف دیگر: Ελληνικά, Кириллица, ጤና, 漢字, ﷼, ✓ و \xFF\xC3 خراب")}) {
    y = page.put(text, persian(), 48, y + 8, 984);
  }
  page.write("mixed.png");
  CHECK(page.ink() > 10000);
}

TEST_CASE("Picture: icons fill their boxes") {
  const Fonts fonts = test_fonts();
  Page page(fonts, 620, 180);
  float x = 20;
  for (const char32_t icon : {U'\uE7F1', U'\uE862', U'\uE8D1', U'\uE873', U'\uEF49'}) {
    REQUIRE(fonts.has_icon(icon));
    const auto border = page.atlas().rounded_border(0, 1);
    REQUIRE(border);
    page.slice(*border, x - 1, 19, x + 97, 117);
    page.icon(icon, 96, x, 20);
    const auto rect = page.atlas().icon(icon, 96);
    REQUIRE(rect);
    CHECK((rect->left >= 0 && rect->left + rect->width <= 96 && rect->top >= 0 &&
           rect->top + rect->height <= 96));
    x += 120;
  }
  page.write("icons.png");
  CHECK(page.ink() > 5000);
}

TEST_CASE("Picture: a receipt of 576 dots") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  Bitmap paper(576, 900);
  int y = 8;
  const auto put = [&](std::string_view text, float size, Weight weight, Align align) {
    Style style = persian(size);
    style.weight = weight;
    style.align = align;
    style.line_height = 1.5F;
    const Layout& layout = engine.lay_out(text, style, 560);
    draw_into(paper, fonts, layout, 8, y);
    y += static_cast<int>(layout.height());
  };
  put("شهرداری اصفهان", 40, Weight::Bold, Align::Center);
  put("درخواست پروانهٔ ساختمان", 32, Weight::Medium, Align::Center);
  put("دوشنبه ۲ آذر ۱۴۰۵، ساعت ۸:۳۰", 28, Weight::Regular, Align::Center);
  put(group_identifier("7K3M9Q2P", 4), 72, Weight::Bold, Align::Center);
  for (const char* line : {"۱. بررسی پرونده تا "
                           "۹ آذر",
                           "۲. بازدید از ملک تا ۱۶ آذر", "۳. صدور پروانه تا ۳۰ آذر"}) {
    put(line, 28, Weight::Regular, Align::Start);
  }
  put("برای پیگیری با شمارهٔ ۱۳۷ تماس بگیرید یا به نشانی my.isfahan.ir بروید. می‌توانید این رسید را به هر پیشخوان نشان دهید.",
      28, Weight::Regular, Align::Start);
  put("حروف ریز برای آزمایش: ژیگولوهای فیلمفارسی، قسطنطنیه، پیچ‌گوشتی، غضنفر",
      24, Weight::Regular, Align::Start);
  put("اندازهٔ ۲۸ میانه: ژیگولوهای فیلمفارسی، قسطنطنیه، پیچ‌گوشتی، غضنفر",
      28, Weight::Medium, Align::Start);
  CHECK(y < 900);
  std::filesystem::create_directories(kOut);
  REQUIRE(write_png(kOut / "receipt.png", paper));
  int black = 0;
  for (int row = 0; row < paper.height(); ++row) {
    for (int column = 0; column < paper.width(); ++column) black += paper.black(column, row) ? 1 : 0;
  }
  CHECK(black > 15000);
  CHECK(black < 100000);
}

}  // namespace
}  // namespace pishkhan::text
