"""The harness's loop: a request, a step, an answer."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from typing import Any

from .channel import Channel
from .failures import StepFailure, report
from .steps import Steps


def main() -> None:
    """Serve requests until `finish` or until the agent is gone."""
    channel = Channel.take_over_standard_streams()
    faulthandler.enable(file=2, all_threads=False)
    # Who asks where a silent site stands gets the stacks of all threads, also while it hangs in native code.
    faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)
    _forget_own_folder()
    steps = Steps(channel)
    while True:
        request = channel.read()
        if request is None:
            os._exit(0)  # nobody is left to answer: threads of user code must not keep us
        if request["op"] == "finish":
            steps.finish()
            channel.mark(request["id"])
            channel.write({"id": request["id"], "ok": True})
            os._exit(0)
        answer = _answer(steps, request)
        channel.mark(request["id"])
        channel.write({"id": request["id"], **answer})


def _answer(steps: Steps, request: dict[str, Any]) -> dict[str, Any]:
    step = {
        "load": steps.load,
        "initialise": steps.initialise,
        "train": steps.train,
        "validate": steps.validate,
        "save": steps.save,
    }
    try:
        return {"ok": True, **step[request["op"]](request)}
    except StepFailure as failure:
        return {"error": failure.report}
    except BaseException as error:  # noqa: BLE001 - a result may misbehave when it is read
        return {"error": report(error, "validate_raised" if request["op"] == "validate" else "train_raised")}


def _forget_own_folder() -> None:
    # User modules may have any name: ours are loaded by now and must not stand in their way.
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != own]
