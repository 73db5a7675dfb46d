package dev.roundelay.federation;

import dev.roundelay.kernel.journal.Note;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import java.util.List;

/// What a job leaves behind at its end, in the transaction that ends it.
///
/// @param required objects without which the job cannot end this way; the transaction fails if they do not fit
/// @param optional objects that are left out if they do not fit
public record FinalOutputs(BucketName bucket, List<NewObject> required, List<NewObject> optional, List<Note> notes) {
    public FinalOutputs {
        required = List.copyOf(required);
        optional = List.copyOf(optional);
        notes = List.copyOf(notes);
    }
}
