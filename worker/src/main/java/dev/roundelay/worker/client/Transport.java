package dev.roundelay.worker.client;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Exchanges over HTTP/1.1 with keep-alive, none of them without a bound. Thread-safe; the owner closes it.
final class Transport implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final HttpClient http;

    Transport(@Nullable SSLContext tls) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .executor(Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("http-", 0).factory()));
        if (tls != null) {
            builder.sslContext(tls);
        }
        this.http = builder.build();
    }

    /// Starts an exchange that the caller ends by [CompletableFuture#cancel].
    CompletableFuture<HttpResponse<byte[]>> start(HttpRequest request) {
        return http.sendAsync(request, FileBodies.small());
    }

    /// Carries an exchange out.
    ///
    /// @param stall longest time without an answer and without progress in either direction
    /// @throws IOException if no whole answer came
    Answer exchange(HttpRequest request, BodyHandler<byte[]> handler, Progress progress, Duration stall)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> future = http.sendAsync(request, handler);
        try {
            return answer(await(future, progress, stall));
        } finally {
            future.cancel(true);
        }
    }

    private static HttpResponse<byte[]> await(
            CompletableFuture<HttpResponse<byte[]>> future, Progress progress, Duration stall)
            throws IOException, InterruptedException {
        long before = progress.bytes();
        while (true) {
            try {
                return future.get(stall.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
            } catch (TimeoutException e) {
                long now = progress.bytes();
                if (now == before) {
                    throw new IOException("nothing moved for " + stall.toMillis() + " ms", e);
                }
                before = now;
            }
        }
    }

    static Answer answer(HttpResponse<byte[]> response) {
        return new Answer(response.statusCode(), response.headers(), response.body());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
