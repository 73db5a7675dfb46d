/// Metrics of a job in the forms of other tools: TensorBoard's event files, an MLflow tracking server.
///
/// TensorBoard's format: a file is a row of records, each `u64 length, u32 masked CRC32C of the length, bytes,
/// u32 masked CRC32C of the bytes`, little-endian; the bytes are a protobuf `Event`. Written here by hand, as
/// far as it is used:
/// [TFRecord](https://www.tensorflow.org/tutorials/load_data/tfrecord),
/// [event.proto](https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto).
///
/// MLflow is spoken to over its REST API 2.0. Its folder format is not written: MLflow itself gave it up, and
/// current versions refuse to open it.
@NullMarked
package dev.roundelay.cli.export;

import org.jspecify.annotations.NullMarked;
