package dev.roundelay.worker.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Builds the command line of one sandbox.
final class BubblewrapCommand {
    private static final List<String> SYSTEM_FOLDERS = List.of("/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin");
    private static final List<String> SYSTEM_FILES = List.of(
            "/etc/ld.so.cache",
            "/etc/ld.so.conf",
            "/etc/ld.so.conf.d",
            "/etc/alternatives",
            "/etc/localtime",
            "/etc/nsswitch.conf",
            "/etc/mime.types");
    /// Writes the shell's own pid into the control groups of the first argument, one a line.
    static final String ENTER =
            "set -f; IFS='\n'; for g in $1; do echo $$ >\"$g\" || exit 125; done; unset IFS; set +f;";
    // Enters them, opens the filter as descriptor 9 and the file for what bubblewrap says of itself as 8, and becomes
    // the
    // rest of its arguments.
    private static final String LAUNCHER = ENTER + " exec 9<\"$2\" 8>\"$3\" || exit 125; shift 3; exec \"$@\"";
    // Lays every source under one folder of a mount namespace of its own, then becomes the rest of its arguments.
    private static final String STAGE = "s=$1; shift; mount -t tmpfs -o mode=755 stage \"$s\" || exit 125; i=0;"
            + " while [ \"$1\" != -- ]; do if [ -d \"$1\" ]; then mkdir \"$s/$i\"; else : >\"$s/$i\"; fi;"
            + " mount --bind \"$1\" \"$s/$i\" || exit 125; i=$((i+1)); shift; done; shift; exec \"$@\"";
    private static final int INSIDE_ID = 1000;

    private final SandboxConfig config;
    private final boolean root;

    BubblewrapCommand(SandboxConfig config, boolean root) {
        this.config = config;
        this.root = root;
    }

    /// Returns the whole command line.
    ///
    /// @param entrances `cgroup.procs` of the sandbox's groups, one a line, or empty
    /// @param filter   file with the seccomp program
    /// @param passwd   file that stands for `/etc/passwd`
    /// @param info     file that will name the namespace's first process
    List<String> of(SandboxSpec spec, String entrances, Path filter, Path passwd, Path info) {
        List<String> line = new ArrayList<>(
                List.of("/bin/sh", "-c", LAUNCHER, "roundelay-sandbox", entrances, filter.toString(), info.toString()));
        List<Mount> mounts = new ArrayList<>(spec.mounts());
        mounts.add(Mount.readOnly(passwd, "/etc/passwd"));
        if (root) {
            mounts = addOuterStage(line, mounts, config.firstUid() + spec.uidIndex());
        }
        line.add(config.bubblewrap().toString());
        line.addAll(List.of("--unshare-user", "--unshare-all", "--disable-userns", "--cap-drop", "ALL"));
        line.addAll(List.of(
                "--new-session", "--die-with-parent", "--seccomp", "9", "--info-fd", "8", "--hostname", "sandbox"));
        line.addAll(List.of("--uid", Integer.toString(INSIDE_ID), "--gid", Integer.toString(INSIDE_ID), "--clearenv"));
        addSystem(line, spec);
        for (Mount mount : mounts) {
            line.addAll(List.of(
                    mount.writable() ? "--bind" : "--ro-bind", mount.source().toString(), mount.target()));
        }
        line.addAll(List.of("--remount-ro", "/dev", "--remount-ro", "/"));
        for (Map.Entry<String, String> variable : new TreeMap<>(spec.environment()).entrySet()) {
            line.addAll(List.of("--setenv", variable.getKey(), variable.getValue()));
        }
        line.addAll(List.of("--chdir", spec.directory(), "--"));
        line.addAll(limited(spec));
        return line;
    }

    /// Returns the program behind `prlimit`, which sets the limits of the kernel's own counting.
    static List<String> limited(SandboxSpec spec) {
        SandboxLimits limits = spec.limits();
        long largestFile =
                Math.max(limits.outputBytes(), Math.max(limits.temporaryBytes(), limits.sharedMemoryBytes()));
        for (Mount mount : spec.mounts()) {
            largestFile = Math.max(largestFile, mount.limitBytes());
        }
        List<String> line = new ArrayList<>(List.of("/usr/bin/prlimit", "--core=0:0"));
        line.add("--nproc=" + limits.processes() + ":" + limits.processes());
        line.add("--nofile=" + limits.openFiles() + ":" + limits.openFiles());
        line.add("--fsize=" + largestFile + ":" + largestFile);
        line.add("--");
        line.addAll(spec.command());
        return line;
    }

    // The outer stage runs as root without a user namespace: it lays every source under one folder that the slot's uid
    // may pass, whatever the modes of the folders above the sources are. Then setpriv drops to that uid. No process of
    // the stage stays in between: a parent-death signal is sent by the dying parent, and only the agent itself may
    // signal that uid; an outer bubblewrap, which gives up its capabilities, may not (measured).
    private List<Mount> addOuterStage(List<String> line, List<Mount> mounts, int uid) {
        String stage = List.of("/mnt", "/media", "/srv", "/opt").stream()
                .filter(folder -> Files.isDirectory(Path.of(folder)))
                .findFirst()
                .orElseThrow(() -> new SandboxException("[sandbox] no folder /mnt on this machine; make one"));
        line.addAll(List.of("unshare", "--mount", "--propagation", "private"));
        line.addAll(List.of("/bin/sh", "-c", STAGE, "roundelay-stage", stage));
        List<Mount> staged = new ArrayList<>();
        for (Mount mount : mounts) {
            line.add(mount.source().toString());
            staged.add(new Mount(
                    Path.of(stage + "/" + staged.size()), mount.target(), mount.writable(), mount.limitBytes()));
        }
        line.addAll(List.of("--", "setpriv", "--pdeathsig", "KILL", "--reuid", Integer.toString(uid)));
        line.addAll(List.of("--regid", Integer.toString(uid), "--clear-groups", "--inh-caps=-all"));
        line.addAll(List.of("--bounding-set=-all"));
        return staged;
    }

    private static void addSystem(List<String> line, SandboxSpec spec) {
        line.addAll(List.of("--ro-bind", "/usr", "/usr"));
        for (String folder : SYSTEM_FOLDERS) {
            if (Files.isSymbolicLink(Path.of(folder))) {
                line.addAll(List.of("--symlink", "usr" + folder, folder));
            } else {
                line.addAll(List.of("--ro-bind-try", folder, folder));
            }
        }
        for (String file : SYSTEM_FILES) {
            line.addAll(List.of("--ro-bind-try", file, file));
        }
        line.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
        line.addAll(List.of("--size", Long.toString(spec.limits().sharedMemoryBytes()), "--tmpfs", "/dev/shm"));
        line.addAll(List.of("--size", Long.toString(spec.limits().temporaryBytes()), "--tmpfs", "/tmp"));
        line.addAll(List.of("--dir", Sandbox.HOME));
        for (String device : spec.devices()) {
            line.addAll(List.of("--dev-bind", device, device));
        }
    }
}
