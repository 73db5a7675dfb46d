"""A small BERT of transformers that tells praise from blame, tuned by LoRA (peft); only the LoRA part leaves a site.

Needs torch, transformers and peft. Nothing is downloaded: the network is built from its configuration.
"""

import csv
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from torch.nn import functional as F  # noqa: N812
from transformers import BertConfig, BertForSequenceClassification

# fmt: off
WORDS = [
    "[pad]", "[cls]", "[other]", "the", "was", "is", "really", "very", "quite",
    "good", "great", "lovely", "perfect", "bad", "poor", "awful", "boring",
    "soup", "bread", "coffee", "waiter", "plot", "actor", "music", "ending",
]
# fmt: on
LENGTH = 10


class Reviews(nn.Module):
    """Input: word numbers [n, LENGTH]. Output: float32 [n, 2], scores of blame and praise."""

    def __init__(self, rank=8):
        super().__init__()
        base = BertForSequenceClassification(
            BertConfig(
                vocab_size=len(WORDS),
                hidden_size=64,
                num_hidden_layers=2,
                num_attention_heads=4,
                intermediate_size=128,
                max_position_embeddings=LENGTH,
                num_labels=2,
            )
        )
        # The base is frozen; trained are the LoRA matrices and, for SEQ_CLS, the classifier.
        lora = LoraConfig("SEQ_CLS", r=rank, lora_alpha=2 * rank, target_modules=["query", "value", "intermediate.dense"])
        self.network = get_peft_model(base, lora)

    def forward(self, words):
        return self.network(input_ids=words, attention_mask=(words != 0).long()).logits


def tuned(model):
    """The part of the weights that was trained: what a site sends. The rest stays as it is in the global model."""
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    return {name: tensor.cpu() for name, tensor in model.state_dict().items() if name in trained}


def load(path):
    """Reads a .csv of prepare.py: word numbers [n, LENGTH], labels [n] (1 is praise)."""
    number = {word: i for i, word in enumerate(WORDS)}
    labels, texts = zip(*csv.reader(Path(path).read_text().splitlines()))
    rows = [[1, *(number.get(word, 2) for word in text.split())] for text in texts]
    return torch.tensor([row + [0] * (LENGTH - len(row)) for row in rows]), torch.tensor([int(label) for label in labels])


def fl_train(model, env, out_dir, logger=None):
    """One round at one site: EPOCHS passes over its own reviews, from the global weights."""
    torch.set_num_threads(1)  # a network this small loses more than it gains by sharing a batch between cores
    words, labels = load(Path(env["DATA_ROOT"]) / "train.csv")
    device = next(model.parameters()).device
    words, labels = words.to(device), labels.to(device)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=env["LR"])
    model.train()
    step = 0
    for _ in range(int(env["EPOCHS"])):
        total = 0.0
        for batch in torch.randperm(len(labels), device=device).split(int(env["BATCH_SIZE"])):
            loss = F.cross_entropy(model(words[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            step += 1
            if logger is not None and hasattr(logger, "metric"):
                logger.metric("loss", loss, step=step)
    return {"weights": tuned(model), "samples": len(labels), "train_loss": total / len(labels)}


def fl_validate(model, env, out_dir, logger=None):
    """How good the global model is on reviews that this site keeps back from its training."""
    words, labels = load(Path(env["DATA_ROOT"]) / "valid.csv")
    device = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        right = model(words.to(device)).cpu().argmax(1) == labels
    return {"metrics": {"accuracy": float(right.float().mean())}, "samples": len(labels)}
