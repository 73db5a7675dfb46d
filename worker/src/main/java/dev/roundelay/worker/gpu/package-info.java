/// The GPUs of this machine: what the driver says of them, whether CUDA works on them in a job's sandbox, who has them.
@NullMarked
package dev.roundelay.worker.gpu;

import org.jspecify.annotations.NullMarked;
