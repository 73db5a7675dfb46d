package dev.roundelay.worker.sandbox;

import java.util.List;
import java.util.Map;

/// One program to run in a sandbox, without any network but a loopback of its own.
///
/// @param name        for messages and the name of its control group; letters, digits and `-`
/// @param uidIndex    which host uid a root agent drops to: the slot number, or -1 for the builder of environments
/// @param command     program and arguments, paths as seen inside
/// @param environment the only environment variables it gets
/// @param mounts      what it sees besides the system's read-only root
/// @param directory   working folder, as seen inside
/// @param devices     device nodes of the host that it may use, such as `/dev/nvidia0`
public record SandboxSpec(
        String name,
        int uidIndex,
        List<String> command,
        Map<String, String> environment,
        List<Mount> mounts,
        String directory,
        List<String> devices,
        SandboxLimits limits) {
    /// The uid index of the builder of environments.
    public static final int BUILDER = -1;

    public SandboxSpec {
        if (!name.matches("[A-Za-z0-9_-]{1,80}")) {
            throw new IllegalArgumentException("[sandbox " + name + "] not a plain name");
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        mounts = List.copyOf(mounts);
        devices = List.copyOf(devices);
    }
}
