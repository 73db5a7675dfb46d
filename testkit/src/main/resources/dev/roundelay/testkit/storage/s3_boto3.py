"""Drives an S3 endpoint through boto3, old or current, the way users do.

Usage: s3_boto3.py ENDPOINT, with the settings of `S3Fixture` in the environment. Prints one line a case; exits 1 if one fails.
"""

import hashlib
import http.client
import io
import os
import sys
import threading
import traceback
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["S3_ENDPOINT"]
BUCKET = os.environ["S3_BUCKET"]
MIB = 1 << 20
CURRENT = tuple(int(n) for n in botocore.__version__.split(".")[:2]) >= (1, 36)
CASES = []


def case(function):
    CASES.append(function)
    return function


def client(key="S3_KEY", secret="S3_SECRET", region="garage", **config):
    settings = Config(
        signature_version=config.pop("signature_version", "s3v4"),
        s3={"addressing_style": "path", **config.pop("s3", {})},
        retries={"max_attempts": 1},
        **config,
    )
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        region_name=region,
        aws_access_key_id=os.environ.get(key, key),
        aws_secret_access_key=os.environ.get(secret, secret),
        config=settings,
    )


s3 = client()


def refused(status, code, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except ClientError as error:
        got = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
        assert got[0] == status and (code is None or got[1] == code), (got, (status, code))
        return error
    raise AssertionError(f"not refused, expected {status} {code}")


def put(key, body=b"hello", **more):
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body, **more)


def body_of(key, **more):
    return s3.get_object(Bucket=BUCKET, Key=key, **more)["Body"].read()


def random_bytes(size, seed=1):
    out = bytearray()
    block = hashlib.sha256(str(seed).encode()).digest()
    while len(out) < size:
        block = hashlib.sha256(block).digest()
        out += block * 256
    return bytes(out[:size])


@case
def put_get_head():
    answer = put("a/plain.txt", b"hello", ContentType="text/plain", Metadata={"round": "3"}, CacheControl="no-store")
    assert answer["ETag"] == '"5d41402abc4b2a76b9719d911017c592"', answer["ETag"]
    got = s3.get_object(Bucket=BUCKET, Key="a/plain.txt")
    assert got["Body"].read() == b"hello"
    headers = got["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-content-type-options"] == "nosniff", headers
    assert headers["content-security-policy"].startswith("sandbox"), headers
    assert "access-control-allow-origin" not in headers, headers
    head = s3.head_object(Bucket=BUCKET, Key="a/plain.txt")
    assert head["ContentLength"] == 5 and head["ContentType"] == "text/plain"
    assert head["Metadata"] == {"round": "3"} and head["CacheControl"] == "no-store"
    put("a/empty", b"")
    assert body_of("a/empty") == b""


@case
def large_body_streams():
    body = random_bytes(20 * MIB)
    put("a/large", body)
    assert hashlib.md5(body_of("a/large")).hexdigest() == hashlib.md5(body).hexdigest()


@case
def ranges():
    put("r", b"0123456789")
    for asked, expected, content_range in [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-4", b"6789", "bytes 6-9/10"),
        ("bytes=8-100", b"89", "bytes 8-9/10"),
    ]:
        got = s3.get_object(Bucket=BUCKET, Key="r", Range=asked)
        assert got["Body"].read() == expected and got["ContentRange"] == content_range, (asked, got)
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    refused(416, "InvalidRange", s3.get_object, Bucket=BUCKET, Key="r", Range="bytes=10-")


@case
def missing_key_and_delete():
    refused(404, "NoSuchKey", s3.get_object, Bucket=BUCKET, Key="nowhere")
    refused(404, "404", s3.head_object, Bucket=BUCKET, Key="nowhere")
    put("d/1")
    s3.delete_object(Bucket=BUCKET, Key="d/1")
    s3.delete_object(Bucket=BUCKET, Key="d/1")
    refused(404, "404", s3.head_object, Bucket=BUCKET, Key="d/1")


