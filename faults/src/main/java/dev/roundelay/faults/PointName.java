package dev.roundelay.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Names a point by who of the product is doing it: `commit.after@JdbcKernelStore.inTransaction<Kernel.submit`.
final class PointName {
    private static final String PRODUCT = "dev.roundelay.";
    private static final String OWN = FaultPoints.class.getPackageName() + ".";
    /// What all go through: only who calls it tells what is stored or sent.
    private static final List<String> PASSAGES = List.of(
            "dev.roundelay.server.store.", "dev.roundelay.kernel.Writer", "dev.roundelay.worker.client.Transport");
    private static final StackWalker WALKER = StackWalker.getInstance();

    private PointName() {}

    static String of(String kind) {
        return kind + "@" + WALKER.walk(PointName::callers);
    }

    private static String callers(Stream<StackWalker.StackFrame> frames) {
        List<StackWalker.StackFrame> own =
                new ArrayList<>(frames.filter(frame -> frame.getClassName().startsWith(PRODUCT)
                                && !frame.getClassName().startsWith(OWN))
                        .toList());
        if (own.isEmpty()) {
            return "-";
        }
        String nearest = named(own.getFirst());
        return own.stream()
                .filter(frame -> PASSAGES.stream().noneMatch(frame.getClassName()::startsWith))
                .map(PointName::named)
                .filter(name -> !name.equals(nearest))
                .findFirst()
                .map(outer -> nearest + "<" + outer)
                .orElse(nearest);
    }

    /// Returns class and method, a lambda as the method that it is written in.
    private static String named(StackWalker.StackFrame frame) {
        String className = frame.getClassName();
        String method = frame.getMethodName();
        if (method.startsWith("lambda$")) {
            method = method.substring("lambda$".length(), method.lastIndexOf('$'));
        }
        return className.substring(className.lastIndexOf('.') + 1) + "." + method;
    }
}
