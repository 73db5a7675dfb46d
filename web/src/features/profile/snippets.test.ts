import { expect, test } from "vitest";
import { snippets } from "./snippets";

const BUCKET = {
  bucketAlias: "b-1",
  endpoint: "http://127.0.0.1:3900",
  region: "local",
  accessKeyId: "RK1",
};

test("names every part in each form", () => {
  for (const { text } of snippets({ ...BUCKET, secretAccessKey: "s3cr3t/+" })) {
    for (const part of [...Object.values(BUCKET), "s3cr3t/+"]) expect(text).toContain(part);
  }
});

test("says what is missing where the secret is not known any more", () => {
  for (const { text } of snippets(BUCKET)) expect(text).toContain("<the secret access key>");
});

test("quotes for shell and Python", () => {
  const [environment, , boto3] = snippets({ ...BUCKET, secretAccessKey: `a'b"c` });
  expect(environment?.text).toContain(`RESON_S3_SECRET='a'\\''b"c'`);
  expect(boto3?.text).toContain(`aws_secret_access_key="a'b\\"c"`);
});
