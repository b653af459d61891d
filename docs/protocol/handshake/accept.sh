#!/bin/sh
# Prints the Sec-WebSocket-Accept value for the Sec-WebSocket-Key given as the only argument.
set -eu
if [ $# -ne 1 ]; then
  echo "usage: sh accept.sh KEY" >&2
  exit 1
fi
key=$1

# --8<-- [start:accept]
guid=258EAFA5-E914-47DA-95CA-C5AB0DC85B11
printf '%s%s' "$key" "$guid" | openssl sha1 -binary | openssl base64
# --8<-- [end:accept]
