package dev.roundelay.faults;

import java.util.List;

/// A method before and after which a program may end.
///
/// @param kind       what it is to the product: `aggregate`, `commit`, `fsync`, `rename`, `link`, `answer`, `call`
/// @param className  with dots
/// @param methodName all methods of that name
record WovenMethod(String kind, String className, String methodName) {
    static final List<WovenMethod> ALL = List.of(
            // A part of an average is made.
            new WovenMethod("aggregate", "dev.roundelay.tensors.aggregation.RangeAverage", "accept"),
            new WovenMethod("commit", "org.postgresql.jdbc.PgConnection", "commit"),
            new WovenMethod("fsync", "sun.nio.ch.FileChannelImpl", "force"),
            new WovenMethod("rename", "java.nio.file.Files", "move"),
            new WovenMethod("link", "java.nio.file.Files", "createLink"),
            // What a server says to its callers, whichever handler has made it.
            new WovenMethod("answer", "org.eclipse.jetty.server.internal.HttpChannelState$ChannelResponse", "write"),
            // What a worker asks of a server.
            new WovenMethod("call", "dev.roundelay.worker.client.Transport", "exchange"));
}
