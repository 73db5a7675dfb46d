package dev.roundelay.worker.controlplane;

/// Python modules of tests.
public final class Modules {
    private Modules() {}

    /// A numpy model whose training adds the shard's number, and that tells what it sees.
    public static final String NUMPY = """
            import numpy as np, os

            class Model:
                def __init__(self, **args):
                    self.values = {"w": np.zeros(8, dtype=np.float32), "n": np.array(0, dtype=np.int64)}
                def state_dict(self):
                    return dict(self.values)
                def load_state_dict(self, state, strict=True):
                    self.values = {k: np.asarray(v).copy() for k, v in state.items()}

            def fl_train(model, env, out_dir, logger=None):
                with open(os.path.join(env["DATA_ROOT"], "data.txt")) as f:
                    number = float(f.read())
                logger("training " + env["SITE_NAME"] + " round " + str(env["CURRENT_ROUND"]))
                logger.metric("loss", 0.5, step=1)
                with open(os.path.join(out_dir, "notes.txt"), "w") as f:
                    f.write("round " + str(env["CURRENT_ROUND"]))
                w = model.state_dict()["w"] + np.float32(number)
                return {"weights": {"w": w, "n": model.state_dict()["n"]}, "samples": 10, "accuracy": 0.25}

            def fl_validate(model, env, out_dir, logger=None):
                return {"metrics": {"mean": float(model.state_dict()["w"].mean())}, "samples": 4}
            """;

    /// A torch model that learns the shard's number.
    public static final String TORCH = """
            import os, torch

            class Model(torch.nn.Module):
                def __init__(self, **args):
                    super().__init__()
                    self.layer = torch.nn.Linear(1, 1)
                def forward(self, x):
                    return self.layer(x)

            def fl_train(model, env, out_dir, logger=None):
                with open(os.path.join(env["DATA_ROOT"], "data.txt")) as f:
                    number = float(f.read())
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                for step in range(20):
                    x = torch.rand(8, 1)
                    loss = ((model(x) - number * x) ** 2).mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                logger.info("torch " + torch.__version__)
                return {"weights": model.state_dict(), "samples": 160, "loss": float(loss)}

            def fl_validate(model, env, out_dir, logger=None):
                return {"metrics": {"weight": float(model.layer.weight)}, "samples": 1}
            """;

    /// The numpy module with a model of 4 MB.
    public static final String LARGE = NUMPY.replace("np.zeros(8,", "np.zeros(1_000_000,");

    /// Trains until a file named `go` appears beside the data, saying so before and after.
    public static final String WAITING = training(
            "print('waiting', flush=True)",
            "while not os.path.exists(os.path.join(env['DATA_ROOT'], 'go')): time.sleep(0.01)",
            "for i in range(3000): print('line', i)",
            "print('went on')");

    /// Returns the numpy module with another body of `fl_train`.
    public static String training(String... lines) {
        return NUMPY.substring(0, NUMPY.indexOf("def fl_train"))
                + "import sys, time, signal\n\ndef fl_train(model, env, out_dir, logger=None):\n    "
                + String.join("\n    ", lines) + "\n    return {\"weights\": model.state_dict(), \"samples\": 1}\n";
    }
}
