package dev.roundelay.worker.run;

import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.worker.environment.PythonEnvironment;
import dev.roundelay.worker.harness.HarnessException;
import java.util.function.Consumer;

/// Where a job's Python comes from.
@FunctionalInterface
public interface Environments {
    /// Returns an environment with the plan's requirements, built now or kept from before.
    ///
    /// @param lines told what the installer prints
    /// @throws HarnessException with `requirements_unresolvable` or `environment_failed`
    PythonEnvironment get(AssignmentPlan plan, Consumer<String> lines) throws HarnessException, InterruptedException;
}
