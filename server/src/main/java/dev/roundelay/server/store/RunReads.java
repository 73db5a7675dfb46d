package dev.roundelay.server.store;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunState;
import dev.roundelay.federation.StagedFile;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.Validation;
import dev.roundelay.federation.round.Round;
import dev.roundelay.kernel.job.JobId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/// The questions about runs, each within a handle of the caller's.
final class RunReads {
    private static final String CURRENT = "select * from round where job_id = ? and state in ('open', 'closed')";

    private RunReads() {}

    static RunState state(Handle handle, JobId job) {
        SortedMap<Integer, StoredModel> models = models(handle, job);
        Optional<Round> current = handle.createQuery(CURRENT)
                .bind(0, job.value())
                .map((row, _) -> RunRows.round(row))
                .findOne();
        SortedMap<Integer, Contribution> contributions = new TreeMap<>();
        SortedMap<Integer, Integer> asked = new TreeMap<>();
        current.ifPresent(round -> {
            contributions.putAll(contributions(handle, job, round.number()));
            asked.putAll(losses(handle, job, round.number()));
        });
        int newest = models.isEmpty() ? 0 : models.lastKey();
        return new RunState(
                job,
                models,
                current.orElse(null),
                contributions,
                asked,
                validations(handle, job, newest - 1),
                outputPrefix(handle, job).isPresent(),
                handle.createQuery("select last_model from run where job_id = ? and last_model is not null")
                        .bind(0, job.value())
                        .mapTo(Integer.class)
                        .findOne()
                        .orElse(null));
    }

    static SortedMap<Integer, Contribution> contributions(Handle handle, JobId job, int round) {
        var found = new TreeMap<Integer, Contribution>();
        handle.createQuery("select * from contribution where job_id = ? and round = ?")
                .bind(0, job.value())
                .bind(1, round)
                .map((row, _) -> RunRows.contribution(row))
                .forEach(contribution -> found.put(contribution.shard(), contribution));
        return found;
    }

    static List<RoundRecord> rounds(Handle handle, JobId job) {
        Map<Integer, SortedMap<Integer, Contribution>> contributions = new HashMap<>();
        handle.createQuery("select * from contribution where job_id = ?")
                .bind(0, job.value())
                .map((row, _) -> Map.entry(row.getInt("round"), RunRows.contribution(row)))
                .forEach(entry -> contributions
                        .computeIfAbsent(entry.getKey(), _ -> new TreeMap<>())
                        .put(entry.getValue().shard(), entry.getValue()));
        SortedMap<Integer, SortedMap<Integer, Validation>> validations = validations(handle, job, 0);
        return handle.createQuery("select * from round where job_id = ? order by number")
                .bind(0, job.value())
                .map((row, _) -> record(row, contributions, validations))
                .list();
    }

    static List<StagedFile> stagedFiles(Handle handle, JobId job, int round) {
        return handle.createQuery("select * from staged_file where job_id = ? and round = ? order by shard, path")
                .bind(0, job.value())
                .bind(1, round)
                .map((row, _) -> RunRows.stagedFile(row))
                .list();
    }

    static Optional<String> outputPrefix(Handle handle, JobId job) {
        return handle.createQuery("select output_prefix from run where job_id = ? and output_prefix is not null")
                .bind(0, job.value())
                .mapTo(String.class)
                .findOne();
    }

    static Map<JobId, Integer> committedRounds(Handle handle, Collection<JobId> jobs) {
        var committed = new HashMap<JobId, Integer>();
        handle.createQuery("select job_id, max(number) as number from global_model where job_id = any(:ids) group by 1")
                .bind("ids", jobs.stream().map(JobId::value).toArray(String[]::new))
                .map((row, _) -> Map.entry(new JobId(row.getString("job_id")), row.getInt("number")))
                .forEach(entry -> committed.put(entry.getKey(), entry.getValue()));
        return committed;
    }

    private static SortedMap<Integer, StoredModel> models(Handle handle, JobId job) {
        var models = new TreeMap<Integer, StoredModel>();
        handle.createQuery("select * from global_model where job_id = ?")
                .bind(0, job.value())
                .map((row, _) -> RunRows.model(row))
                .forEach(model -> models.put(model.number(), model));
        return models;
    }

    private static SortedMap<Integer, Integer> losses(Handle handle, JobId job, int round) {
        var losses = new TreeMap<Integer, Integer>();
        handle.createQuery("select shard, times from contribution_loss where job_id = ? and round = ?")
                .bind(0, job.value())
                .bind(1, round)
                .map((row, _) -> Map.entry(row.getInt("shard"), row.getInt("times")))
                .forEach(entry -> losses.put(entry.getKey(), entry.getValue()));
        return losses;
    }

    private static SortedMap<Integer, SortedMap<Integer, Validation>> validations(
            Handle handle, JobId job, int fromModel) {
        var validations = new TreeMap<Integer, SortedMap<Integer, Validation>>();
        handle.createQuery("select * from validation where job_id = ? and model >= ?")
                .bind(0, job.value())
                .bind(1, fromModel)
                .map((row, _) -> RunRows.validation(row))
                .forEach(validation -> validations
                        .computeIfAbsent(validation.model(), _ -> new TreeMap<>())
                        .put(validation.shard(), validation));
        return validations;
    }

    private static RoundRecord record(
            ResultSet row,
            Map<Integer, SortedMap<Integer, Contribution>> contributions,
            SortedMap<Integer, SortedMap<Integer, Validation>> validations)
            throws SQLException {
        Round round = RunRows.round(row);
        return new RoundRecord(
                round.number(),
                round.state(),
                round.openedAt(),
                round.closedAt(),
                RunRows.instant(row, "committed_at"),
                row.getLong("samples"),
                RunRows.numbers(row.getString("metrics")),
                round.members(),
                List.copyOf(contributions
                        .getOrDefault(round.number(), Collections.emptySortedMap())
                        .values()),
                List.copyOf(validations
                        .getOrDefault(round.number() + 1, Collections.emptySortedMap())
                        .values()));
    }
}
