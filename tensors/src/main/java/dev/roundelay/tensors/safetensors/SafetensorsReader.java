package dev.roundelay.tensors.safetensors;

import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/// A checked safetensors file, mapped into memory.
///
/// The file must be finished: a file that shrinks while it is mapped kills the process. The caller closes
/// the reader,
/// and with it all views; views used
/// afterwards throw `IllegalStateException`. Safe for use by several threads.
public final class SafetensorsReader implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final MemorySegment file;
    private final SafetensorsHeader header;

    private SafetensorsReader(Path path, Arena arena, MemorySegment file, SafetensorsHeader header) {
        this.path = path;
        this.arena = arena;
        this.file = file;
        this.header = header;
    }

    /// Maps a finished file and checks everything but the elements.
    ///
    /// @throws TensorFormatException if the file is not sound or exceeds `limits`; its place is the file's
    /// name
    /// @throws IOException if the file cannot be opened or mapped
    @SuppressWarnings("MustBeClosedChecker") // the reader owns the arena
    public static SafetensorsReader open(Path path, SafetensorsLimits limits) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new SafetensorsReader(path, arena, file, SafetensorsHeader.parse(file, limits));
        } catch (TensorFormatException e) {
            arena.close();
            throw e.within(String.valueOf(path.getFileName()));
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    /// Maps a finished file that this program wrote, without limits on its size.
    ///
    /// @throws TensorFormatException if the file is not sound
    /// @throws IOException if the file cannot be opened or mapped
    public static SafetensorsReader open(Path path) throws IOException {
        return open(path, SafetensorsLimits.ofOwnFile());
    }

    public Path path() {
        return path;
    }

    /// Names, dtypes, shapes and offsets, in the file's order.
    public TensorLayout layout() {
        return header.layout();
    }

    /// The strings under `__metadata__`, in the file's order; empty if there are none.
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /// Size of the JSON header, without the eight bytes before it.
    public long headerBytes() {
        return header.jsonBytes();
    }

    /// Size of the whole file.
    public long fileBytes() {
        return file.byteSize();
    }

    /// The elements of all tensors, one behind the other in the layout's order; read only.
    public MemorySegment data() {
        return file.asSlice(header.dataOffset());
    }

    /// The whole file; read only.
    public MemorySegment file() {
        return file;
    }

    /// The tensor of that name.
    ///
    /// @throws TensorFormatException with `UNKNOWN_TENSOR` if there is none
    public TensorView view(String name) {
        return view(layout().entry(name));
    }

    /// All tensors, in the file's order.
    public List<TensorView> views() {
        return layout().entries().stream().map(this::view).toList();
    }

    /// Unmaps the file.
    @Override
    public void close() {
        arena.close();
    }

    private TensorView view(TensorLayout.Entry entry) {
        return new TensorView(entry.spec(), file.asSlice(header.dataOffset() + entry.offset(), entry.byteSize()));
    }
}
