"""The client of Flower: adds one."""

from add_one import trained
from flwr.app import Array, ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()


@app.train()
def train(message: Message, context: Context) -> Message:
    weights = {name: array.numpy() for name, array in message.content["arrays"].items()}
    update = trained(weights, int(context.node_config["partition-id"]))
    content = {
        "arrays": ArrayRecord({name: Array(value) for name, value in update.items()}),
        "metrics": MetricRecord({"num-examples": 1}),
    }
    return Message(content=RecordDict(content), reply_to=message)
