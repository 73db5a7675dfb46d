package dev.roundelay.server.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Entry;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The event stream of a job. The id of each event is its `seq`, so `Last-Event-ID` resumes without gap or repetition.
/// It
/// ends with the job, and with the session or key that asked for it.
public final class JobEventsResource implements Routes {
    private static final String PATH = "/api/v1/jobs/{id}/events";
    private static final Logger LOG = LoggerFactory.getLogger(JobEventsResource.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final int BATCH = 500;
    private static final int MAX_STREAMS = 2_000;

    private final Authenticator authenticator;
    private final JobAccess access;
    private final JobJournal journal;
    private final JobSignals signals;
    private final Semaphore streams = new Semaphore(MAX_STREAMS);

    public JobEventsResource(Authenticator authenticator, JobAccess access, JobJournal journal, JobSignals signals) {
        this.authenticator = authenticator;
        this.access = access;
        this.journal = journal;
        this.signals = signals;
    }

    @Override
    public void register(RoutesConfig routes) {
        // Checked before the stream begins: afterwards the answer would be 200 already.
        routes.before(PATH, ctx -> access.require(authenticator.require(ctx), ctx.pathParam("id")));
        routes.sse(PATH, this::stream);
    }

    private void stream(SseClient client) {
        Context ctx = client.ctx();
        Job job = access.require(authenticator.require(ctx), ctx.pathParam("id"));
        long after = lastEventId(ctx);
        if (!streams.tryAcquire()) {
            client.close();
            return;
        }
        ctx.header("X-Accel-Buffering", "no");
        client.keepAlive();
        client.onClose(streams::release);
        BooleanSupplier standing = authenticator.standing(ctx);
        // A loop in the handler itself would hold the answer back (Javalin sends when the handler returns).
        Thread.ofVirtual().name("events " + job.id()).start(() -> pump(client, job.id(), after, standing));
    }

    private static long lastEventId(Context ctx) {
        String id = ctx.header("Last-Event-ID");
        try {
            return id == null ? 0 : Math.max(0, Long.parseLong(id));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void pump(SseClient client, JobId job, long from, BooleanSupplier standing) {
        long after = from;
        long quietSince = System.nanoTime();
        long checkedAt = quietSince;
        try {
            while (!client.terminated()) {
                if (System.nanoTime() - checkedAt > KEEP_ALIVE.toNanos()) {
                    if (!standing.getAsBoolean()) {
                        client.close();
                        return;
                    }
                    checkedAt = System.nanoTime();
                }
                long count = signals.count(job);
                List<Entry> entries = journal.after(job, after, BATCH);
                for (Entry entry : entries) {
                    send(client, entry);
                    after = entry.seq();
                }
                if (!entries.isEmpty()) {
                    quietSince = System.nanoTime();
                    continue;
                }
                if (access.find(job.value()).map(found -> !found.isLive()).orElse(true)) {
                    client.sendEvent("end", "{}", Long.toString(after));
                    client.close();
                    return;
                }
                if (System.nanoTime() - quietSince > KEEP_ALIVE.toNanos()) {
                    client.sendComment("still here");
                    quietSince = System.nanoTime();
                }
                signals.await(job, count, LOOK_AGAIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.debug("the event stream of {} ended: {}", job, e.toString());
            client.close();
        }
    }

    private static void send(SseClient client, Entry entry) {
        switch (entry) {
            case Entry.Logged(var line) ->
                client.sendEvent("log", json(JobMapper.line(line)), Long.toString(entry.seq()));
            case Entry.Measured(var point) ->
                client.sendEvent("metric", json(JobMapper.point(point)), Long.toString(entry.seq()));
            case Entry.Happened(long seq, var _, String kind, String json) ->
                client.sendEvent(kind, json, Long.toString(seq));
        }
    }

    private static String json(Object value) {
        try {
            return Json.strict().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event must be writable as JSON", e);
        }
    }
}
