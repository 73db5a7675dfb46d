package dev.roundelay.tensors.aggregation;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Where finished blocks of an aggregate go.
///
/// Called by several threads at once, in any order; each byte of the aggregate comes exactly once.
@FunctionalInterface
public interface BlockSink {
    /// Takes a block.
    ///
    /// @param offset where the block starts, in bytes from the start of the data
    /// @param block little-endian elements; not to be used after the call
    /// @throws IOException if the block cannot be stored; ends the aggregation
    void write(long offset, ByteBuffer block) throws IOException;
}
