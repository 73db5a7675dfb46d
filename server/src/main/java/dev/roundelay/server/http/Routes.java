package dev.roundelay.server.http;

import io.javalin.config.RoutesConfig;

/// One resource's routes.
public interface Routes {
    /// Adds them. Paths are whole, such as `/api/v1/jobs`.
    void register(RoutesConfig routes);
}
