"""A small job for the browser tests: real training of a real model, at a pace that a browser can watch."""

import os
import socket
import time

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))

    def forward(self, x):
        return self.layers(x)


def points(seed, count=200):
    """Two crescents that no straight line parts."""
    generator = torch.Generator().manual_seed(seed)
    angle = torch.rand(count, generator=generator) * torch.pi
    upper = torch.arange(count) % 2 == 0
    x = torch.where(upper, angle.cos(), 1 - angle.cos())
    y = torch.where(upper, angle.sin(), 0.5 - angle.sin())
    noise = torch.randn(count, 2, generator=generator) * 0.15
    return torch.stack([x, y], dim=1) + noise, upper.long()


def fl_train(model, env, out_dir, logger=None):
    site, current = env["SITE_NAME"], env["CURRENT_ROUND"]
    mode = env.get("MODE", "calm")
    print(f"\x1b[1m{site}\x1b[0m begins round {current + 1} with \x1b[32m{env['EPOCHS']} epochs\x1b[0m", flush=True)
    inputs, labels = points(int(site.rsplit("-", 1)[1]))
    optimizer = torch.optim.SGD(model.parameters(), lr=env["LR"], momentum=0.9)
    for epoch in range(int(env["EPOCHS"])):
        loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        logger.metric("batch_loss", loss.item(), step=current * int(env["EPOCHS"]) + epoch)
        if mode == "clock":
            print(f"the time is {time.time()}!", flush=True)
        time.sleep(float(env.get("PAUSE", 0)))
    logger.info(f"round {current + 1} trained, loss {loss.item():.4f}")
    if mode == "controls":
        print("a bell \x07, a title \x1b]0;evil\x07, <b>markup</b> and \x1b[31;1mred\x1b[0m", flush=True)
    if mode == "many":
        for number in range(int(env["LINES"])):
            print(f"line {number} of many")
    if mode == "raise" and current == 1:
        logger.warning("the next line raises")
        raise ValueError("the labels of this site do not fit the model")
    if mode == "exit":
        print("leaving without a word", flush=True)
        os._exit(3)
    if mode == "network":
        print("asking example.org", flush=True)
        socket.create_connection(("example.org", 80), timeout=5)
    if mode == "nan":
        print("weights of nothing", flush=True)
        for weights in model.parameters():
            weights.data.fill_(float("nan"))
    with torch.no_grad():
        accuracy = (model(inputs).argmax(1) == labels).float().mean().item()
    return {"weights": model.state_dict(), "samples": len(labels), "train_loss": loss.item(), "train_accuracy": accuracy}


def fl_validate(model, env, out_dir, logger=None):
    inputs, labels = points(100 + int(env["SITE_NAME"].rsplit("-", 1)[1]))
    with torch.no_grad():
        scores = model(inputs)
        accuracy = (scores.argmax(1) == labels).float().mean().item()
        loss = nn.functional.cross_entropy(scores, labels).item()
    return {"metrics": {"accuracy": accuracy, "val_loss": loss}, "samples": len(labels)}
