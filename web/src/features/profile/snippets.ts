import type { Bucket } from "../../api/types";

/** What stands for a secret that is not known any more. */
const HIDDEN = "<the secret access key>";

export interface Snippet {
  readonly name: string;
  readonly text: string;
}

/** Returns how programs reach a bucket, ready to be copied. */
export function snippets(bucket: Bucket): readonly Snippet[] {
  const { bucketAlias, endpoint, region, accessKeyId } = bucket;
  const secret = bucket.secretAccessKey ?? HIDDEN;
  return [
    {
      name: "Environment",
      text: [
        `export RESON_S3_ENDPOINT=${shell(endpoint)}`,
        `export RESON_S3_REGION=${shell(region)}`,
        `export RESON_S3_BUCKET=${shell(bucketAlias)}`,
        `export RESON_S3_KEY=${shell(accessKeyId)}`,
        `export RESON_S3_SECRET=${shell(secret)}`,
      ].join("\n"),
    },
    {
      name: "rclone",
      text: [
        "# ~/.config/rclone/rclone.conf, then: rclone ls roundelay:" + bucketAlias,
        "[roundelay]",
        "type = s3",
        "provider = Other",
        `endpoint = ${endpoint}`,
        `region = ${region}`,
        `access_key_id = ${accessKeyId}`,
        `secret_access_key = ${secret}`,
        "force_path_style = true",
      ].join("\n"),
    },
    {
      name: "boto3",
      text: [
        "import boto3",
        "from botocore.config import Config",
        "",
        "s3 = boto3.client(",
        '    "s3",',
        `    endpoint_url=${python(endpoint)},`,
        `    region_name=${python(region)},`,
        `    aws_access_key_id=${python(accessKeyId)},`,
        `    aws_secret_access_key=${python(secret)},`,
        '    config=Config(s3={"addressing_style": "path"}),',
        ")",
        `for item in s3.list_objects_v2(Bucket=${python(bucketAlias)}).get("Contents", []):`,
        '    print(item["Key"], item["Size"])',
      ].join("\n"),
    },
  ];
}

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

// What JSON writes between quotes, Python reads.
function python(text: string): string {
  return JSON.stringify(text);
}
