#!/usr/bin/env bash
# Drives an S3 endpoint through the aws command line. $AWS names the program; S3Fixture's settings are in the environment.
set -euo pipefail
export AWS_ACCESS_KEY_ID=$S3_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET AWS_DEFAULT_REGION=garage
export AWS_CONFIG_FILE=$HOME/aws.conf AWS_MAX_ATTEMPTS=1
s3() { "$AWS" --endpoint-url "$S3_ENDPOINT" s3 "$@"; }
api() { "$AWS" --endpoint-url "$S3_ENDPOINT" s3api "$@"; }
refused() { # CODE command...
  local code=$1 out
  shift
  if out=$("$@" 2>&1); then echo "not refused: $*"; exit 1; fi
  case $out in *"$code"*) ;; *) echo "expected $code from $*: $out"; exit 1 ;; esac
}
has() { # TEXT command...: its output, read to the end, has the text
  local text=$1 out
  shift
  out=$("$@")
  case $out in *"$text"*) ;; *) echo "no '$text' from $*: $out"; exit 1 ;; esac
}
printf '[default]\ns3 =\n  addressing_style = path\n' >"$AWS_CONFIG_FILE"

has "$S3_BUCKET" s3 ls
mkdir -p tree/sub
echo one >tree/one.txt
echo two >"tree/sub/two ü.txt"
head -c 20000000 /dev/urandom >tree/big.bin

s3 cp tree/one.txt "s3://$S3_BUCKET/cli/one.txt" --quiet
test "$(s3 cp "s3://$S3_BUCKET/cli/one.txt" -)" = one
echo piped | s3 cp - "s3://$S3_BUCKET/cli/piped" --quiet
s3 sync tree "s3://$S3_BUCKET/cli/tree" --quiet
test -z "$(s3 sync tree "s3://$S3_BUCKET/cli/tree")"
s3 sync "s3://$S3_BUCKET/cli/tree" back --quiet
diff -r tree back
s3 cp "s3://$S3_BUCKET/cli/tree/big.bin" "s3://$S3_BUCKET/cli/copy.bin" --quiet
s3 cp "s3://$S3_BUCKET/cli/copy.bin" copy.bin --quiet
cmp tree/big.bin copy.bin
s3 mv "s3://$S3_BUCKET/cli/piped" "s3://$S3_BUCKET/cli/moved" --quiet
has moved s3 ls --recursive "s3://$S3_BUCKET/cli/"
has 'PRE tree/' s3 ls "s3://$S3_BUCKET/cli/"
url=$(s3 presign "s3://$S3_BUCKET/cli/one.txt" --expires-in 60)
test "$(python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode(), end="")' "$url")" = one

test "$(api head-object --bucket "$S3_BUCKET" --key cli/one.txt --query ContentLength)" = 4
api get-object --bucket "$S3_BUCKET" --key cli/one.txt --range bytes=1-2 part >/dev/null
test "$(cat part)" = ne
api list-objects-v2 --bucket "$S3_BUCKET" --prefix cli/ --delimiter / --max-items 1 >/dev/null
api get-bucket-location --bucket "$S3_BUCKET" >/dev/null
api put-object --bucket "$S3_BUCKET" --key cli/sum --body tree/one.txt --checksum-algorithm SHA256 >/dev/null
refused PreconditionFailed api put-object --bucket "$S3_BUCKET" --key cli/sum --body tree/one.txt --if-none-match '*'
refused InvalidRange api get-object --bucket "$S3_BUCKET" --key cli/one.txt --range bytes=99- part
refused 404 api head-object --bucket "$S3_BUCKET" --key cli/none
refused 403 api head-bucket --bucket "$S3_OTHER_BUCKET"
refused AccessDenied s3 ls "s3://$S3_OTHER_BUCKET/"
refused AccessDenied s3 rb "s3://$S3_BUCKET"
AWS_SECRET_ACCESS_KEY=wrong refused SignatureDoesNotMatch s3 ls "s3://$S3_BUCKET/"
AWS_ACCESS_KEY_ID=GKnone refused InvalidAccessKeyId s3 ls "s3://$S3_BUCKET/"
AWS_ACCESS_KEY_ID=$S3_POOR_KEY AWS_SECRET_ACCESS_KEY=$S3_POOR_SECRET \
  refused QuotaExceeded s3 cp tree/big.bin "s3://$S3_POOR_BUCKET/big"

s3 rm "s3://$S3_BUCKET/cli/" --recursive --quiet
test -z "$(s3 ls --recursive "s3://$S3_BUCKET/cli/" || true)"
