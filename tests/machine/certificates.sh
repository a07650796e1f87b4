#!/bin/sh
# certificates.sh FOLDER: puts certificates of a fresh CA of a test city in the place of the demo's in kiosk/,
# ingest/ and cases/ below FOLDER. The server's is also good for 10.0.2.2, as which a virtual machine sees its host.
# The CA's own key is thrown away.
set -e
cd "$1"
making=$(mktemp -d -p .)
trap 'rm -rf "$making"' EXIT
key() { openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl pkcs8 -topk8 -nocrypt -out "$1"; }
key "$making/authority.key"
openssl req -x509 -new -key "$making/authority.key" -subj "/O=Pishkhan test city/CN=Test city CA" -days 3650 \
  -addext "keyUsage=critical,keyCertSign,cRLSign" -out "$making/authority.pem" 2>/dev/null
issue() { # FOLDER UNIT NAME USAGE [NAMES]
  key "$making/tls.key"
  openssl req -new -key "$making/tls.key" -subj "/O=Pishkhan test city/OU=$2/CN=$3" -out "$making/request" 2>/dev/null
  {
    echo "basicConstraints=critical,CA:FALSE"
    echo "keyUsage=critical,digitalSignature"
    echo "extendedKeyUsage=$4"
    [ -z "$5" ] || echo "subjectAltName=$5"
  } >"$making/extensions"
  openssl x509 -req -in "$making/request" -CA "$making/authority.pem" -CAkey "$making/authority.key" -CAcreateserial \
    -days 3650 -extfile "$making/extensions" -out "$making/tls.pem" 2>/dev/null
  cp "$making/tls.key" "$making/tls.pem" "$making/authority.pem" "$1/"
}
issue kiosk kiosk kiosk-1042 clientAuth
issue cases cases cases clientAuth
issue ingest server ingest serverAuth "IP:127.0.0.1,DNS:localhost,IP:10.0.2.2"
