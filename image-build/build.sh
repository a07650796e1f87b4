#!/usr/bin/env bash
# Makes the disk image: build.sh [--fresh] [--quick]. Called by ./dev image; needs root, and packages.txt installed.
# Out: build/image/disk.img, and beside it what it is made of. --fresh fetches Debian's packages anew, --quick packs
# loosely, for trying things out.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD/image-build out=$PWD/build/image work=$PWD/build/image/work
fresh='' level=15
for word; do
  case "$word" in
    --fresh) fresh=yes ;;
    --quick) level=1 ;;
    *) echo "image: what is $word? --fresh and --quick are known" >&2; exit 2 ;;
  esac
done
slot_limit=$((250 * 1000 * 1000))
mirror=${PISHKHAN_DEBIAN_MIRROR:-http://deb.debian.org}
mkdir -p "$out" "$work"
log=$out/build.log
: >"$log"

step='starting' began=$SECONDS
next() {
  step=$1 began=$SECONDS
  printf 'image: %s\n' "$1" >&2
}
# Whatever fails says in which step, and shows the end of what it wrote.
trap 'status=$?; if [ "$status" != 0 ]; then
  printf "image: FAILED while %s, after %s s; the end of %s:\n" "$step" $((SECONDS - began)) "$log" >&2
  tail -n 15 "$log" >&2; fi' EXIT
# Waited for, so that whoever ends this ends what is under way, too.
child=''
trap '[ -z "$child" ] || { kill "$child" 2>/dev/null || :; wait "$child" || :; }; exit 143' TERM INT
quietly() {
  local ended=0
  "$@" >>"$log" 2>&1 &
  child=$!
  wait "$child" || ended=$?
  child=''
  return "$ended"
}
refuse() { echo "$*" >>"$log"; exit 1; }

check() {
  next "looking at this machine"
  [ "$(id -u)" = 0 ] || refuse "this needs root: run ./dev image, which asks sudo"
  local tool
  for tool in mmdebstrap mksquashfs veritysetup objcopy genimage mkfs.ext4 mkfs.vfat mcopy mmd cpio zstd depmod modprobe \
    busybox systemctl cpack; do
    command -v "$tool" >/dev/null || refuse "the tool $tool is missing: image-build/packages.txt says from which package"
  done
  [ -f "$stub" ] || refuse "$stub is missing (package systemd-boot-efi)"
  local room
  room=$(df --output=avail -B1M "$out" | tail -1)
  [ "$room" -ge 4000 ] || refuse "only $room MiB are free under $out; 4,000 are needed"
}
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub

package() {
  next "packing the release build"
  quietly cpack --config build/release/CPackConfig.cmake -B "$work/deb"
  deb=$(ls -t "$work"/deb/pishkhan_*.deb | head -1)
  # The package's dependencies, first alternatives, without versions.
  needs=$(dpkg-deb -f "$deb" Depends | tr ',' '\n' | sed 's/|.*//; s/(.*)//; s/ //g' | sort -u)
}

# Debian's part is kept until the lists change, or somebody asks for it fresh.
debian() {
  local list key
  list=$( (grep -v '^#' "$here/root-packages.txt"; echo "$needs") | sort -u | paste -sd,)
  key=$(echo "$mirror $list" | sha256sum | cut -c1-16)
  base=$work/debian-$key.tar
  if [ -z "$fresh" ] && [ -f "$base" ]; then return; fi
  next "fetching Debian (mmdebstrap)"
  rm -rf "$work"/debian-*
  quietly mmdebstrap --mode=root --variant=minbase --include="$list" \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --format=tar --customize-hook="$here/fetch-kernel.sh"' "$1"' \
    bookworm "$base.part" "deb $mirror/debian bookworm main" "deb $mirror/debian bookworm-updates main" \
    "deb $mirror/debian-security bookworm-security main"
  mv "$base.part" "$base"
}

unpack() {
  next "unpacking"
  root=$work/root kernel=$work/kernel
  rm -rf "$root" "$kernel"
  mkdir -p "$root" "$kernel"
  quietly tar -xf "$base" -C "$root" --numeric-owner --exclude='./dev/*'
  quietly dpkg-deb -x "$root"/kernel/linux-image-*.deb "$kernel"
  rm -rf "$root/kernel"
  version=$(basename "$kernel"/lib/modules/*)
  next "installing the package"
  cp "$deb" "$root/pishkhan.deb"
  quietly chroot "$root" dpkg -i /pishkhan.deb
  rm "$root/pishkhan.deb"
}

# modules FOLDER LINES: copies the named modules and what they need, and makes their index.
modules() {
  local target=$1 name file
  shift
  mkdir -p "$target/lib/modules/$version"
  cp "$kernel/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$target/lib/modules/$version/"
  for name in "$@"; do
    modprobe -S "$version" -d "$kernel" --show-depends "$name" 2>>"$log" | sed -n 's/^insmod //p' ||
      refuse "the kernel has no module $name"
  done | sort -u | while read -r file; do
    mkdir -p "$target/$(dirname "${file#"$kernel"/}")"
    cp "$file" "$target/${file#"$kernel"/}"
  done
  quietly depmod -b "$target" "$version"
}

furnish() {
  next "furnishing the root"
  quietly depmod -b "$kernel" "$version"
  local early late
  early=$(sed -n 's/^initrd //p' "$here/modules.txt")
  late=$(grep -v -e '^#' -e '^initrd' "$here/modules.txt")
  # shellcheck disable=SC2086
  modules "$root" $early $late
  cp -r "$here/root/." "$root/"
  echo pishkhan >"$root/etc/hostname"
  ln -sf /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
  : >"$root/etc/machine-id"
  mkdir -p "$root/data" "$root/etc/modules-load.d"
  # No modprobe is in the image, so nothing that a file system or a socket asks for is loaded unforeseen.
  echo ext4 >"$root/etc/modules-load.d/pishkhan.conf"
  rm -f "$root/usr/lib/udev/rules.d/85-hwclock.rules"
  local unit
  for unit in data.mount systemd-networkd.service systemd-resolved.service systemd-timesyncd.service; do
    quietly systemctl --root "$root" enable "$unit"
  done
  quietly systemctl --root "$root" set-default multi-user.target
  # Nobody logs in, and what fails does not end in a shell.
  for unit in $(grep -v '^#' "$here/masked-units.txt"); do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  chroot "$root" dpkg-query -W -f='${Package} ${Version} ${Installed-Size}\n' >"$out/packages.list"
}

# What only built the system goes: the package manager, Perl, every shell and whatever is for somebody who types.
prune() {
  next "pruning"
  (
    cd "$root"
    rm -rf usr/share/{man,locale,info,lintian,bash-completion,zsh,perl,perl5,debconf,pixmaps,menu,keyrings,X11} \
      usr/lib/x86_64-linux-gnu/{perl,perl5,perl-base,gconv,engines-3} usr/lib/{apt,dpkg,terminfo,locale} \
      usr/share/{apport,bug,initramfs-tools,polkit-1,dbus-1,gcc,gdb,libdrm,base-files,dict,common-licenses/GFDL*} \
      etc/{apt,dpkg,perl,cron.d,cron.daily,skel,profile.d,alternatives,kernel,logrotate.d} etc/{.pwd.lock,passwd-,group-,shadow-,gshadow-} \
      var/lib/{apt,dpkg} var/cache var/log var/backups usr/lib/udev/hwdb.d boot tmp/* run/* root/.??*
    mkdir -p var/cache var/log
    rm -f usr/lib/x86_64-linux-gnu/{libperl,libapt}* usr/lib/systemd/system-generators/systemd-{getty,debug,fstab,gpt-auto,cryptsetup,veritysetup,integritysetup,hibernate-resume,bless-boot,system-update,rc-local}* \
      usr/lib/systemd/system-generators/systemd-{rc-local,sysv}*
    # Programs that stay; the rest of bin and sbin goes, the shells first.
    local keep=' udevadm systemctl journalctl systemd-tmpfiles systemd-sysusers mount umount fsck fsck.ext4 e2fsck mkfs.ext4 mke2fs fsck.vfat init reboot poweroff halt shutdown nologin
      pishkhan pishkhan-probe pishkhan-queue pishkhan-closed false true systemd-notify systemd-escape networkctl timedatectl resolvectl '
    local file
    for file in usr/bin/* usr/sbin/*; do
      case "$(echo $keep)" in
        *" ${file##*/} "*) ;;
        *) [ "${file##*/}" = udevadm ] || rm -rf "$file" ;;
      esac
    done
  )
  # A file that a kept program needs and that is gone shows here, not on a kiosk.
  local program
  for program in pishkhan pishkhan-probe pishkhan-queue udevadm systemctl; do
    ! LD_LIBRARY_PATH='' chroot "$root" /lib64/ld-linux-x86-64.so.2 --list "/usr/bin/$program" 2>&1 |
      grep 'not found' >>"$log" || refuse "$program misses a library after pruning"
  done
}

