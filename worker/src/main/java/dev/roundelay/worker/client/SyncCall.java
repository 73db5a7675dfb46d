package dev.roundelay.worker.client;

import dev.roundelay.contract.worker.SyncReply;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;

/// One parked call under way; without an answer the next call goes to the next server.
public final class SyncCall implements ParkedCall {
    private final Calls calls;
    private final URI server;
    private final CompletableFuture<HttpResponse<byte[]>> future;

    private SyncCall(Calls calls, URI server, CompletableFuture<HttpResponse<byte[]>> future) {
        this.calls = calls;
        this.server = server;
        this.future = future;
    }

    static SyncCall start(Calls calls, Function<URI, HttpRequest> request) {
        URI server = calls.servers().current();
        return new SyncCall(calls, server, calls.transport().start(request.apply(server)));
    }

    @Override
    public void whenOver(Runnable action) {
        var _ = future.whenComplete((_, _) -> action.run());
    }

    @Override
    public boolean isOver() {
        return future.isDone();
    }

    @Override
    public void breakOff() {
        future.cancel(true);
    }

    @Override
    public SyncReply reply() throws IOException, RefusedException {
        if (!future.isDone()) {
            breakOff();
            calls.servers().leave(server);
            throw new NoAnswerException("no answer in time from " + server);
        }
        if (future.state() != Future.State.SUCCESS) {
            calls.servers().leave(server);
            throw new NoAnswerException("no answer from " + server, future.exceptionNow());
        }
        Answer answer = Transport.answer(future.resultNow());
        if (Calls.isNotNow(answer.status())) {
            calls.servers().leave(server);
            throw new NoAnswerException(server + " answered " + answer.status());
        }
        if (!answer.isGood()) {
            throw new RefusedException(answer.status(), answer.problem());
        }
        return answer.json(SyncReply.class);
    }
}
