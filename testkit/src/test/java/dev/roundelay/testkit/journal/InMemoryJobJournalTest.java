package dev.roundelay.testkit.journal;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.journal.InMemoryJobJournal;
import dev.roundelay.kernel.journal.JobJournal;

class InMemoryJobJournalTest extends JobJournalContract {
    private final JobJournal journal = new InMemoryJobJournal();

    @Override
    protected JobJournal journal() {
        return journal;
    }

    @Override
    protected Epoch epoch() {
        return new Epoch(1);
    }
}