@case
def delete_many():
    for i in range(12):
        put(f"many/{i}")
    names = [{"Key": f"many/{i}"} for i in range(12)] + [{"Key": "many/none"}]
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": names})
    assert len(answer["Deleted"]) == 13 and "Errors" not in answer, answer
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="many/")["KeyCount"] == 0


@case
def list_v1_and_v2():
    keys = [f"list/{folder}/{i}" for folder in ("a", "b", "ü") for i in range(3)] + ["list/z", "list/\U0001f600"]
    for key in keys:
        put(key)
    expected = sorted(keys, key=lambda k: k.encode())
    for size in (1, 2, 5, 1000):
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": size}
        )
        assert [o["Key"] for page in pages for o in page.get("Contents", [])] == expected, size
        pages = s3.get_paginator("list_objects").paginate(
            Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": size}
        )
        assert [o["Key"] for page in pages for o in page.get("Contents", [])] == expected, size
        for api in ("list_objects", "list_objects_v2"):
            pages = list(
                s3.get_paginator(api).paginate(
                    Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": size}
                )
            )
            folders = [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])]
            assert folders == ["list/a/", "list/b/", "list/ü/"], (api, size, folders)
            plain = [o["Key"] for page in pages for o in page.get("Contents", [])]
            assert plain == ["list/z", "list/\U0001f600"], (api, size, plain)
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", StartAfter="list/b/1")
    assert after["Contents"][0]["Key"] == "list/b/2"
    entry = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/z")["Contents"][0]
    assert entry["Size"] == 5 and entry["ETag"] == '"5d41402abc4b2a76b9719d911017c592"', entry


