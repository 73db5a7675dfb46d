import { Button, Group, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { address } from "../../api/http";
import type { Job } from "../../api/types";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { count } from "../../ui/format";
import { ChevronDownIcon } from "../../ui/icons";
import { isLive, jobPath, resubmit, stopJob } from "./api";

/** What one can do with a job. */
export function JobActions({ job }: { readonly job: Job }) {
  return (
    <Group gap="xs">
      {isLive(job) ? <Stop job={job} /> : <Again job={job} />}
      {job.round > 0 && <Download job={job} />}
      <Button
        component={Link}
        to={`/dashboard/files?path=${encodeURIComponent(`jobs/${job.slug}/`)}`}
        variant="default"
      >
        Browse Job Files
      </Button>
    </Group>
  );
}

function Stop({ job }: { readonly job: Job }) {
  const client = useQueryClient();
  return (
    <ConfirmButton
      label={job.cancelRequested ? "Stopping" : "Stop"}
      question="Stop this job?"
      confirm="Stop the job"
      button={{ disabled: job.cancelRequested }}
      onConfirm={() => stopJob(client, job.id)}
    >
      {job.round > 0
        ? `The model of ${count(job.round, "committed round")} stays, and the job can be continued from it.`
        : "No round is committed yet, so no model will be kept."}
    </ConfirmButton>
  );
}

function Again({ job }: { readonly job: Job }) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);

  async function send(fromRound: number | null) {
    setBusy(true);
    try {
      const again = await resubmit(job.id, fromRound);
      await navigate(`/dashboard/jobs/${again.id}`);
    } catch (error) {
      notifications.show({ color: "red.8", title: "Not sent", message: error instanceof Error ? error.message : "" });
    } finally {
      setBusy(false);
    }
  }

  const rounds = job.round > 0 && job.round < job.rounds;
  return (
    <Button.Group>
      {rounds && (
        <Button variant="default" loading={busy} onClick={() => void send(job.round)}>
          Continue from round {job.round}
        </Button>
      )}
      <Button variant="default" loading={busy} onClick={() => void send(null)}>
        Resubmit
      </Button>
    </Button.Group>
  );
}

function Download({ job }: { readonly job: Job }) {
  const url = (format: string) => address(`${jobPath(job.id)}/model`, { format });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant={isLive(job) ? "default" : "filled"} rightSection={<ChevronDownIcon />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={url("pt")} download={`${job.slug}.pt`}>
          PyTorch checkpoint (.pt)
        </Menu.Item>
        <Menu.Item component="a" href={url("safetensors")} download={`${job.slug}.safetensors`}>
          Safetensors (.safetensors)
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
