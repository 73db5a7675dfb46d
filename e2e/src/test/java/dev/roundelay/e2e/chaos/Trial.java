package dev.roundelay.e2e.chaos;

import java.time.Duration;
import java.util.List;

/// One job under one fault, and how it went.
///
/// @param struck    whether the fault came to pass: a point may not be reached so often, a job be over before
/// @param goesOn    from the restart of what had died (from the fault's end, where nothing was restarted) until the job
/// was seen
///                  a step further
/// @param wrong     what must hold and did not
record Trial(int number, Fault fault, boolean struck, Duration goesOn, Duration whole, List<String> wrong) {
    Trial {
        wrong = List.copyOf(wrong);
    }

    @Override
    public String toString() {
        return "%4d | %-90s | %s | %5.1f s | %5.1f s | %s"
                .formatted(
                        number,
                        fault,
                        struck ? "struck" : "missed",
                        goesOn.toMillis() / 1000.0,
                        whole.toMillis() / 1000.0,
                        wrong.isEmpty() ? "holds" : String.join("; ", wrong));
    }
}
