package dev.roundelay.contract.requirement;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One requirement: a name with optional extras, version conditions and a marker. No URL, path or option.
///
/// @param name   normalised by PEP 503: lower case, `-` between its parts
/// @param extras normalised, sorted
/// @param marker null if it always holds
public record Requirement(
        String name,
        List<String> extras,
        List<Specifier> specifiers,
        @Nullable Marker marker) {
    private static final String NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
    private static final Pattern FORM = Pattern.compile("(" + NAME + ")\\s*(?:\\[([^\\]]*)\\])?\\s*(.*)");
    private static final Pattern SPECIFIER =
            Pattern.compile("\\s*(===|==|!=|<=|>=|~=|<|>)\\s*([A-Za-z0-9][A-Za-z0-9._+!-]*(?:\\.\\*)?)\\s*");

    public Requirement {
        extras = List.copyOf(extras);
        specifiers = List.copyOf(specifiers);
    }

    /// Returns the normalised form of a distribution's name.
    public static String normalise(String name) {
        return name.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT);
    }

    /// Reads one requirement.
    ///
    /// @throws IllegalArgumentException with what is wrong
    static Requirement parse(String line) {
        int semicolon = line.indexOf(';');
        String head = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
        Matcher form = FORM.matcher(head);
        if (!form.matches()) {
            throw new IllegalArgumentException("`" + shown(line) + "` does not begin with a package name");
        }
        List<String> extras = new ArrayList<>();
        if (form.group(2) != null) {
            for (String extra : form.group(2).split(",")) {
                if (!extra.strip().matches(NAME)) {
                    throw new IllegalArgumentException("`" + shown(extra) + "` is no extra");
                }
                extras.add(normalise(extra.strip()));
            }
        }
        Marker marker =
                semicolon < 0 ? null : new Marker(line.substring(semicolon + 1).strip());
        return new Requirement(
                normalise(form.group(1)),
                extras.stream().distinct().sorted().toList(),
                specifiers(form.group(3).strip()),
                marker);
    }

    /// Returns whether the marker holds for an interpreter.
    public boolean applies(Map<String, String> variables) {
        return marker == null || marker.holds(variables);
    }

    /// Returns whether an installed version meets every condition; with extras it never does, since what those need is
    /// not known here.
    public boolean isSatisfiedBy(@Nullable String installed) {
        if (installed == null || !extras.isEmpty()) {
            return false;
        }
        Optional<PackageVersion> version = PackageVersion.find(installed);
        return specifiers.isEmpty()
                || (version.isPresent() && specifiers.stream().allMatch(one -> one.accepts(version.get(), installed)));
    }

    /// Returns the line as pip reads it, always the same for equal requirements.
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(name);
        if (!extras.isEmpty()) {
            line.append('[').append(String.join(",", extras)).append(']');
        }
        line.append(String.join(
                ",", specifiers.stream().map(Specifier::toString).sorted().toList()));
        return marker == null
                ? line.toString()
                : line.append(" ; ").append(marker).toString();
    }

    private static List<Specifier> specifiers(String text) {
        String inner = text.startsWith("(") && text.endsWith(")") ? text.substring(1, text.length() - 1) : text;
        List<Specifier> specifiers = new ArrayList<>();
        if (inner.isBlank()) {
            return specifiers;
        }
        for (String part : inner.split(",", -1)) {
            Matcher matcher = SPECIFIER.matcher(part);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("`" + shown(part.strip()) + "` is no version condition");
            }
            String version = matcher.group(2);
            boolean prefix = version.endsWith(".*");
            String plain = prefix ? version.substring(0, version.length() - 2) : version;
            boolean isVersion = PackageVersion.find(plain).isPresent();
            if (!matcher.group(1).equals("===")
                    && (!isVersion || (prefix && !matcher.group(1).matches("==|!=")))) {
                throw new IllegalArgumentException("`" + shown(version) + "` is no version");
            }
            specifiers.add(new Specifier(matcher.group(1), version));
        }
        return specifiers;
    }

    private static String shown(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
