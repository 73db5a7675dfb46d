package dev.roundelay.s3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The documents that clients send, signed. The first byte says which.
class S3DocumentsFuzzTest extends EndpointFuzz {
    private static final Pattern UPLOAD = Pattern.compile("<UploadId>([^<]+)</UploadId>");
    private static final Pattern TAG = Pattern.compile("ETag: (\"[^\"]+\")");
    private static final byte[] PART = "part".getBytes(StandardCharsets.UTF_8);

    @Override
    protected List<byte[]> samples() {
        return List.of(
                sample(
                        0,
                        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>false</Quiet>"
                                + "<Object><Key>a/b.txt</Key></Object><Object><Key>&#x4e;</Key></Object></Delete>"),
                sample(
                        1,
                        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part>"
                                + "<PartNumber>1</PartNumber><ETag>\"0123456789abcdef0123456789abcdef\"</ETag></Part>"
                                + "</CompleteMultipartUpload>"),
                sample(
                        1,
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>TAG</ETag></Part>"
                                + "</CompleteMultipartUpload>"),
                sample(
                        2,
                        "<CreateBucketConfiguration><LocationConstraint>garage</LocationConstraint>"
                                + "</CreateBucketConfiguration>"),
                sample(
                        3,
                        "<AccessControlPolicy><Owner><ID>x</ID></Owner><AccessControlList><Grant><Grantee"
                                + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">"
                                + "<ID>x</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>"
                                + "</AccessControlList></AccessControlPolicy>"),
                sample(
                        4,
                        "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n"
                                + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n"
                                + "Content-Type: text/plain\r\n\r\nhello\r\n--b--\r\n"));
    }

    private static byte[] sample(int kind, String text) {
        byte[] document = text.getBytes(StandardCharsets.UTF_8);
        byte[] sample = new byte[document.length + 1];
        sample[0] = (byte) kind;
        System.arraycopy(document, 0, sample, 1, document.length);
        return sample;
    }

    @Override
    protected Outcome decode(WireClient calls, byte[] input) throws IOException {
        if (input.length == 0) {
            return Outcome.REFUSED;
        }
        byte[] body = Arrays.copyOfRange(input, 1, input.length);
        int kind = Byte.toUnsignedInt(input[0]) % 5;
        WireClient.Answer answer = switch (kind) {
            case 0 -> calls.link("POST", BUCKET, "delete=", Map.of("Content-MD5", md5(body)), body);
            case 1 -> complete(calls, body);
            case 2 -> calls.link("PUT", BUCKET, "", Map.of(), body);
            case 3 -> calls.link("PUT", BUCKET, "acl=", Map.of(), body);
            default -> calls.link("POST", BUCKET, "", Map.of("Content-Type", "multipart/form-data; boundary=b"), body);
        };
        answer.requireNoFault("document " + kind);
        // A bucket that is there, a grant that is not offered: the document was understood where it says so.
        return answer.status() < 300 || answer.status() == 409 || answer.status() == 501 || kind != 0 && kind != 1
                ? Outcome.READ
                : kind == 1 && answer.text().contains("InvalidPart<") ? Outcome.READ : Outcome.REFUSED;
    }

    private static String md5(byte[] body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    // A tag that stands for the real one: no fuzzer guesses it.
    private static WireClient.Answer complete(WireClient calls, byte[] body) throws IOException {
        Matcher upload = UPLOAD.matcher(calls.link("POST", BUCKET + "/k", "uploads=", Map.of(), new byte[0])
                .text());
        if (!upload.find()) {
            throw new AssertionError("no upload was begun");
        }
        String query = "uploadId=" + upload.group(1);
        WireClient.Answer part = calls.link("PUT", BUCKET + "/k", "partNumber=1&" + query, Map.of(), PART);
        Matcher tag = TAG.matcher(part.head());
        if (!tag.find()) {
            throw new AssertionError("the part was refused: " + part.text());
        }
        String real = new String(body, StandardCharsets.ISO_8859_1).replace("TAG", tag.group(1));
        WireClient.Answer answer =
                calls.link("POST", BUCKET + "/k", query, Map.of(), real.getBytes(StandardCharsets.ISO_8859_1));
        calls.link("DELETE", BUCKET + "/k", query, Map.of(), new byte[0]);
        return answer;
    }
}