# Nothing secret and nothing of the demonstration is in what is shipped.
inspect() {
  next "looking for keys, the demo and shells"
  quietly "$here/inspect.sh" "$root" || refuse "that must not be in the image"
}

system_slot() {
  next "making the system slot (squashfs, dm-verity)"
  rm -f "$out/system.squashfs" "$out/system.verity"
  quietly mksquashfs "$root" "$out/system.squashfs" -comp zstd -Xcompression-level "$level" -b 256K -noappend -no-progress \
    -all-time 0 -mkfs-time 0
  # The salt comes from the content, so that the same content gives the same hash.
  local salt
  salt=$(sha256sum "$out/system.squashfs" | cut -d' ' -f1)
  veritysetup format --salt "$salt" --uuid 00000000-0000-4000-8000-000000000000 \
    "$out/system.squashfs" "$out/system.verity" 2>>"$log" >"$work/verity.txt" || refuse "veritysetup format failed"
  hash=$(sed -n 's/^Root hash:[[:space:]]*//p' "$work/verity.txt")
  [ ${#hash} = 64 ] || refuse "no root hash"
  echo "$hash" >"$out/system.hash"
}

# Busybox, veritysetup with its libraries, the modules for disks, and one script.
initrd() {
  next "making the initrd"
  local tree=$work/initrd file
  rm -rf "$tree"
  mkdir -p "$tree"/{bin,sbin,usr/sbin,lib64}
  cp "$here/initrd/init" "$tree/init"
  cp "$(command -v busybox)" "$tree/bin/busybox"
  cp /usr/sbin/veritysetup "$tree/sbin/"
  for file in $(ldd /usr/sbin/veritysetup | grep -o '/[^ ]*'); do
    mkdir -p "$tree/$(dirname "$file")"
    cp -L "$file" "$tree/$file"
  done
  local names
  names=$(sed -n 's/^initrd //p' "$here/modules.txt")
  # shellcheck disable=SC2086
  modules "$tree" $names
  echo $names >"$tree/etc-modules" && mkdir -p "$tree/etc" && mv "$tree/etc-modules" "$tree/etc/modules"
  (cd "$tree" && find . -print0 | LC_ALL=C sort -z | cpio --null -o -H newc --quiet --reproducible) |
    zstd -19 -q >"$out/initrd"
}

# One file that the firmware starts: kernel, initrd, command line, on systemd's stub. fsck.repair: nobody is there to
# answer it. enable_guc: newer Intel graphics want a firmware for it that Debian main has not, and do without.
unified_kernel() {
  next "making the unified kernel image"
  printf 'pishkhan.slot=a pishkhan.hash=%s console=ttyS0,115200 quiet loglevel=4 vt.global_cursor_default=0 panic=10 fsck.repair=yes i915.enable_guc=0 systemd.show_status=no rd.systemd.show_status=no' \
    "$hash" >"$work/cmdline"
  printf 'ID=pishkhan\nNAME=Pishkhan\nVERSION_ID=%s\n' "$(dpkg-deb -f "$deb" Version)" >"$work/os-release"
  # Each section behind the one before, at multiples of 64 KiB, beyond the stub's own end.
  local at=0 arguments=() name file size start
  while read -r size start; do
    at=$((0x$size + 0x$start > at ? 0x$size + 0x$start : at))
  done < <(objdump -h "$stub" | awk '$2 ~ /^\./ {print $3, $4}')
  for name in osrel:"$work/os-release" cmdline:"$work/cmdline" initrd:"$out/initrd" linux:"$kernel/boot/vmlinuz-$version"; do
    file=${name#*:} name=.${name%%:*}
    at=$(((at + 65535) / 65536 * 65536))
    arguments+=(--add-section "$name=$file" --change-section-vma "$name=$(printf '0x%x' "$at")")
    at=$((at + $(stat -c %s "$file")))
  done
  quietly objcopy "${arguments[@]}" "$stub" "$out/pishkhan.efi"
}

disk() {
  next "making the disk"
  rm -f "$out"/{boot.vfat,data.ext4,disk.img}
  truncate -s 96M "$out/boot.vfat"
  quietly mkfs.vfat -F 32 -n BOOT "$out/boot.vfat"
  quietly mmd -i "$out/boot.vfat" ::EFI ::EFI/BOOT
  quietly mcopy -i "$out/boot.vfat" "$out/pishkhan.efi" ::EFI/BOOT/BOOTX64.EFI
  # Room for the queue's budget (kiosk.toml, 4 GiB unless said otherwise) and what has to stay free beside it.
  quietly mkfs.ext4 -q -L pishkhan-data -m 1 "$out/data.ext4" 5G
  rm -rf "$work/genimage" && mkdir -p "$work/empty"
  quietly genimage --config "$here/genimage.cfg" --inputpath "$out" --outputpath "$out" --tmppath "$work/genimage" \
    --rootpath "$work/empty"
}

report() {
  local slot
  slot=$(($(stat -c %s "$out/system.squashfs") + $(stat -c %s "$out/system.verity")))
  next "done in $SECONDS s"
  {
    echo "What takes the space, in MB:"
    echo "  system slot, packed (squashfs and its hashes; at most $((slot_limit / 1000000)))  $((slot / 1000000))"
    echo "  kernel, initrd and command line in one file  $(($(stat -c %s "$out/pishkhan.efi") / 1000000))"
    echo "  of which the initrd  $(($(stat -c %s "$out/initrd") / 1000000))"
    echo "Before packing:"
    (cd "$root" && du -x -B1000000 --max-depth=4 usr etc var lib 2>/dev/null | sort -rn | awk '$1 >= 3 {printf "  %5d  %s\n", $1, $2}' | head -20)
    echo "The largest files:"
    (cd "$root" && find . -xdev -type f -size +2M -printf '%s %P\n' | sort -rn | head -10 | awk '{printf "  %5d  %s\n", $1/1000000, $2}')
  } | tee "$out/space.txt"
  [ "$slot" -le "$slot_limit" ] || refuse "the system slot is larger than $((slot_limit / 1000000)) MB"
  # ./dev image test goes on there as whoever called.
  [ -z "${SUDO_UID:-}" ] || chown "$SUDO_UID:${SUDO_GID:-}" "$out" "$out/disk.img"
  echo "the disk: $out/disk.img"
}

check
package
debian
unpack
furnish
prune
inspect
system_slot
initrd
unified_kernel
disk
report
