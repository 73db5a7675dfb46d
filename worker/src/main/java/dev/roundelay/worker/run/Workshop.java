package dev.roundelay.worker.run;

import dev.roundelay.worker.client.WorkerClient;
import dev.roundelay.worker.config.WorkerConfig;
import dev.roundelay.worker.environment.EnvironmentStore;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sync.Changes;
import dev.roundelay.worker.telemetry.Machine;
import java.nio.file.Path;
import java.time.InstantSource;

/// What all attempts of one agent share.
///
/// @param attempts     folder for the attempts' own folders, empty at start
/// @param program      folder of the unpacked harness program
/// @param environments where Python environments come from
/// @param changes      signalled when the server should hear of something at once
public record Workshop(
        WorkerClient.Joined calls,
        WorkerConfig config,
        Machine machine,
        Slots slots,
        SharedJobs jobs,
        Path attempts,
        Path program,
        EnvironmentStore environments,
        Sandbox sandbox,
        RanLog ran,
        Changes changes,
        InstantSource clock) {}
