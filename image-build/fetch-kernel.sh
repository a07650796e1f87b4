#!/bin/sh
# A hook of mmdebstrap's: lays Debian's kernel package into /kernel of the root, not installed, so that neither
# initramfs-tools nor 400 MB of modules come with it. Debian's "cloud" kernel has no DRM and no USB.
set -e
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
mkdir "$1/kernel"
cd "$1/kernel"
name=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -1)
apt-get download -qq "$name"
