// Shown when the counter cannot start: one picture, straight onto the kernel's frame buffer. Nothing of what may have
// broken the counter is needed: no SDL, no GPU driver, no font, no configuration.
#include "base/core/png.h"
#include "kiosk/closed/closed_picture.h"

#include <fcntl.h>
#include <linux/fb.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using namespace pishkhan;

int refuse(const char* what) {
  std::fprintf(stderr, "pishkhan-closed: %s\n", what);
  return 1;
}

/// 32 bits a pixel is what every DRM driver's frame buffer has.
int show(const Picture& picture, int device) {
  fb_var_screeninfo variable{};
  fb_fix_screeninfo fixed{};
  if (::ioctl(device, FBIOGET_VSCREENINFO, &variable) != 0 || ::ioctl(device, FBIOGET_FSCREENINFO, &fixed) != 0)
    return refuse("/dev/fb0 does not tell its size");
  if (variable.bits_per_pixel != 32) return refuse("/dev/fb0 has not 32 bits a pixel");
  const std::size_t length = std::size_t{fixed.line_length} * variable.yres;
  void* memory = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
  if (memory == MAP_FAILED) return refuse("/dev/fb0 cannot be mapped");
  const Picture panel =
      closed::fill_panel(picture, static_cast<int>(variable.xres), static_cast<int>(variable.yres));
  for (std::uint32_t y = 0; y < variable.yres; ++y)
    std::memcpy(static_cast<char*>(memory) + std::size_t{y} * fixed.line_length,
                panel.pixels.data() + std::size_t{y} * variable.xres, std::size_t{variable.xres} * 4);
  ::munmap(memory, length);
  return 0;
}

}  // namespace

/// pishkhan-closed [PICTURE [SECONDS]]: shows it and stays so long; then the service manager tries again.
int main(int argc, char** argv) {
  const char* file = argc > 1 ? argv[1] : "/usr/share/pishkhan/closed.png";
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 60;
  const auto picture = read_png(file);
  const int device = ::open("/dev/fb0", O_RDWR | O_CLOEXEC);
  const int status = device < 0 ? refuse("/dev/fb0 cannot be opened") : show(picture ? *picture : Picture{}, device);
  if (seconds > 0) ::sleep(static_cast<unsigned>(seconds));
  if (device >= 0) ::close(device);
  return status;
}
