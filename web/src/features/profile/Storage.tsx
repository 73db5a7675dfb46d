import { Button, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Bucket } from "../../api/types";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { Empty } from "../../ui/Empty";
import { ErrorBox } from "../../ui/ErrorBox";
import { FactOf, Facts } from "../../ui/Facts";
import { Loading } from "../../ui/Loading";
import { Section } from "../../ui/Section";
import { SecretOnce } from "../../ui/SecretOnce";
import { useAction } from "../../ui/useAction";
import { provision, rotateKey, useBucket } from "./api";
import { BucketSettings } from "./BucketSettings";

/** The own bucket, and how S3 programs reach it. */
export function Storage() {
  const client = useQueryClient();
  const bucket = useBucket();
  const [fresh, setFresh] = useState<Bucket | null>(null);
  const action = useAction();
  const rotate = (
    <ConfirmButton
      label="Rotate key"
      question="Rotate the key of your bucket?"
      confirm="Rotate the key"
      onConfirm={async () => setFresh(await rotateKey(client))}
    >
      A new key pair is made and the old one ends at once: programs that use it are refused until they have the new one.
      Jobs and files stay as they are.
    </ConfirmButton>
  );
  return (
    <Section title="Storage" actions={bucket.data && rotate}>
      {bucket.isPending && <Loading what="Loading the bucket" />}
      {bucket.error && !bucket.data && <ErrorBox error={bucket.error} onRetry={() => void bucket.refetch()} />}
      {bucket.data === null && (
        <Empty title="You have no bucket yet">
          <Text c="dimmed" mb="sm">
            It holds code, shards and results. It is made with its key pair.
          </Text>
          {action.error !== null && <ErrorBox error={action.error} />}
          <Button loading={action.busy} onClick={() => void action.run(async () => setFresh(await provision(client)))}>
            Provision the bucket
          </Button>
        </Empty>
      )}
      {bucket.data && (
        <Stack gap="md">
          <Facts>
            <FactOf label="Endpoint">{bucket.data.endpoint}</FactOf>
            <FactOf label="Bucket">{bucket.data.bucketAlias}</FactOf>
            <FactOf label="Region">{bucket.data.region}</FactOf>
            <FactOf label="Access key id">{bucket.data.accessKeyId}</FactOf>
          </Facts>
          {fresh?.secretAccessKey && (
            <SecretOnce
              title="The new secret access key"
              label="Secret access key"
              secret={fresh.secretAccessKey}
              onDone={() => setFresh(null)}
            />
          )}
          <BucketSettings bucket={fresh ?? bucket.data} />
        </Stack>
      )}
    </Section>
  );
}
