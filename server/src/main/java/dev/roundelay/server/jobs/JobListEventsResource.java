package dev.roundelay.server.jobs;

import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// The event stream of a list of jobs: an event `jobs` at its beginning and whenever something in the list is new, at
/// most once a second. It holds no job: who is told reads the page of the list that is looked at.
public final class JobListEventsResource implements Routes {
    private static final String PATH = "/api/v1/events";
    private static final Duration APART = Duration.ofSeconds(1);

    private final Authenticator authenticator;
    private final EventStreams streams;
    private final JobChanges changes;
    private final InstantSource clock;

    JobListEventsResource(Authenticator authenticator, EventStreams streams, JobChanges changes, InstantSource clock) {
        this.authenticator = authenticator;
        this.streams = streams;
        this.changes = changes;
        this.clock = clock;
    }

    @Override
    public void register(RoutesConfig routes) {
        // Checked before the stream begins: afterwards the answer would be 200 already.
        routes.before(PATH, ctx -> {
            Caller caller = authenticator.require(ctx);
            if (isAboutAll(ctx)) {
                caller.requireAdmin();
            }
        });
        routes.sse(PATH, this::stream);
    }

    private void stream(SseClient client) {
        Caller caller = authenticator.require(client.ctx());
        Optional<UserId> whose = isAboutAll(client.ctx()) ? Optional.empty() : Optional.of(caller.user());
        streams.begin(client, "a list of jobs", stream -> feed(stream, whose));
    }

    private static boolean isAboutAll(Context ctx) {
        return "true".equals(ctx.queryParam("all"));
    }

    private void feed(EventStreams.Stream stream, Optional<UserId> whose) throws InterruptedException {
        try (JobChanges.Watch watch = changes.watch(whose)) {
            // By the clock, so that ids go on ascending over a restart of the server.
            long id = clock.millis();
            stream.send("jobs", "{}", id);
            while (stream.goesOn()) {
                if (watch.await(EventStreams.LOOK_AFTER)) {
                    id = Math.max(id + 1, clock.millis());
                    stream.send("jobs", "{}", id);
                    Thread.sleep(APART);
                }
            }
        }
    }
}
