#!/usr/bin/env bash
# Drives an S3 endpoint through rclone. S3Fixture's settings are in the environment.
set -euo pipefail
unset AWS_CA_BUNDLE
export RCLONE_CONFIG=$HOME/rclone.conf
cat >"$RCLONE_CONFIG" <<CONFIG
[own]
type = s3
provider = Other
access_key_id = $S3_KEY
secret_access_key = $S3_SECRET
endpoint = $S3_ENDPOINT
region = garage
upload_cutoff = 8Mi
chunk_size = 5Mi
[poor]
type = s3
provider = Other
access_key_id = $S3_POOR_KEY
secret_access_key = $S3_POOR_SECRET
endpoint = $S3_ENDPOINT
region = garage
[wrong]
type = s3
provider = Other
access_key_id = $S3_KEY
secret_access_key = wrong
endpoint = $S3_ENDPOINT
CONFIG
rclone() { command rclone --retries 1 --low-level-retries 1 "$@"; }

has() { # TEXT command...: its output, read to the end, has the text
  local text=$1 out
  shift
  out=$("$@")
  case $out in *"$text"*) ;; *) echo "no '$text' from $*: $out"; exit 1 ;; esac
}
mkdir -p tree/sub
echo one >tree/one.txt
echo two >"tree/sub/two ü.txt"
head -c 20000000 /dev/urandom >tree/big.bin
for i in $(seq 20); do echo "$i" >"tree/sub/$i"; done

rclone copy tree "own:$S3_BUCKET/rclone"
rclone check tree "own:$S3_BUCKET/rclone"
rclone check --download tree "own:$S3_BUCKET/rclone"
test "$(rclone lsf -R --files-only "own:$S3_BUCKET/rclone" | wc -l)" = 23
has "$S3_BUCKET" rclone lsd own:
has sub rclone lsd "own:$S3_BUCKET/rclone"
test "$(rclone cat "own:$S3_BUCKET/rclone/one.txt")" = one
test "$(rclone cat --offset 1 --count 2 "own:$S3_BUCKET/rclone/one.txt")" = ne
echo changed >tree/one.txt
rclone sync tree "own:$S3_BUCKET/rclone"
test "$(rclone cat "own:$S3_BUCKET/rclone/one.txt")" = changed
rclone copy "own:$S3_BUCKET/rclone" "own:$S3_BUCKET/second"
rclone check tree "own:$S3_BUCKET/second"
rclone moveto "own:$S3_BUCKET/second/one.txt" "own:$S3_BUCKET/second/moved.txt"
echo streamed | rclone rcat "own:$S3_BUCKET/second/streamed"
test "$(rclone cat "own:$S3_BUCKET/second/streamed")" = streamed
rclone mkdir "own:$S3_BUCKET"
if rclone copy tree/big.bin "poor:$S3_POOR_BUCKET"; then echo "the quota did not hold"; exit 1; fi
test -z "$(rclone lsf "poor:$S3_POOR_BUCKET")"
if rclone lsf "own:$S3_OTHER_BUCKET"; then echo "another's bucket opened"; exit 1; fi
if rclone lsf "wrong:$S3_BUCKET"; then echo "a wrong secret passed"; exit 1; fi
rclone delete "own:$S3_BUCKET/second"
rclone purge "own:$S3_BUCKET/rclone"
test -z "$(rclone lsf -R "own:$S3_BUCKET")"
