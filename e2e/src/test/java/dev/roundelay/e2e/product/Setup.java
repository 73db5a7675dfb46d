package dev.roundelay.e2e.product;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a product is set up.
///
/// @param endsAtPoints  whether its programs can be told to end at a named point ([Traps#arm])
/// @param firstEnd      point at which the server ends when it is started for the first time; it is started again then
/// @param movableClocks whether the clocks of its programs can be moved ([Traps#moveClock])
/// @param port          of the server; 0: any, the same after each restart
/// @param s3Port        of the S3 endpoint; 0: any, the same after each restart
/// @param serverOptions further ones of the server
public record Setup(
        String name,
        boolean endsAtPoints,
        @Nullable String firstEnd,
        boolean movableClocks,
        int port,
        int s3Port,
        List<String> serverOptions) {
    public Setup {
        serverOptions = List.copyOf(serverOptions);
    }

    public static Setup of(String name) {
        return new Setup(name, false, null, false, 0, 0, List.of());
    }

    public Setup endingAtPoints() {
        return new Setup(name, true, firstEnd, movableClocks, port, s3Port, serverOptions);
    }

    public Setup endingFirstAt(String point) {
        return new Setup(name, true, point, movableClocks, port, s3Port, serverOptions);
    }

    public Setup withMovableClocks() {
        return new Setup(name, endsAtPoints, firstEnd, true, port, s3Port, serverOptions);
    }

    public Setup at(int apiPort, int otherPort) {
        return new Setup(name, endsAtPoints, firstEnd, movableClocks, apiPort, otherPort, serverOptions);
    }

    public Setup withOptions(String... options) {
        return new Setup(name, endsAtPoints, firstEnd, movableClocks, port, s3Port, List.of(options));
    }
}
