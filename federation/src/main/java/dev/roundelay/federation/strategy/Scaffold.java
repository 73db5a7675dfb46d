package dev.roundelay.federation.strategy;

import dev.roundelay.tensors.aggregation.ControlVariates;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// SCAFFOLD; see [ControlVariates]. The control variates are the state. Each training returns `steps` and `lr`, which
/// the server makes the site's next variate of.
///
/// @param learningRate of the server
record Scaffold(ModelArithmetic models, double learningRate) implements Strategy {
    static final String STEPS = "steps";
    static final String STEP_SIZE = "lr";

    @Override
    public Outcome aggregate(Input input) throws IOException {
        List<ControlVariates.Member> members = new ArrayList<>();
        for (int i = 0; i < input.updates().size(); i++) {
            Map<String, Double> said = input.metrics().get(i);
            members.add(new ControlVariates.Member(
                    input.shards().get(i),
                    input.updates().get(i).update(),
                    said.getOrDefault(STEPS, Double.NaN) * said.getOrDefault(STEP_SIZE, Double.NaN)));
        }
        try (SafetensorsReader state = ElementwiseStrategy.open(input.state())) {
            models.controls()
                    .run(
                            new ControlVariates.Input(members, input.global(), state, input.sites(), learningRate),
                            input.metadata(),
                            input.out(),
                            input.stateOut());
        }
        return new Outcome(true, Map.of(), List.of());
    }
}
