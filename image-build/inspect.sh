#!/bin/sh
# inspect.sh FOLDER: looks through an unpacked system for what must never be shipped. Says what it found and ends with
# 1, or ends with 0. Used by build.sh, and by ./dev image test on what it unpacks from the disk.
root=$1
status=0
found() { # WORDS FILES
  [ -z "$2" ] && return
  echo "inspect: $1:" "$2"
  status=1
}
[ -d "$root" ] || { echo "inspect: $root is no folder"; exit 1; }
# Of the programs only ours: libraries that read keys hold those words, too.
key='-----BEGIN [A-Z ]*PRIVATE KEY-----'
found "a private key" "$(grep -rlIE -- "$key" "$root" 2>/dev/null; grep -lazE -- "$key[A-Za-z0-9+/=[:space:]]{16}" "$root"/usr/bin/pishkhan* 2>/dev/null)"
found "something of the demo or a kiosk's own" \
  "$(find "$root" -iname '*demo*' -path '*ishkhan*' -o -name 'pishkhan-demo*' -o -name 'enrolment.json' -o -iname '*simulated*' \
    -o -name 'device.secret' -o -name 'kiosk.toml' -o -name 'opening.json' -o -name 'signing.pem' -o -name 'tls.key')"
# Classes of the dock, the demo and the simulated devices leave their names in a program that links them.
found "a simulated device or the dock in a program" \
  "$(grep -lE 'SimulatedPrinter|SimulatedCardReader|SimulatedDevice|pishkhan9simulated|pishkhan4demo' "$root"/usr/bin/pishkhan* 2>/dev/null)"
for shell in sh bash dash ash busybox perl python3 sshd login agetty sudo su; do
  for place in usr/bin usr/sbin bin sbin; do
    # -e follows links that lead out of the folder; -h sees them as well.
    if [ -e "$root/$place/$shell" ] || [ -h "$root/$place/$shell" ]; then found "a shell" "$place/$shell"; fi
  done
done
exit $status
