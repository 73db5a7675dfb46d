package dev.roundelay.worker.harness;

import dev.roundelay.worker.sandbox.Isolation;
import dev.roundelay.worker.sandbox.Mount;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Lays out the sandbox of a harness: what lies where inside, which variables are set.
final class HarnessSpec {
    /// Name of the file, next to the rounds' folders, that a persistor is to save the last model as.
    static final String SAVED_MODEL = "GLOBAL_MODEL.pt";

    /// Where the rounds' folders lie inside.
    static final String OUT = "/app/out";

    private final HarnessConfig config;
    private final HarnessJob job;
    private final JobFolders folders;
    private final Sandbox sandbox;
    private final Map<String, Mount> mounts = new LinkedHashMap<>();

    HarnessSpec(HarnessConfig config, HarnessJob job, JobFolders folders, Sandbox sandbox) {
        this.config = config;
        this.job = job;
        this.folders = folders;
        this.sandbox = sandbox;
        mounts.put("harness", Mount.readOnly(config.program(), "/app/harness"));
        mounts.put("scripts", Mount.readOnly(folders.scripts(), "/app/scripts"));
        mounts.put("assets", Mount.readOnly(folders.assets(), "/app/assets"));
        mounts.put("payload", Mount.readOnly(folders.payload(), "/app/payload"));
        mounts.put("models", Mount.readOnly(folders.models(), "/app/models"));
        mounts.put("exchange", Mount.writable(folders.exchange(), "/app/exchange", config.modelBytes()));
        mounts.put("out", Mount.writable(folders.out(), OUT, config.limits().outputBytes()));
    }

    /// Returns the path inside of one of `harness`, `scripts`, `assets`, `payload`, `models`, `exchange`, `out`.
    String inside(String name) {
        Mount mount = mounts.get(name);
        if (mount == null) {
            throw new IllegalArgumentException(name);
        }
        return sandbox.path(mount);
    }

    SandboxSpec spec() {
        List<Mount> all = new ArrayList<>();
        for (Path folder : config.python().folders()) {
            all.add(Mount.readOnly(folder));
        }
        all.addAll(mounts.values());
        return new SandboxSpec(
                "slot" + config.slot(),
                config.slot(),
                List.of(config.python().executable().toString(), "-s", inside("harness") + "/start.py"),
                environment(),
                all,
                sandbox.isolation() == Isolation.NONE ? folders.root().toString() : OUT,
                config.devices(),
                config.limits());
    }

    private Map<String, String> environment() {
        boolean none = sandbox.isolation() == Isolation.NONE;
        String temporary = none ? folders.root().resolve("tmp").toString() : "/tmp";
        String home = temporary + "/home";
        String threads = Integer.toString(job.threads());
        Map<String, String> variables = new HashMap<>();
        variables.put("PATH", config.python().executable().getParent() + ":/usr/bin:/bin");
        variables.put("HOME", home);
        variables.put("TMPDIR", temporary);
        variables.put("MPLCONFIGDIR", home + "/matplotlib");
        variables.put("TORCH_HOME", home + "/torch");
        variables.put("HF_HOME", home + "/huggingface");
        variables.put("XDG_CACHE_HOME", home + "/cache");
        variables.put("LANG", "C.UTF-8");
        variables.put("TZ", "UTC");
        variables.put("PYTHONUNBUFFERED", "1");
        variables.put("PYTHONHASHSEED", "0");
        variables.put("PYTHONDONTWRITEBYTECODE", "1");
        variables.put("HF_HUB_OFFLINE", "1");
        variables.put("WANDB_MODE", "offline");
        variables.put("OMP_NUM_THREADS", threads);
        variables.put("MKL_NUM_THREADS", threads);
        variables.put("OPENBLAS_NUM_THREADS", threads);
        variables.put("RESONTECH_OUT_DIR", inside("out"));
        variables.put("RESONTECH_OUT_FILENAME", SAVED_MODEL);
        if (Files.exists(folders.warmStart())) {
            variables.put(
                    "ROUNDELAY_CHECKPOINT",
                    inside("models") + "/" + folders.warmStart().getFileName());
        }
        variables.putAll(job.environment());
        return variables;
    }
}
