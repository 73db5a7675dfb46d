package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;

/// Writes state dicts as `.pt` files, straight from the memory of the views.
///
/// Python's `torch.load(path, weights_only=True)` gives an `OrderedDict` of contiguous CPU tensors, in the
/// order
/// given. The same tensors make the same bytes. No
/// method syncs the file to disk. Stateless.
public final class CheckpointWriter {
    static final String FOLDER = "checkpoint/";

    private CheckpointWriter() {}

    /// Writes a new file.
    ///
    /// @param path must not exist
    /// @throws TensorFormatException with `DUPLICATE_NAME` if two views have one name
    /// @throws IOException if the file exists or cannot be written; a part of it may then be left
    public static void write(Path path, Collection<TensorView> tensors) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            write(channel, tensors);
        }
    }

    /// Writes to a stream, which stays open and is not flushed; suits a download, since nothing is buffered
    /// but the
    /// names.
    public static void write(OutputStream stream, Collection<TensorView> tensors) throws IOException {
        write(Channels.newChannel(stream), tensors);
    }

    /// Writes to a channel, which stays open.
    public static void write(WritableByteChannel channel, Collection<TensorView> tensors) throws IOException {
        write(channel, tensors, StoredZipWriter.Zip64.AS_NEEDED);
    }

    static void write(WritableByteChannel channel, Collection<TensorView> tensors, StoredZipWriter.Zip64 zip64)
            throws IOException {
        TensorLayout layout =
                TensorLayout.of(tensors.stream().map(TensorView::spec).toList());
        StoredZipWriter zip = new StoredZipWriter(channel, zip64);
        zip.add(FOLDER + "data.pkl", MemorySegment.ofArray(pickle(layout)));
        zip.add(FOLDER + "byteorder", ascii("little"));
        int key = 0;
        for (TensorView tensor : tensors) {
            zip.add(FOLDER + "data/" + key++, tensor.segment());
        }
        zip.add(FOLDER + "version", ascii("3\n"));
        zip.finish();
    }

    private static byte[] pickle(TensorLayout layout) {
        PickleOutput pickle = new PickleOutput().emptyOrderedDict();
        int key = 0;
        for (TensorLayout.Entry entry : layout.entries()) {
            pickle.text(entry.name());
            tensor(pickle, entry, key++);
            pickle.op(Opcode.SETITEM);
        }
        return pickle.op(Opcode.STOP).toByteArray();
    }

    private static void tensor(PickleOutput pickle, TensorLayout.Entry entry, int key) {
        pickle.global("torch._utils", "_rebuild_tensor_v2").op(Opcode.MARK);
        pickle.op(Opcode.MARK)
                .shared("storage")
                .global("torch", entry.dtype().torchStorage())
                .text(Integer.toString(key))
                .shared("cpu")
                .number(entry.shape().elementCount())
                .op(Opcode.TUPLE)
                .op(Opcode.BINPERSID);
        pickle.number(0)
                .numbers(entry.shape().dimensions())
                .numbers(entry.shape().contiguousStrides())
                .op(Opcode.NEWFALSE)
                .emptyOrderedDict();
        pickle.op(Opcode.TUPLE).op(Opcode.REDUCE);
    }

    private static MemorySegment ascii(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }
}