@case
def odd_keys():
    keys = ["q", "q/r", "a//b", "../up", "/lead", "sp ace+plus%25&amp;", "caf\u00e9", "cafe\u0301", "x" * 900,
            "tr/", "quote'\"<>", "\u65e5\u672c", "tab\there", "semi;colon=eq", "per%cent", "\\back", "~tilde", "?#"]
    for key in keys:
        put("odd/" + key, key.encode())
    for key in keys:
        assert body_of("odd/" + key) == key.encode(), key
    listed = [
        o["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="odd/", PaginationConfig={"PageSize": 3})
        for o in page.get("Contents", [])
    ]
    assert listed == sorted(("odd/" + k for k in keys), key=lambda k: k.encode()), listed
    refused(400, "KeyTooLongError", put, "k" * 1025)
    put("k" * 1024)


@case
def copy():
    put("copy/from", b"copied", ContentType="text/x-a", Metadata={"a": "1"})
    source = {"Bucket": BUCKET, "Key": "copy/from"}
    s3.copy_object(Bucket=BUCKET, Key="copy/to", CopySource=source)
    head = s3.head_object(Bucket=BUCKET, Key="copy/to")
    assert head["Metadata"] == {"a": "1"} and head["ContentType"] == "text/x-a" and body_of("copy/to") == b"copied"
    s3.copy_object(
        Bucket=BUCKET, Key="copy/to", CopySource=source, MetadataDirective="REPLACE", Metadata={"b": "2"},
        ContentType="text/x-b",
    )
    head = s3.head_object(Bucket=BUCKET, Key="copy/to")
    assert head["Metadata"] == {"b": "2"} and head["ContentType"] == "text/x-b"
    refused(404, "NoSuchKey", s3.copy_object, Bucket=BUCKET, Key="x", CopySource={"Bucket": BUCKET, "Key": "none"})
    other = {"Bucket": os.environ["S3_OTHER_BUCKET"], "Key": "secret"}
    refused(403, "AccessDenied", s3.copy_object, Bucket=BUCKET, Key="x", CopySource=other)
    etag = head["ETag"]
    s3.copy_object(Bucket=BUCKET, Key="copy/if", CopySource=source, CopySourceIfMatch=etag)
    refused(412, "PreconditionFailed", s3.copy_object, Bucket=BUCKET, Key="copy/if", CopySource=source,
            CopySourceIfNoneMatch=etag)


@case
def conditions():
    etag = put("cond", b"1")["ETag"]
    error = refused(304, None, s3.get_object, Bucket=BUCKET, Key="cond", IfNoneMatch=etag)
    assert error.response["ResponseMetadata"]["HTTPHeaders"]["etag"] == etag
    refused(304, None, s3.head_object, Bucket=BUCKET, Key="cond", IfNoneMatch=etag)
    refused(412, None, s3.get_object, Bucket=BUCKET, Key="cond", IfMatch='"0"')
    assert body_of("cond", IfMatch=etag) == b"1"

    def raw(key, body, **headers):
        conditional = client()

        def add(request, **_):
            for name, value in headers.items():
                request.headers[name.replace("_", "-")] = value

        conditional.meta.events.register("before-sign.s3.PutObject", add)
        return conditional.put_object(Bucket=BUCKET, Key=key, Body=body)

    refused(412, "PreconditionFailed", raw, "cond", b"2", If_None_Match="*")
    refused(412, "PreconditionFailed", raw, "cond", b"2", If_Match='"0123"')
    assert body_of("cond") == b"1"
    raw("cond", b"2", If_Match=etag)
    assert body_of("cond") == b"2"
    raw("cond/new", b"n", If_None_Match="*")
    refused(404, "NoSuchKey", raw, "cond/none", b"2", If_Match=etag)


@case
def conditional_put_has_one_winner():
    won = []

    def attempt(n):
        mine = client()

        def add(request, **_):
            request.headers["If-None-Match"] = "*"

        mine.meta.events.register("before-sign.s3.PutObject", add)
        try:
            mine.put_object(Bucket=BUCKET, Key="race", Body=str(n).encode())
            won.append(n)
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 412, error

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(won) == 1 and body_of("race") == str(won[0]).encode(), won


@case
def multipart_by_transfer_manager():
    body = random_bytes(23 * MIB + 7)
    for threads in (2, 8):
        config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=threads)
        s3.upload_fileobj(io.BytesIO(body), BUCKET, "mp/big", Config=config,
                          ExtraArgs={"Metadata": {"m": "1"}, "ContentType": "application/x-m"})
        head = s3.head_object(Bucket=BUCKET, Key="mp/big")
        assert head["ETag"].endswith('-5"') and head["Metadata"] == {"m": "1"}, head
        assert head["ContentType"] == "application/x-m" and head["ContentLength"] == len(body)
        out = io.BytesIO()
        s3.download_fileobj(BUCKET, "mp/big", out, Config=config)
        assert out.getvalue() == body
    assert body_of("mp/big", Range="bytes=5242878-5242883") == body[5242878:5242884]
    s3.copy_object(Bucket=BUCKET, Key="mp/copy", CopySource={"Bucket": BUCKET, "Key": "mp/big"})
    s3.delete_object(Bucket=BUCKET, Key="mp/big")
    assert hashlib.md5(body_of("mp/copy")).digest() == hashlib.md5(body).digest()


