package dev.roundelay.worker.run;

import dev.roundelay.worker.sandbox.UntrustedTree;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes folders of attempts, whatever the user's code left behind, also while it runs.
public final class Trees {
    private static final Logger LOG = LoggerFactory.getLogger(Trees.class);

    private Trees() {}

    /// Removes a folder with all below it; what cannot be removed is logged and left for the next start.
    public static void remove(Path folder) {
        if (!UntrustedTree.remove(folder)) {
            LOG.warn("{} cannot be removed wholly", folder);
        }
    }
}
