package dev.roundelay.server.jobs;

import dev.roundelay.contract.job.StrategyEntry;
import dev.roundelay.federation.strategy.StrategyCatalogue;
import dev.roundelay.federation.strategy.StrategyDefinition;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/// `GET /api/v1/strategies`: what `federation.strategy` of a job may be.
final class StrategiesResource implements Routes {
    private static final List<StrategyEntry> ALL =
            StrategyCatalogue.all().stream().map(StrategiesResource::entry).toList();

    private final Authenticator authenticator;

    StrategiesResource(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/api/v1/strategies", this::list);
    }

    private void list(Context ctx) {
        var _ = authenticator.require(ctx);
        Requests.json(ctx, Map.of("items", ALL));
    }

    private static StrategyEntry entry(StrategyDefinition strategy) {
        return new StrategyEntry(
                strategy.name(),
                strategy.title(),
                strategy.summary(),
                strategy.paper(),
                strategy.parameters().stream()
                        .map(parameter -> new StrategyEntry.Parameter(
                                parameter.name(),
                                parameter.whole() ? "integer" : "number",
                                parameter.defaultValue(),
                                parameter.min(),
                                parameter.above(),
                                parameter.max(),
                                parameter.below(),
                                parameter.help()))
                        .toList());
    }
}
