package dev.roundelay.contract.requirement;

import java.util.Optional;

/// One condition on a version, such as `>= 1.2`.
///
/// @param operator one of `==`, `!=`, `<=`, `>=`, `<`, `>`, `~=`, `===`
/// @param version  as written; with `==` and `!=` it may end in `.*`
public record Specifier(String operator, String version) {
    /// Returns whether an installed version meets the condition; pre-releases count, as they do for pip when installed.
    public boolean accepts(PackageVersion candidate, String asWritten) {
        if (operator.equals("===")) {
            return version.equalsIgnoreCase(asWritten);
        }
        boolean prefix = version.endsWith(".*");
        Optional<PackageVersion> found =
                PackageVersion.find(prefix ? version.substring(0, version.length() - 2) : version);
        if (found.isEmpty()) {
            return false;
        }
        PackageVersion wanted = found.get();
        PackageVersion compared = wanted.local().isEmpty() ? candidate.withoutLocal() : candidate;
        return switch (operator) {
            case "==" -> prefix ? startsWith(candidate, wanted) : compared.compareTo(wanted) == 0;
            case "!=" -> prefix ? !startsWith(candidate, wanted) : compared.compareTo(wanted) != 0;
            case "<=" -> compared.compareTo(wanted) <= 0;
            case ">=" -> compared.compareTo(wanted) >= 0;
            case "<" ->
                compared.compareTo(wanted) < 0
                        && (wanted.isPreRelease() || !candidate.isPreRelease() || !candidate.hasSameRelease(wanted));
            case ">" ->
                compared.compareTo(wanted) > 0
                        && (wanted.post() >= 0 || candidate.post() < 0 || !candidate.hasSameRelease(wanted));
            case "~=" ->
                compared.compareTo(wanted) >= 0
                        && candidate.epoch() == wanted.epoch()
                        && candidate.compareRelease(wanted, wanted.release().size() - 1) == 0;
            default -> false;
        };
    }

    private static boolean startsWith(PackageVersion candidate, PackageVersion wanted) {
        return candidate.epoch() == wanted.epoch()
                && candidate.compareRelease(wanted, wanted.release().size()) == 0;
    }

    @Override
    public String toString() {
        return operator + version;
    }
}
