package dev.roundelay.faults;

import java.lang.instrument.Instrumentation;
import java.nio.file.Path;

/// The agent: `-javaagent:roundelay-faults.jar=CONTROL`.
///
/// It reads the file CONTROL over and over. A line `NAME#N` in it arms the point NAME: the program ends when it is
/// reached for
/// the Nth time from then on, by [Runtime#halt], so that nothing is flushed, closed or said; the file is gone then. The
/// names that were
/// reached so far
/// are in `CONTROL.seen`, one a line.
public final class FaultAgent {
    private FaultAgent() {}

    /// Called by the JVM before the program.
    public static void premain(String control, Instrumentation instrumentation) throws Exception {
        FaultPoints points = new FaultPoints(Path.of(control));
        Reached.points = points;
        PointWeaver weaver = new PointWeaver(WovenMethod.ALL);
        instrumentation.addTransformer(weaver, true);
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (weaver.weaves(loaded.getName())) {
                instrumentation.retransformClasses(loaded);
            }
        }
        points.start();
    }
}