@case
def multipart_by_hand():
    one, two = random_bytes(5 * MIB, 1), random_bytes(100, 2)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="mp/hand", Metadata={"kept": "yes"})["UploadId"]
    tags = {n: s3.upload_part(Bucket=BUCKET, Key="mp/hand", UploadId=upload, PartNumber=n, Body=b)["ETag"]
            for n, b in ((2, two), (1, one))}
    parts = s3.list_parts(Bucket=BUCKET, Key="mp/hand", UploadId=upload)["Parts"]
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in parts] == [
        (1, len(one), tags[1]), (2, len(two), tags[2])], parts
    uploads = s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]
    assert [u["UploadId"] for u in uploads if u["Key"] == "mp/hand"] == [upload]

    def complete(*numbers, tag=None, key="mp/hand"):
        named = [{"PartNumber": n, "ETag": tag or tags[n]} for n in numbers]
        return s3.complete_multipart_upload(
            Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": named})

    refused(400, "InvalidPartOrder", complete, 2, 1)
    refused(400, "InvalidPart", complete, 1, tag='"00000000000000000000000000000000"')
    refused(404, "NoSuchUpload", complete, 1, 2, key="mp/other")
    refused(404, "404", s3.head_object, Bucket=BUCKET, Key="mp/hand")
    first = complete(1, 2)["ETag"]
    assert complete(1, 2)["ETag"] == first, "a repeated completion answers the same"
    expected = hashlib.md5(hashlib.md5(one).digest() + hashlib.md5(two).digest()).hexdigest() + "-2"
    assert first == f'"{expected}"', first
    assert body_of("mp/hand") == one + two
    assert s3.head_object(Bucket=BUCKET, Key="mp/hand")["Metadata"] == {"kept": "yes"}
    refused(404, "NoSuchUpload", s3.upload_part, Bucket=BUCKET, Key="mp/hand", UploadId=upload, PartNumber=3, Body=b"x")
    refused(404, "NoSuchUpload", s3.abort_multipart_upload, Bucket=BUCKET, Key="mp/hand", UploadId=upload)


@case
def multipart_small_parts_and_abort():
    key = "mp/small"
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    tags = [s3.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
    named = [{"PartNumber": n + 1, "ETag": tag} for n, tag in enumerate(tags)]
    refused(400, "EntityTooSmall", s3.complete_multipart_upload,
            Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": named})
    s3.abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload)
    refused(404, "NoSuchUpload", s3.list_parts, Bucket=BUCKET, Key=key, UploadId=upload)
    refused(404, "NoSuchUpload", s3.list_parts, Bucket=BUCKET, Key=key, UploadId="nonsense")
    refused(404, "NoSuchUpload", s3.upload_part, Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=1, Body=b"x")


@case
def part_replaced_by_a_retry():
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="mp/retry")["UploadId"]
    for body in (b"first", b"second"):
        tag = s3.upload_part(Bucket=BUCKET, Key="mp/retry", UploadId=upload, PartNumber=1, Body=body)["ETag"]
    s3.complete_multipart_upload(Bucket=BUCKET, Key="mp/retry", UploadId=upload,
                                 MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    assert body_of("mp/retry") == b"second"


@case
def part_copied_from_an_object():
    source = random_bytes(6 * MIB, 9)
    put("mp/source", source)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="mp/copied")["UploadId"]
    tag = s3.upload_part_copy(Bucket=BUCKET, Key="mp/copied", UploadId=upload, PartNumber=1,
                              CopySource={"Bucket": BUCKET, "Key": "mp/source"}, CopySourceRange="bytes=10-5242899")
    s3.complete_multipart_upload(Bucket=BUCKET, Key="mp/copied", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": tag["CopyPartResult"]["ETag"]}]})
    assert body_of("mp/copied") == source[10:5242900]


def fetch(method, url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


@case
def presigned():
    for version in ("s3v4", "s3"):
        signer = client(signature_version=version)
        url = signer.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "pre/ \u00fc&+.bin"}, ExpiresIn=60)
        # urllib and curl call every body a form unless told otherwise
        form = {"Content-Type": "application/x-www-form-urlencoded"} if version == "s3v4" else {"Content-Type": ""}
        status, answer, _ = fetch("PUT", url, b"presigned=1&x=2", form)
        assert status == 200, (version, status, answer)
        url = signer.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "pre/ \u00fc&+.bin"}, ExpiresIn=60)
        status, answer, headers = fetch("GET", url)
        assert (status, answer) == (200, b"presigned=1&x=2"), (version, status, answer)
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": BUCKET, "Key": "pre/ \u00fc&+.bin", "ResponseContentType": "text/html",
                              "ResponseContentDisposition": 'attachment; filename="x"'}, ExpiresIn=60)
    status, _, headers = fetch("GET", url)
    assert status == 200 and headers["Content-Type"] != "text/html", headers["Content-Type"]
    assert headers["Content-Disposition"] == 'attachment; filename="x"'
    assert fetch("GET", url.replace("X-Amz-Signature=", "X-Amz-Signature=0"))[0] == 403
    expired = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "r"}, ExpiresIn=0)
    assert fetch("GET", expired)[0] == 403


