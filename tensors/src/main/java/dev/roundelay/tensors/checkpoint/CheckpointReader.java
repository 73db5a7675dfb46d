package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.safetensors.SafetensorsLimits;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.StridedView;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A checked `.pt` file that holds a state dict, mapped into memory. Nothing in the file is run.
///
/// The file must be finished: a file that shrinks while it is mapped kills the process. The caller closes
/// the reader,
/// and with it all views; views used
/// afterwards throw `IllegalStateException`. Safe for use by several threads.
public final class CheckpointReader implements AutoCloseable {
    private static final String PICKLE = "data.pkl";

    private final Arena arena;
    private final List<StridedView> tensors;
    private final TensorLayout layout;

    private CheckpointReader(Arena arena, List<StridedView> tensors) {
        this.arena = arena;
        this.tensors = tensors;
        this.layout = TensorLayout.of(tensors.stream().map(StridedView::spec).toList());
    }

    /// Maps a finished file, and checks it down to the checksums of its bytes.
    ///
    /// @param maxLogicalBytes largest sum of the tensors' bytes once each is laid out by itself: a few
    /// stored
    /// bytes can stand for terabytes
    /// @throws TensorFormatException if the file is damaged, holds anything but named tensors, or exceeds
    /// the
    /// limit; its place is the file's name
    /// @throws IOException if the file cannot be opened or mapped
    @SuppressWarnings("MustBeClosedChecker") // the reader owns the arena
    public static CheckpointReader open(Path path, long maxLogicalBytes) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new CheckpointReader(arena, tensors(file, maxLogicalBytes));
        } catch (TensorFormatException e) {
            arena.close();
            throw e.within(String.valueOf(path.getFileName()));
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    /// Names, dtypes and shapes, in the state dict's order; offsets are those that the tensors will have in
    /// a
    /// safetensors file.
    public TensorLayout layout() {
        return layout;
    }

    /// All tensors, in the state dict's order.
    public List<StridedView> tensors() {
        return tensors;
    }

    /// Unmaps the file.
    @Override
    public void close() {
        arena.close();
    }

    private static List<StridedView> tensors(MemorySegment file, long maxLogicalBytes) {
        StoredZipReader zip = new StoredZipReader(file);
        String folder = folder(zip);
        requireLittleEndian(zip, folder);
        zip.requireChecksum(folder + PICKLE);
        PickleValue root = Unpickler.read(zip.find(folder + PICKLE).orElseThrow());
        if (!(root instanceof PickleValue.Dict stateDict)) {
            throw notAStateDict("the checkpoint is a " + root.kind());
        }
        requireTensorCount(stateDict.items().size());
        List<StridedView> tensors = new ArrayList<>();
        Set<String> checkedStorages = new HashSet<>();
        long logicalBytes = 0;
        for (Map.Entry<PickleValue, PickleValue> item : stateDict.items().entrySet()) {
            if (!(item.getKey() instanceof PickleValue.Text(String name))) {
                throw notAStateDict(
                        "a key of the checkpoint is a " + item.getKey().kind());
            }
            if (!(item.getValue() instanceof PickleValue.Tensor tensor)) {
                throw new TensorFormatException(
                        TensorFault.NOT_A_STATE_DICT,
                        name,
                        "is a " + item.getValue().kind() + ", expected a tensor",
                        "save only model.state_dict()");
            }
            StridedView view = view(name, tensor, zip, folder);
            logicalBytes = addWithin(logicalBytes, view.spec(), maxLogicalBytes);
            String storage = entryName(folder, tensor.storage());
            if (checkedStorages.add(storage)) {
                zip.requireChecksum(storage);
            }
            tensors.add(view);
        }
        return List.copyOf(tensors);
    }

    private static String folder(StoredZipReader zip) {
        List<String> pickles = zip.names().stream()
                .filter(name -> name.indexOf('/') == name.length() - PICKLE.length() - 1 && name.endsWith(PICKLE))
                .toList();
        if (pickles.size() != 1) {
            throw ZipDirectory.malformed(
                    "the zip archive has " + pickles.size() + " folders with data.pkl, expected one");
        }
        String pickle = pickles.getFirst();
        return pickle.substring(0, pickle.length() - PICKLE.length());
    }

    private static void requireLittleEndian(StoredZipReader zip, String folder) {
        byte[] little = "little".getBytes(StandardCharsets.US_ASCII);
        zip.find(folder + "byteorder").ifPresent(order -> {
            if (order.mismatch(MemorySegment.ofArray(little)) != -1) {
                throw ZipDirectory.unsupported("byteorder is not little");
            }
        });
    }

    private static void requireTensorCount(int count) {
        if (count > SafetensorsLimits.MAX_TENSORS) {
            throw new TensorFormatException(
                    TensorFault.TOO_MANY_TENSORS,
                    "the checkpoint has " + count + " tensors, at most " + SafetensorsLimits.MAX_TENSORS
                            + " are allowed",
                    "save only model.state_dict()");
        }
    }

    private static StridedView view(String name, PickleValue.Tensor tensor, StoredZipReader zip, String folder) {
        PickleValue.Storage storage = tensor.storage();
        MemorySegment bytes = zip.find(entryName(folder, storage))
                .orElseThrow(() -> new TensorFormatException(
                        TensorFault.OUTSIDE_STORAGE,
                        name,
                        "its storage " + TensorFormatException.shown(storage.key()) + " is missing",
                        "save the checkpoint again with torch.save"));
        int elementBytes = storage.dtype().byteSize();
        if (bytes.byteSize() % elementBytes != 0 || bytes.byteSize() / elementBytes != storage.elements()) {
            throw new TensorFormatException(
                    TensorFault.OUTSIDE_STORAGE,
                    name,
                    "its storage has " + bytes.byteSize() + " bytes, expected " + storage.elements() + " elements of "
                            + storage.dtype(),
                    "save the checkpoint again with torch.save");
        }
        try {
            TensorSpec spec = new TensorSpec(name, storage.dtype(), new Shape(tensor.size()));
            return new StridedView(spec, bytes, tensor.offset(), tensor.strides());
        } catch (TensorFormatException e) {
            throw e.tensor().isPresent() ? e : new TensorFormatException(e.fault(), name, e.what(), e.remedy());
        }
    }

    private static long addWithin(long logicalBytes, TensorSpec spec, long maxLogicalBytes) {
        if (spec.byteSize() > maxLogicalBytes - logicalBytes) {
            throw new TensorFormatException(
                    TensorFault.TOO_LARGE,
                    spec.name(),
                    "the tensors up to this one have more than " + maxLogicalBytes + " bytes",
                    "make the model smaller or raise the limit; save expanded tensors as they are meant");
        }
        return logicalBytes + spec.byteSize();
    }

    private static String entryName(String folder, PickleValue.Storage storage) {
        return folder + "data/" + storage.key();
    }

    private static TensorFormatException notAStateDict(String what) {
        return new TensorFormatException(
                TensorFault.NOT_A_STATE_DICT,
                what + ", expected a dict of tensors by name",
                "save only model.state_dict()");
    }
}
