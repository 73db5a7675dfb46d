package dev.roundelay.contract.requirement;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A marker by PEP 508, such as `python_version < "3.12" and sys_platform == "linux"`.
///
/// @param text as written
public record Marker(String text) {
    private static final Set<String> VARIABLES = Set.of(
            "python_version",
            "python_full_version",
            "os_name",
            "sys_platform",
            "platform_release",
            "platform_system",
            "platform_version",
            "platform_machine",
            "platform_python_implementation",
            "implementation_name",
            "implementation_version",
            "extra");
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(?:(\"[^\"]*\"|'[^']*')|(===|==|!=|<=|>=|~=|<|>|\\(|\\))|([A-Za-z_.]+))");
    private static final int MAX_DEPTH = 20;

    /// Checks the marker.
    ///
    /// @throws IllegalArgumentException with what is wrong
    public Marker {
        new Reader(tokens(text), Map.of()).readAll();
    }

    /// Returns whether it holds; variables that are not given are empty strings.
    public boolean holds(Map<String, String> variables) {
        return new Reader(tokens(text), variables).readAll();
    }

    @Override
    public String toString() {
        return text;
    }

    private static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        int at = 0;
        String whole = text.stripTrailing();
        while (at < whole.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException("marker `" + text + "` cannot be read");
            }
            tokens.add(matcher.group().strip());
            at = matcher.end();
        }
        return tokens;
    }

    private static final class Reader {
        private final List<String> tokens;
        private final Map<String, String> variables;
        private int at;
        private int depth;

        Reader(List<String> tokens, Map<String, String> variables) {
            this.tokens = tokens;
            this.variables = variables;
        }

        boolean readAll() {
            boolean value = or();
            if (at != tokens.size()) {
                throw new IllegalArgumentException("marker has `" + tokens.get(at) + "` where it should end");
            }
            return value;
        }

        private boolean or() {
            boolean value = and();
            while (peek().equals("or")) {
                at++;
                value |= and();
            }
            return value;
        }

        private boolean and() {
            boolean value = comparison();
            while (peek().equals("and")) {
                at++;
                value &= comparison();
            }
            return value;
        }

        private boolean comparison() {
            if (peek().equals("(")) {
                at++;
                if (++depth > MAX_DEPTH) {
                    throw new IllegalArgumentException("marker is nested too deeply");
                }
                boolean value = or();
                depth--;
                expect(")");
                return value;
            }
            String left = next();
            String operator = next();
            if (operator.equals("not")) {
                expect("in");
                operator = "not in";
            }
            return compare(left, operator, next());
        }

        private boolean compare(String left, String operator, String right) {
            String a = value(left);
            String b = value(right);
            if (operator.equals("in") || operator.equals("not in")) {
                return b.contains(a) == operator.equals("in");
            }
            if (!Set.of("===", "==", "!=", "<=", ">=", "~=", "<", ">").contains(operator)) {
                throw new IllegalArgumentException("marker has `" + operator + "` where a comparison should be");
            }
            Optional<PackageVersion> version = PackageVersion.find(a);
            if (version.isPresent()
                    && PackageVersion.find(b.replaceAll("\\.\\*$", "")).isPresent()) {
                return new Specifier(operator, b).accepts(version.get(), a);
            }
            return switch (operator) {
                case "==", "===" -> a.equals(b);
                case "!=" -> !a.equals(b);
                case "<" -> a.compareTo(b) < 0;
                case "<=" -> a.compareTo(b) <= 0;
                case ">" -> a.compareTo(b) > 0;
                case ">=" -> a.compareTo(b) >= 0;
                default -> false;
            };
        }

        private String value(String token) {
            if (token.startsWith("\"") || token.startsWith("'")) {
                return token.substring(1, token.length() - 1);
            }
            if (!VARIABLES.contains(token)) {
                throw new IllegalArgumentException("marker has an unknown variable `" + token + "`");
            }
            return variables.getOrDefault(token, "");
        }

        private String peek() {
            return at < tokens.size() ? tokens.get(at) : "";
        }

        private String next() {
            if (at == tokens.size()) {
                throw new IllegalArgumentException("marker ends too early");
            }
            return tokens.get(at++);
        }

        private void expect(String token) {
            if (!next().equals(token)) {
                throw new IllegalArgumentException("marker lacks `" + token + "`");
            }
        }
    }
}