@case
def presigned_parts():
    key = "pre/parts"
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    bodies = {1: random_bytes(5 * MIB), 2: b"tail"}
    named = []
    for number, body in bodies.items():
        url = s3.generate_presigned_url(
            "upload_part", Params={"Bucket": BUCKET, "Key": key, "UploadId": upload, "PartNumber": number}, ExpiresIn=60)
        status, answer, headers = fetch("PUT", url, body, {"Content-Type": "application/octet-stream"})
        assert status == 200, (status, answer)
        named.append({"PartNumber": number, "ETag": headers["ETag"]})
    s3.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": named})
    assert body_of(key) == bodies[1] + bodies[2]


@case
def checksums():
    import base64
    body = b"checked"
    sha = base64.b64encode(hashlib.sha256(body).digest()).decode()
    put("sum", body, ChecksumSHA256=sha)
    head = s3.head_object(Bucket=BUCKET, Key="sum", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == sha, head
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    refused(400, "BadDigest", put, "sum/bad", body, ChecksumSHA256=wrong)
    refused(400, "BadDigest", put, "sum/bad", body, ContentMD5=base64.b64encode(hashlib.md5(b"o").digest()).decode())
    refused(404, "404", s3.head_object, Bucket=BUCKET, Key="sum/bad")
    if CURRENT:
        put("sum/crc", body, ChecksumAlgorithm="CRC32")
        assert s3.get_object(Bucket=BUCKET, Key="sum/crc", ChecksumMode="ENABLED")["Body"].read() == body


@case
def altered_signed_body_is_refused():
    """A body other than the signed one must not become an object, and not replace one."""
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    put("signed", b"before")
    request = AWSRequest("PUT", f"{ENDPOINT}/{BUCKET}/signed", data=b"signed body")
    request.headers["x-amz-content-sha256"] = hashlib.sha256(b"signed body").hexdigest()
    request.context["client_config"] = Config(s3={"payload_signing_enabled": True})
    S3SigV4Auth(Credentials(os.environ["S3_KEY"], os.environ["S3_SECRET"]), "s3", "garage").add_auth(request)
    headers = {k: v for k, v in request.headers.items() if k != "Content-Length"}
    assert len(headers.get("X-Amz-Content-SHA256", "")) == 64, headers
    status, answer, _ = fetch("PUT", f"{ENDPOINT}/{BUCKET}/signed", b"altered one", headers)
    assert status == 400 and b"XAmzContentSHA256Mismatch" in answer, (status, answer)
    assert body_of("signed") == b"before"
    status, answer, _ = fetch("PUT", f"{ENDPOINT}/{BUCKET}/signed", b"signed body", headers)
    assert status == 200, (status, answer)
    assert body_of("signed") == b"signed body"


@case
def cut_off_body_leaves_nothing():
    url = urllib.parse.urlsplit(s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "cut"}, ExpiresIn=60))
    connection = http.client.HTTPConnection(url.hostname, url.port)
    connection.putrequest("PUT", url.path + "?" + url.query)
    connection.putheader("Content-Length", "1000000")
    connection.endheaders(b"only the beginning")
    connection.close()
    refused(404, "404", s3.head_object, Bucket=BUCKET, Key="cut")


