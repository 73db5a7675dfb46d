package dev.roundelay.cli.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.CRC32C;

/// Writes one event file of TensorBoard. TensorBoard keeps values as float32.
final class EventFile implements AutoCloseable {
    private static final int MASK = 0xa282ead8;
    private static final int DT_STRING = 7;

    private final OutputStream out;

    EventFile(Path file, Instant start) throws IOException {
        out = new BufferedOutputStream(Files.newOutputStream(file));
        record(event(start, 0).text(3, "brain.Event:2"));
    }

    void scalar(String tag, long step, double value, Instant time) throws IOException {
        summary(step, time, new Protobuf().text(1, tag).real32(2, (float) value));
    }

    /// Writes a text that TensorBoard shows as Markdown.
    void text(String tag, String markdown, Instant time) throws IOException {
        Protobuf shape = new Protobuf().message(2, new Protobuf().number(1, 1));
        Protobuf tensor = new Protobuf().number(1, DT_STRING).message(2, shape).text(8, markdown);
        Protobuf metadata = new Protobuf().message(1, new Protobuf().text(1, "text"));
        summary(0, time, new Protobuf().text(1, tag).message(8, tensor).message(9, metadata));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void summary(long step, Instant time, Protobuf value) throws IOException {
        record(event(time, step).message(5, new Protobuf().message(1, value)));
    }

    private static Protobuf event(Instant time, long step) {
        Protobuf event = new Protobuf().real64(1, time.getEpochSecond() + time.getNano() / 1e9);
        // A zero is left out, as protobuf does.
        return step == 0 ? event : event.number(2, step);
    }

    private void record(Protobuf event) throws IOException {
        byte[] data = event.bytes();
        byte[] length = littleEndian(8).putLong(data.length).array();
        out.write(length);
        out.write(masked(length));
        out.write(data);
        out.write(masked(data));
    }

    // Masked, so that a checksum over bytes that hold checksums stays one.
    private static byte[] masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return littleEndian(4)
                .putInt(Integer.rotateRight((int) crc.getValue(), 15) + MASK)
                .array();
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
