package dev.roundelay.cli;

import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.contract.job.LogPage;
import dev.roundelay.sdk.Roundelay;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `roundelay logs`.
@Command(name = "logs", mixinStandardHelpOptions = true, sortOptions = false, description = "Prints the log of a job.")
final class LogsCommand implements Callable<Integer> {
    private static final int PAGE = 1_000;
    private static final long ASK_AGAIN_MILLIS = 1_000;

    @Mixin
    private ClientOptions client = new ClientOptions();

    @Parameters(paramLabel = "JOB", description = "Id of the job.")
    private String id = "";

    @Option(names = "--site", paramLabel = "SITE", description = "Only lines of that site, such as site-1.")
    @Nullable
    private String site;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the job has ended.")
    private boolean follow;

    @Override
    public Integer call() throws InterruptedException {
        Output output = client.output();
        try (Roundelay roundelay = client.client()) {
            long after = 0;
            while (true) {
                // The state first: a job that has ended by then has no further lines after the page that comes now.
                JobState state = roundelay.jobs().get(id).state();
                LogPage page = roundelay.jobs().logs(id, site, after, PAGE);
                for (LogLine line : page.items()) {
                    output.show(line, () -> Texts.logLine(line));
                }
                boolean more = page.next() > after;
                after = Math.max(after, page.next());
                if (more) {
                    continue;
                }
                if (!follow || (state != null && state.isTerminal())) {
                    return ExitCodes.DONE;
                }
                Thread.sleep(ASK_AGAIN_MILLIS);
            }
        }
    }
}
