package dev.roundelay.testkit.journal;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.journal.InMemoryJobJournal;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.JournalLimits;

class InMemoryJobJournalTest extends JobJournalContract {
    private final JobJournal journal = new InMemoryJobJournal();

    @Override
    protected JobJournal journal() {
        return journal;
    }

    @Override
    protected JobJournal journal(JournalLimits limits) {
        return new InMemoryJobJournal(limits);
    }

    @Override
    protected Epoch epoch() {
        return new Epoch(1);
    }
}
