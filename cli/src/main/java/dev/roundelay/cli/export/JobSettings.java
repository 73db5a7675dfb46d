package dev.roundelay.cli.export;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.JobView;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a job was told, as names and texts.
final class JobSettings {
    private JobSettings() {}

    static Map<String, String> of(JobView job) {
        JobSpec spec = job.spec();
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("rounds", Integer.toString(job.rounds()));
        settings.put("shards", Integer.toString(job.shards()));
        if (spec.federation().quantization() != null) {
            settings.put("quantization", spec.federation().quantization());
        }
        settings.put("strategy", spec.federation().strategy().name());
        spec.federation().strategy().args().forEach((name, value) -> settings.put("strategy." + name, text(value)));
        settings.put("local_epochs", text(spec.training().localEpochs()));
        settings.put("batch_size", text(spec.training().batchSize()));
        settings.put("learning_rate", text(spec.training().learningRate()));
        settings.put("seed", text(spec.federation().seed()));
        spec.training().extra().forEach((name, value) -> settings.put("extra." + name, text(value)));
        spec.model().args().forEach((name, value) -> settings.put("model." + name, text(value)));
        return settings;
    }

    private static String text(Object value) {
        return String.valueOf(value);
    }
}
