package dev.roundelay.e2e.chaos;

import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// The job that runs under faults, and what must be true of it afterwards.
final class ChaosJob {
    static final int ROUNDS = 5;
    static final int SITES = 3;
    private static final int LINES = 8;
    private static final int[] ROWS = {10, 20, 30};
    private static final String MODEL = Python.resource("chaos_model.py");
    private static final Pattern LINE = Pattern.compile("round (\\d+) line (\\d+)");

    private final Product product;
    private final String name;

    ChaosJob(Product product, String name) {
        this.product = product;
        this.name = name;
    }

    /// Puts its files into the bucket and returns what is to be submitted.
    Map<String, Object> prepared() {
        return Draft.of(name, MODEL, Zips.tables(ROWS), ROUNDS)
                .with("training", Map.of("extra", Map.of("SECONDS", 0.4, "LINES", LINES)))
                .upload(product.bucket());
    }

    /// Returns the bytes of the model that came out.
    byte[] model() {
        return product.bucket().get("jobs/" + name + "/model_out/checkpoint.pt");
    }

    /// Returns what is wrong with an ended job, nothing if all holds.
    List<String> faultsOf(JobView job, byte[] expected) {
        List<String> wrong = new ArrayList<>();
        if (job.state() != JobState.FINISHED) {
            wrong.add("I1 it ended %s: %s".formatted(job.state(), job.failure()));
            return wrong;
        }
        if (!java.util.Arrays.equals(model(), expected)) {
            wrong.add("I3 its model has other bits than that of an undisturbed job");
        }
        checkRounds(job, wrong);
        checkMetrics(wrong);
        checkLog(job, wrong);
        checkFiles(wrong);
        return wrong;
    }

    private void checkRounds(JobView job, List<String> wrong) {
        var rounds = product.api().rounds(job.id());
        List<Integer> numbers =
                rounds.stream().map(round -> round.number()).sorted().toList();
        if (!numbers.equals(IntStream.range(0, ROUNDS).boxed().toList())) {
            wrong.add("I2 its rounds are " + numbers);
        }
        rounds.forEach(round -> {
            List<Integer> shards = round.contributions().stream()
                    .map(contribution -> contribution.shard())
                    .sorted()
                    .toList();
            if (!shards.equals(IntStream.range(0, SITES).boxed().toList())) {
                wrong.add("I2 round %d counts the shards %s".formatted(round.number(), shards));
            }
            if (!round.state().equals("committed")) {
                wrong.add("I2 round %d is %s".formatted(round.number(), round.state()));
            }
        });
    }

    private void checkMetrics(List<String> wrong) {
        List<String> rows = product.bucket()
                .text("jobs/" + name + "/files_out/metrics.csv")
                .lines()
                .toList();
        if (rows.size() != ROUNDS + 1) {
            wrong.add("I2 metrics.csv has %d lines: %s".formatted(rows.size(), rows));
        }
    }

    private void checkFiles(List<String> wrong) {
        Set<String> keys = new HashSet<>(product.bucket().keys("jobs/" + name + "/files_out/"));
        for (int round = 0; round < ROUNDS; round++) {
            for (int site = 1; site <= SITES; site++) {
                String key = "jobs/%s/files_out/site-%d/round_%d/note.txt".formatted(name, site, round);
                if (!keys.contains(key)) {
                    wrong.add("I4 %s is missing".formatted(key));
                }
            }
        }
    }

    /// Each attempt's lines come in their order and none twice; each site has said all lines of each round.
    private void checkLog(JobView job, List<String> wrong) {
        Map<String, List<String>> byAttempt = new LinkedHashMap<>();
        Map<String, Set<Integer>> said = new HashMap<>();
        long before = 0;
        for (LogLine line : product.api().logs(job.id())) {
            if (line.seq() <= before) {
                wrong.add("I7 line %d follows line %d".formatted(line.seq(), before));
            }
            before = line.seq();
            Matcher found = LINE.matcher(line.message());
            if (line.site() != null && found.matches()) {
                String round = line.site() + " round " + found.group(1);
                String attempt = line.site() + " attempt " + line.attempt();
                byAttempt.computeIfAbsent(attempt, _ -> new ArrayList<>()).add(line.message());
                said.computeIfAbsent(round, _ -> new HashSet<>()).add(Integer.parseInt(found.group(2)));
            }
        }
        byAttempt.forEach((attempt, lines) -> {
            List<String> expected = inOrder(lines);
            if (!lines.equals(expected)) {
                wrong.add("I7 the lines of %s are %s".formatted(attempt, lines));
            }
        });
        for (int site = 1; site <= SITES; site++) {
            for (int round = 0; round < ROUNDS; round++) {
                Set<Integer> lines = said.getOrDefault("site-%d round %d".formatted(site, round), Set.of());
                if (lines.size() != LINES) {
                    wrong.add("I7 of round %d site-%d has said the lines %s".formatted(round, site, lines));
                }
            }
        }
    }

    private static List<String> inOrder(List<String> lines) {
        return lines.stream()
                .distinct()
                .sorted(java.util.Comparator.comparingInt(ChaosJob::place))
                .toList();
    }

    private static int place(String line) {
        Matcher found = LINE.matcher(line);
        return found.matches() ? Integer.parseInt(found.group(1)) * LINES + Integer.parseInt(found.group(2)) : -1;
    }
}
