package dev.roundelay.s3;

import dev.roundelay.testkit.storage.JavaSdkSuite;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

class JavaSdkIT extends JavaSdkSuite {
    private @Nullable TestEndpoint endpoint;

    @Override
    protected int startEndpoint() throws IOException {
        var started = TestEndpoint.inMemory();
        endpoint = started;
        return started.port();
    }

    @Override
    protected void stopEndpoint() {
        if (endpoint != null) {
            endpoint.close();
        }
    }
}
