package dev.roundelay.federation.output;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.storage.ObjectKey;
import java.util.regex.Pattern;

/// Where the outputs of a job lie in its owner's bucket.
///
/// @param prefix `jobs/<slug>/`, or where a later job on the slug has moved them
public record OutputKeys(String prefix) {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern OWN_MODEL = Pattern.compile("(checkpoint(_round_\\d+)?|best)\\.pt");
    private static final int MAX_PATH = 512;

    /// Returns the keys of a job that is the last one on its slug.
    public static OutputKeys of(String slug) {
        return new OutputKeys("jobs/" + slug + "/");
    }

    /// Returns the keys to which a job's outputs move when another job begins to write on its slug.
    public OutputKeys previous(JobId job) {
        return new OutputKeys(prefix + "previous/" + job.value() + "/");
    }

    public String files() {
        return prefix + "files_out/";
    }

    public String models() {
        return prefix + "model_out/";
    }

    public ObjectKey log() {
        return new ObjectKey(files() + "training_log.txt");
    }

    public ObjectKey metrics() {
        return new ObjectKey(files() + "metrics.csv");
    }

    public ObjectKey metricsBySite() {
        return new ObjectKey(files() + "metrics_by_site.csv");
    }

    public ObjectKey checkpoint() {
        return new ObjectKey(models() + "checkpoint.pt");
    }

    public ObjectKey best() {
        return new ObjectKey(models() + "best.pt");
    }

    public ObjectKey checkpointOf(int model) {
        return new ObjectKey(models() + "checkpoint_round_" + model + ".pt");
    }

    /// Returns the key of a file that the job's own persistor saved.
    public ObjectKey savedModel(String path) {
        return new ObjectKey(models() + path);
    }

    /// Tells whether a file of the models' folder has a name of the platform's own.
    public static boolean isOwnModel(String path) {
        return OWN_MODEL.matcher(path).matches();
    }

    /// Returns the key of a file that a site's code wrote.
    public ObjectKey siteFile(int shard, int round, String path) {
        return new ObjectKey(files() + Job.site(shard) + "/round_" + round + "/" + path);
    }

    /// Tells whether a path is relative, normalised, and leads nowhere else.
    public static boolean isSafePath(String path) {
        if (path.isEmpty()
                || path.length() > MAX_PATH
                || path.indexOf('\\') >= 0
                || CONTROL.matcher(path).find()) {
            return false;
        }
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
