package dev.roundelay.worker.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/// Bodies that come from and go to files, in pieces, counted.
final class FileBodies {
    private static final int PIECE = 256 * 1024;
    private static final int LONGEST_SMALL_BODY = 16 * 1024 * 1024;

    private FileBodies() {}

    /// Returns a publisher of `file[from, to)`. The file must not shrink meanwhile.
    static BodyPublisher range(FileChannel file, long from, long to, Progress progress) {
        if (from == to) {
            return BodyPublishers.noBody();
        }
        Iterable<byte[]> pieces = () -> new Pieces(file, from, to, progress);
        return BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(pieces), to - from);
    }

    /// Returns a handler that keeps small bodies, such as JSON, in memory.
    static BodyHandler<byte[]> small() {
        return BodyHandlers.limiting(BodyHandlers.ofByteArray(), LONGEST_SMALL_BODY);
    }

    /// Returns a handler that writes the body of a 206 to `file` from `offset` on, that of a 200 from 0 on, and keeps
    /// any other
    /// in memory.
    ///
    /// @param limit no more than so many bytes of the file are written; more is an error
    static BodyHandler<byte[]> into(FileChannel file, long offset, long limit, Progress progress) {
        return answer -> switch (answer.statusCode()) {
            case 200 -> new ToFile(file, 0, limit, progress);
            case 206 -> new ToFile(file, offset, limit, progress);
            default -> BodySubscribers.limiting(BodySubscribers.ofByteArray(), LONGEST_SMALL_BODY);
        };
    }

    private static final class Pieces implements Iterator<byte[]> {
        private final FileChannel file;
        private final long to;
        private final Progress progress;
        private long at;

        Pieces(FileChannel file, long from, long to, Progress progress) {
            this.file = file;
            this.at = from;
            this.to = to;
            this.progress = progress;
        }

        @Override
        public boolean hasNext() {
            return at < to;
        }

        @Override
        public byte[] next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            byte[] piece = new byte[(int) Math.min(PIECE, to - at)];
            ByteBuffer buffer = ByteBuffer.wrap(piece);
            try {
                while (buffer.hasRemaining()) {
                    int n = file.read(buffer, at);
                    if (n < 0) {
                        throw new IOException("the file ended at byte " + at + " of " + to);
                    }
                    at += n;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            progress.add(piece.length);
            return piece;
        }
    }

    private static final class ToFile implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> done = new CompletableFuture<>();
        private final FileChannel file;
        private final long limit;
        private final Progress progress;
        private long at;
        private Flow.Subscription subscription = new NoSubscription();

        ToFile(FileChannel file, long offset, long limit, Progress progress) {
            this.file = file;
            this.at = offset;
            this.limit = limit;
            this.progress = progress;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return done;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            subscription.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            try {
                for (ByteBuffer buffer : buffers) {
                    write(buffer);
                }
                subscription.request(1);
            } catch (IOException e) {
                subscription.cancel();
                done.completeExceptionally(e);
            }
        }

        private void write(ByteBuffer buffer) throws IOException {
            if (buffer.remaining() > limit - at) {
                throw new IOException("the server sent more than the " + limit + " bytes that were announced");
            }
            progress.add(buffer.remaining());
            while (buffer.hasRemaining()) {
                at += file.write(buffer, at);
            }
        }

        @Override
        public void onError(Throwable throwable) {
            done.completeExceptionally(throwable);
        }

        @Override
        public void onComplete() {
            done.complete(new byte[0]);
        }
    }

    private static final class NoSubscription implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
