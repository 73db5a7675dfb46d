package dev.roundelay.worker.controlplane;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.worker.AssignmentPlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/// What a test submits; built with the verbs below. Not changed once it is submitted.
public final class FakeJob {
    final Map<String, byte[]> scripts = new LinkedHashMap<>();
    final Map<String, byte[]> assets = new LinkedHashMap<>();
    final List<byte[]> shards = new ArrayList<>();
    final List<String> requirements = new ArrayList<>();
    byte @Nullable [] checkpoint;

    @Nullable
    String dataset;

    String submitter = "ada@example.org";
    String className = "Model";
    int rounds = 2;
    long gpuMemoryMb;

    private FakeJob() {}

    /// Returns a job with that module and one shard.
    public static FakeJob of(String moduleSource) {
        FakeJob job = new FakeJob();
        job.scripts.put("model_def.py", moduleSource.getBytes(StandardCharsets.UTF_8));
        job.shards.add(zip(Map.of("data.txt", "1")));
        return job;
    }

    /// Sets how many rounds are run.
    public FakeJob rounds(int count) {
        rounds = count;
        return this;
    }

    /// Asks for so much free memory on its GPU.
    public FakeJob gpuMemoryMb(long mb) {
        gpuMemoryMb = mb;
        return this;
    }

    /// Gives it so many shards; shard i holds `data.txt` with the number i + 1.
    public FakeJob shards(int count) {
        shards.clear();
        for (int i = 1; i <= count; i++) {
            shards.add(zip(Map.of("data.txt", Integer.toString(i))));
        }
        return this;
    }

    /// Makes these bytes its only shard.
    public FakeJob shard(byte[] bytes) {
        shards.clear();
        shards.add(bytes);
        return this;
    }

    /// Adds a read-only file.
    public FakeJob asset(String path, byte[] bytes) {
        assets.put(path, bytes);
        return this;
    }

    /// Starts it from a checkpoint.
    public FakeJob checkpoint(byte[] bytes) {
        checkpoint = bytes;
        return this;
    }

    /// Reads a local dataset of the worker instead of a shard.
    public FakeJob dataset(String name) {
        dataset = name;
        shards.clear();
        shards.add(new byte[0]);
        return this;
    }

    /// Adds a requirement line.
    public FakeJob requires(String line) {
        requirements.add(line);
        return this;
    }

    /// Leaves model_def.py out.
    public FakeJob withoutModule() {
        scripts.clear();
        scripts.put("other.py", new byte[0]);
        return this;
    }

    /// Names the model's class.
    public FakeJob className(String name) {
        className = name;
        return this;
    }

    JobSpec.Model model() {
        return new JobSpec.Model("model_def", className, Map.of(), "fl_train", "fl_validate");
    }

    /// Returns the inputs of a shard, with their bytes added to `blobs`.
    List<AssignmentPlan.Input> inputs(int shard, Map<String, byte[]> blobs) {
        List<AssignmentPlan.Input> inputs = new ArrayList<>();
        scripts.forEach((path, bytes) -> inputs.add(input("script", path, bytes, blobs)));
        assets.forEach((path, bytes) -> inputs.add(input("asset", path, bytes, blobs)));
        if (checkpoint != null) {
            inputs.add(input("checkpoint", "start.pt", checkpoint, blobs));
        }
        if (dataset == null) {
            inputs.add(input("shard", "shard_" + (shard + 1) + ".zip", shards.get(shard), blobs));
        }
        return inputs;
    }

    private static AssignmentPlan.Input input(String kind, String path, byte[] bytes, Map<String, byte[]> blobs) {
        String sha256 = Sums.sha256(bytes);
        String blob = kind + "-" + sha256.substring(0, 16);
        blobs.put(blob, bytes);
        return new AssignmentPlan.Input(blob, kind, path, bytes.length, sha256);
    }

    /// Returns a zip of text files.
    public static byte[] zip(Map<String, String> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
