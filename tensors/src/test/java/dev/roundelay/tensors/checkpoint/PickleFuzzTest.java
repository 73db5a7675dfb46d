package dev.roundelay.tensors.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.tensors.RandomTensors;
import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// A pickle is refused for one of three reasons; what is read has keys that end, whatever contains itself.
class PickleFuzzTest extends DecoderFuzz {
    private static final Set<TensorFault> REFUSALS = EnumSet.of(
            TensorFault.REFUSED_PICKLE,
            TensorFault.MALFORMED_PICKLE,
            TensorFault.HEADER_TOO_LARGE,
            TensorFault.TRUNCATED);

    @Override
    protected List<byte[]> samples() throws IOException {
        List<byte[]> samples = new ArrayList<>();
        for (long seed = 1; seed <= 6; seed++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CheckpointWriter.write(bytes, RandomTensors.stateDict(seed));
            StoredZipReader zip = new StoredZipReader(MemorySegment.ofArray(bytes.toByteArray()));
            String pickle = zip.names().stream()
                    .filter(name -> name.endsWith("/data.pkl"))
                    .findFirst()
                    .orElseThrow();
            samples.add(zip.find(pickle).orElseThrow().toArray(ValueLayout.JAVA_BYTE));
        }
        // As torch.save writes a tensor of a list and of a dict, by hand.
        samples.add(PickleBytes.protocol2()
                .raw('}')
                .text("weight")
                .tensor("FloatStorage", "0", 6, 0, new long[] {2, 3}, new long[] {3, 1})
                .raw('s', '.')
                .toByteArray());
        return samples;
    }

    @Override
    protected Outcome decode(byte[] input) {
        try {
            PickleValue value = Unpickler.read(MemorySegment.ofArray(input));
            assertThat(value.kind()).isNotEmpty();
            if (value instanceof PickleValue.Dict dict) {
                assertThat(dict.items().keySet())
                        .allMatch(key -> key instanceof PickleValue.Text || key instanceof PickleValue.Int);
            }
            return Outcome.READ;
        } catch (TensorFormatException e) {
            assertThat(REFUSALS).contains(e.fault());
            return Outcome.REFUSED;
        }
    }
}