@case
def credentials_and_buckets():
    other = os.environ["S3_OTHER_BUCKET"]
    wrong = client(secret="wrong-secret")
    refused(403, "SignatureDoesNotMatch", wrong.get_object, Bucket=BUCKET, Key="r")
    refused(403, "SignatureDoesNotMatch", wrong.put_object, Bucket=BUCKET, Key="r", Body=b"x" * 100000)
    unknown = client(key="GKnobody")
    refused(403, "InvalidAccessKeyId", unknown.list_objects_v2, Bucket=BUCKET)
    refused(403, "InvalidAccessKeyId", unknown.put_object, Bucket=BUCKET, Key="x", Body=b"x")
    for call, more in (("get_object", {"Key": "k"}), ("put_object", {"Key": "k", "Body": b"x"}), ("list_objects_v2", {}),
                       ("delete_object", {"Key": "k"}), ("create_multipart_upload", {"Key": "k"}),
                       ("list_multipart_uploads", {}), ("get_bucket_location", {}),
                       ("delete_objects", {"Delete": {"Objects": [{"Key": "k"}]}})):
        refused(403, "AccessDenied", getattr(s3, call), Bucket=other, **more)
        refused(403, "AccessDenied", getattr(s3, call), Bucket="no-such-bucket-here", **more)
    refused(403, None, s3.head_bucket, Bucket=other)
    refused(403, None, s3.head_object, Bucket=other, Key="k")
    s3.head_bucket(Bucket=BUCKET)
    assert "LocationConstraint" in s3.get_bucket_location(Bucket=BUCKET)
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == [BUCKET]
    refused(409, "BucketAlreadyOwnedByYou", s3.create_bucket, Bucket=BUCKET)
    refused(403, "AccessDenied", s3.create_bucket, Bucket=other)
    refused(403, "AccessDenied", s3.create_bucket, Bucket="a-new-bucket")
    refused(403, "AccessDenied", s3.delete_bucket, Bucket=BUCKET)
    for method in ("GET", "PUT", "DELETE", "HEAD", "POST"):
        for path in ("/", f"/{BUCKET}", f"/{BUCKET}/r", f"/{other}/k"):
            status = fetch(method, ENDPOINT + path, b"x" if method in ("PUT", "POST") else None)[0]
            assert status == 403, (method, path, status)
    assert fetch("GET", ENDPOINT + "/healthz")[0] == 200
    for region in ("us-east-1", "eu-central-1"):
        client(region=region).head_bucket(Bucket=BUCKET)
    client(signature_version="s3").list_objects(Bucket=BUCKET, MaxKeys=1)


@case
def access_lists_stay_private():
    put("acl")
    owner_only = s3.get_object_acl(Bucket=BUCKET, Key="acl")["Grants"]
    assert [g["Permission"] for g in owner_only] == ["FULL_CONTROL"], owner_only
    refused(400, "AccessControlListNotSupported", put, "acl", ACL="public-read")
    refused(400, "AccessControlListNotSupported", s3.put_object_acl, Bucket=BUCKET, Key="acl", ACL="public-read")
    refused(400, "AccessControlListNotSupported", s3.put_bucket_acl, Bucket=BUCKET, ACL="public-read")


@case
def what_is_not_offered():
    refused(501, "NotImplemented", s3.put_object_tagging, Bucket=BUCKET, Key="r", Tagging={"TagSet": []})
    refused(501, "NotImplemented", s3.get_bucket_lifecycle_configuration, Bucket=BUCKET)
    refused(501, "NotImplemented", s3.get_bucket_cors, Bucket=BUCKET)
    refused(501, "NotImplemented", s3.put_bucket_versioning, Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    refused(501, "NotImplemented", s3.list_object_versions, Bucket=BUCKET)
    refused(501, "NotImplemented", put, "enc", ServerSideEncryption="AES256")
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)


@case
def quota():
    poor = client(key="S3_POOR_KEY", secret="S3_POOR_SECRET")
    bucket = os.environ["S3_POOR_BUCKET"]
    refused(403, "QuotaExceeded", poor.put_object, Bucket=bucket, Key="big", Body=b"x" * (11 * MIB))
    assert poor.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    upload = poor.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    poor.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"x" * (6 * MIB))
    refused(403, "QuotaExceeded", poor.upload_part,
            Bucket=bucket, Key="parts", UploadId=upload, PartNumber=2, Body=b"x" * (6 * MIB))
    refused(403, "QuotaExceeded", poor.put_object, Bucket=bucket, Key="also", Body=b"x" * (5 * MIB))
    poor.abort_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload)
    poor.put_object(Bucket=bucket, Key="fits", Body=b"x" * (9 * MIB))
    poor.put_object(Bucket=bucket, Key="fits", Body=b"y" * (9 * MIB))
    poor.delete_object(Bucket=bucket, Key="fits")


def main():
    print("boto3", boto3.__version__)
    failed = 0
    for run in CASES:
        try:
            run()
            print("ok", run.__name__)
        except Exception:
            failed += 1
            print("FAILED", run.__name__)
            traceback.print_exc(file=sys.stdout)
    sys.exit(1 if failed else 0)


main()
