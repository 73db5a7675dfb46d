package dev.roundelay.server.jobs;

import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.sse.SseClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The event stream of a list of jobs: an event `jobs` at its beginning and whenever something in the list is new, at
/// most once a second. It holds no job: who is told reads the page of the list that is looked at. It ends with the
/// session
/// or key that asked for it.
public final class JobListEventsResource implements Routes {
    private static final String PATH = "/api/v1/events";
    private static final Logger LOG = LoggerFactory.getLogger(JobListEventsResource.class);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final Duration APART = Duration.ofSeconds(1);
    private static final int MAX_STREAMS = 2_000;

    private final Authenticator authenticator;
    private final JobChanges changes;
    private final InstantSource clock;
    private final Semaphore streams = new Semaphore(MAX_STREAMS);

    public JobListEventsResource(Authenticator authenticator, JobChanges changes, InstantSource clock) {
        this.authenticator = authenticator;
        this.changes = changes;
        this.clock = clock;
    }

    @Override
    public void register(RoutesConfig routes) {
        // Checked before the stream begins: afterwards the answer would be 200 already.
        routes.before(PATH, authenticator::require);
        routes.sse(PATH, this::stream);
    }

    private void stream(SseClient client) {
        Caller caller = authenticator.require(client.ctx());
        boolean all = caller.admin() && "true".equals(client.ctx().queryParam("all"));
        if (!streams.tryAcquire()) {
            client.close();
            return;
        }
        client.ctx().header("X-Accel-Buffering", "no");
        client.keepAlive();
        client.onClose(streams::release);
        Optional<UserId> whose = all ? Optional.empty() : Optional.of(caller.user());
        // A loop in the handler itself would hold the answer back (Javalin sends when the handler returns).
        BooleanSupplier standing = authenticator.standing(client.ctx());
        Thread.ofVirtual().name("job list events").start(() -> pump(client, whose, standing));
    }

    private void pump(SseClient client, Optional<UserId> whose, BooleanSupplier standing) {
        try (JobChanges.Watch watch = changes.watch(whose)) {
            // By the clock, so that ids go on ascending over a restart of the server.
            long id = clock.millis();
            client.sendEvent("jobs", "{}", Long.toString(id));
            long checkedAt = System.nanoTime();
            while (!client.terminated()) {
                if (System.nanoTime() - checkedAt > KEEP_ALIVE.toNanos()) {
                    if (!standing.getAsBoolean()) {
                        client.close();
                        return;
                    }
                    checkedAt = System.nanoTime();
                }
                if (watch.await(KEEP_ALIVE)) {
                    id = Math.max(id + 1, clock.millis());
                    client.sendEvent("jobs", "{}", Long.toString(id));
                    Thread.sleep(APART);
                } else {
                    client.sendComment("still here");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.debug("an event stream of a list of jobs ended: {}", e.toString());
            client.close();
        }
    }
}
