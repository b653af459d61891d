#!/bin/sh
# Makes a certificate authority of your own and a certificate for localhost, in the current folder.
set -eu

# --8<-- [start:make]
# The authority: whoever trusts ca.pem trusts all that ca.key signs, so keep ca.key to yourself.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
  -subj "/CN=Development CA" -addext "keyUsage=critical,keyCertSign,cRLSign" \
  -keyout ca.key -out ca.pem

# The server's key, and a certificate for the names that clients will use.
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -subj "/CN=localhost" -keyout server.key -out server.csr
cat >server.ext <<'EXTENSIONS'
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
EXTENSIONS
openssl x509 -req -in server.csr -extfile server.ext -days 90 \
  -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem
# --8<-- [end:make]
