package dev.roundelay.tensors;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Says that a file of tensors, or an update, cannot be used, and why.
///
/// The message reads `[where, tensor NAME] what; remedy`. A caller that knows more about the place adds it
/// with
/// [#within].
public final class TensorFormatException extends RuntimeException {
    private static final int MAX_SHOWN_CHARS = 200;

    private final TensorFault fault;
    private final List<String> where;
    private final @Nullable String tensor;
    private final String what;
    private final String remedy;

    /// A fault of the file as a whole.
    ///
    /// @param what what is wrong, with got and expected
    /// @param remedy what to do about it
    public TensorFormatException(TensorFault fault, String what, String remedy) {
        this(fault, List.of(), null, what, remedy, null);
    }

    /// A fault of one tensor.
    public TensorFormatException(TensorFault fault, String tensor, String what, String remedy) {
        this(fault, List.of(), tensor, what, remedy, null);
    }

    private TensorFormatException(
            TensorFault fault,
            List<String> where,
            @Nullable String tensor,
            String what,
            String remedy,
            @Nullable Throwable cause) {
        super(message(where, tensor, what, remedy), cause);
        this.fault = fault;
        this.where = where;
        this.tensor = tensor;
        this.what = what;
        this.remedy = remedy;
    }

    /// The same fault with one more word on the place in front, such as `round 3, site site-2`, or a file's
    /// name.
    public TensorFormatException within(String place) {
        List<String> places = new ArrayList<>();
        places.add(shown(place));
        places.addAll(where);
        return new TensorFormatException(fault, List.copyOf(places), tensor, what, remedy, this);
    }

    public TensorFault fault() {
        return fault;
    }

    /// The tensor's name as the file has it, where the fault is of one tensor.
    public Optional<String> tensor() {
        return Optional.ofNullable(tensor);
    }

    /// What is wrong, without the place and the remedy.
    public String what() {
        return what;
    }

    /// What to do about it.
    public String remedy() {
        return remedy;
    }

    /// A string of a file made fit for a message: control characters escaped, cut to a readable length.
    public static String shown(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), MAX_SHOWN_CHARS));
        for (int i = 0; i < text.length(); i++) {
            if (out.length() >= MAX_SHOWN_CHARS) {
                return out.append("...").toString();
            }
            char c = text.charAt(i);
            if (isUnprintable(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isUnprintable(char c) {
        int type = Character.getType(c);
        return Character.isISOControl(c)
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static String message(List<String> where, @Nullable String tensor, String what, String remedy) {
        List<String> places = new ArrayList<>(where);
        if (tensor != null) {
            places.add("tensor " + shown(tensor));
        }
        String place = places.isEmpty() ? "" : "[" + String.join(", ", places) + "] ";
        return place + what + "; " + remedy;
    }
}
