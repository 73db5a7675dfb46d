"""A job whose every word is markup that would run in a page that took it for its own."""

import os

import torch
from torch import nn

PROBE = "<img src=x onerror=\"document.title='taken over'\">"
LINK = "javascript:document.title='taken over'"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)


def fl_train(model, env, out_dir, logger=None):
    print(f"printed {PROBE} [{LINK}]({LINK}) <script>document.title='taken over'</script>", flush=True)
    logger.warning(f"logged {PROBE}")
    for name in (PROBE, "'\"><svg onload=document.title='taken+over'>", "__proto__", "constructor", "{{7*7}}"):
        try:
            logger.metric(name, 1.0, step=env["CURRENT_ROUND"])
        except ValueError as refused:
            print(f"refused: {refused}", flush=True)
    # A slash would end the name; what is left of the markup is enough.
    with open(os.path.join(out_dir, PROBE + ".html"), "w") as file:
        file.write(f"<script>document.title='taken over'</script>{PROBE}")
    with open(os.path.join(out_dir, "drawing.svg"), "w") as file:
        file.write("<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='taken over'\"></svg>")
    if env["CURRENT_ROUND"] == 1:
        raise type(PROBE, (Exception,), {})(f"raised {PROBE} {LINK}")
    return {"weights": model.state_dict(), "samples": 1, PROBE: 1.0, "calm": 2.0}
