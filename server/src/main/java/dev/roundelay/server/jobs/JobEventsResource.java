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

/// The event stream of a job. The id of each event is its `seq`, so `Last-Event-ID` resumes without gap or repetition.
public final class JobEventsResource implements Routes {
    private static final String PATH = "/api/v1/jobs/{id}/events";
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final int BATCH = 500;

    private final Authenticator authenticator;
    private final EventStreams streams;
    private final JobAccess access;
    private final JobJournal journal;
    private final JobSignals signals;

    JobEventsResource(
            Authenticator authenticator,
            EventStreams streams,
            JobAccess access,
            JobJournal journal,
            JobSignals signals) {
        this.authenticator = authenticator;
        this.streams = streams;
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
        streams.begin(client, job.id().value(), stream -> feed(stream, job.id(), after));
    }

    private static long lastEventId(Context ctx) {
        String id = ctx.header("Last-Event-ID");
        try {
            return id == null ? 0 : Math.max(0, Long.parseLong(id));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void feed(EventStreams.Stream stream, JobId job, long from) throws InterruptedException {
        long after = from;
        while (stream.goesOn()) {
            long count = signals.count(job);
            // INVARIANT: asked before the journal is read: what a job said last is stored when it has ended.
            boolean ended =
                    access.find(job.value()).map(found -> !found.isLive()).orElse(true);
            List<Entry> entries = journal.after(job, after, BATCH);
            for (Entry entry : entries) {
                send(stream, entry);
                after = entry.seq();
            }
            if (!entries.isEmpty()) {
                continue;
            }
            if (ended) {
                stream.send("end", "{}", after);
                return;
            }
            signals.await(job, count, LOOK_AGAIN);
        }
    }

    private static void send(EventStreams.Stream stream, Entry entry) {
        switch (entry) {
            case Entry.Logged(var line) -> stream.send("log", json(JobMapper.line(line)), entry.seq());
            case Entry.Measured(var point) -> stream.send("metric", json(JobMapper.point(point)), entry.seq());
            case Entry.Happened(long seq, var _, String kind, String json) -> stream.send(kind, json, seq);
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
