package dev.roundelay.e2e.product;

import dev.roundelay.faults.FaultAgent;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where the agent is that ends programs at named points.
final class FaultAgentJar {
    private FaultAgentJar() {}

    static Path path() {
        try {
            Path found = Path.of(FaultAgent.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (!Files.isRegularFile(found)) {
                throw new AssertionError("an agent has to be a jar, this is " + found + "; run Maven as far as verify");
            }
            return found;
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
