package dev.roundelay.server.jobs;

import java.util.List;

/// A submit that is refused, with everything that is wrong with it. Nothing was created.
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<SpecCheck.Problem> problems;

    RefusedException(SpecCheck.Problem problem) {
        this(List.of(problem));
    }

    RefusedException(List<SpecCheck.Problem> problems) {
        super(problems.getFirst().message());
        this.problems = List.copyOf(problems);
    }

    /// Returns what is wrong, the most important first; never empty.
    public List<SpecCheck.Problem> problems() {
        return problems;
    }
}
