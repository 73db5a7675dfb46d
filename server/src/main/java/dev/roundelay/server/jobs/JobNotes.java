package dev.roundelay.server.jobs;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobPatch;
import dev.roundelay.kernel.job.Job;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// Note and tags of a job, as a patch leaves them.
///
/// @param note without blanks around it
/// @param tags each once, in the order given
record JobNotes(String note, List<String> tags) {
    private static final int MAX_NOTE = 10_000;
    private static final int MAX_TAGS = 20;
    private static final int MAX_TAG = 50;

    JobNotes {
        tags = List.copyOf(tags);
    }

    /// Returns the notes of a job after a patch.
    ///
    /// @throws RefusedException with everything that is wrong
    static JobNotes of(Job job, JobPatch patch) {
        List<SpecCheck.Problem> problems = new ArrayList<>();
        String note = patch.note() == null ? job.note() : patch.note().strip();
        if (note.length() > MAX_NOTE || note.indexOf('\0') >= 0) {
            problems.add(new SpecCheck.Problem(
                    ErrorCode.INVALID_REQUEST,
                    "[note] has %,d characters, or a NUL among them; use at most %,d"
                            .formatted(note.length(), MAX_NOTE)));
        }
        List<String> tags = patch.tags() == null ? job.tags() : unique(patch.tags());
        if (tags.size() > MAX_TAGS) {
            problems.add(new SpecCheck.Problem(
                    ErrorCode.INVALID_REQUEST, "[tags] are %d; use at most %d".formatted(tags.size(), MAX_TAGS)));
        }
        for (String tag : tags) {
            if (tag.isEmpty() || tag.length() > MAX_TAG || tag.chars().anyMatch(Character::isISOControl)) {
                problems.add(new SpecCheck.Problem(
                        ErrorCode.INVALID_REQUEST,
                        "[tags] \"%s\" is no tag; use 1 to %d characters without control characters"
                                .formatted(tag.replaceAll("\\p{Cntrl}", "?"), MAX_TAG)));
            }
        }
        if (!problems.isEmpty()) {
            throw new RefusedException(problems);
        }
        return new JobNotes(note, tags);
    }

    private static List<String> unique(List<String> tags) {
        LinkedHashSet<String> all = new LinkedHashSet<>();
        tags.forEach(tag -> all.add(tag == null ? "" : tag.strip()));
        return List.copyOf(all);
    }
}
