package dev.roundelay.contract.requirement;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A version by PEP 440, ordered as pip orders it. Equality follows the order: `1.0` equals `1.0.0` for `compareTo`.
///
/// @param epoch   0 if not given
/// @param release numbers, at least one
/// @param pre     `a`, `b` or `rc` and its number; empty if none
/// @param post    number of a post release, -1 if none
/// @param dev     number of a development release, -1 if none
/// @param local   what follows `+`; empty if none
public record PackageVersion(int epoch, List<BigInteger> release, String pre, long post, long dev, String local)
        implements Comparable<PackageVersion> {
    private static final Pattern FORM = Pattern.compile("v?(?:(\\d{1,8})!)?(\\d{1,18}(?:\\.\\d{1,18})*)"
            + "(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\\d{0,9}))?"
            + "(?:-(\\d{1,9})|[-_.]?(post|rev|r)[-_.]?(\\d{0,9}))?"
            + "(?:[-_.]?(dev)[-_.]?(\\d{0,9}))?"
            + "(?:\\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?");

    public PackageVersion {
        release = List.copyOf(release);
    }

    /// Returns the version that a text is, or empty if it is none.
    public static Optional<PackageVersion> find(String text) {
        Matcher m = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            return Optional.empty();
        }
        List<BigInteger> release =
                Arrays.stream(m.group(2).split("\\.")).map(BigInteger::new).toList();
        String pre = m.group(3) == null ? "" : shortName(m.group(3)) + number(m.group(4));
        long post = m.group(5) != null ? number(m.group(5)) : m.group(6) != null ? number(m.group(7)) : -1;
        long dev = m.group(8) == null ? -1 : number(m.group(9));
        String local = m.group(10) == null ? "" : m.group(10).replaceAll("[-_]", ".");
        int epoch = m.group(1) == null ? 0 : Integer.parseInt(m.group(1));
        return Optional.of(new PackageVersion(epoch, release, pre, post, dev, local));
    }

    /// Returns the number at a place of the release, 0 beyond its end.
    BigInteger releaseAt(int place) {
        return place < release.size() ? release.get(place) : BigInteger.ZERO;
    }

    /// Returns whether it is a pre-release or development release.
    boolean isPreRelease() {
        return !pre.isEmpty() || dev >= 0;
    }

    /// Returns this version without what follows `+`.
    PackageVersion withoutLocal() {
        return new PackageVersion(epoch, release, pre, post, dev, "");
    }

    /// Returns whether epoch and release are the same, missing numbers read as 0.
    boolean hasSameRelease(PackageVersion other) {
        return epoch == other.epoch && compareRelease(other, Math.max(release.size(), other.release.size())) == 0;
    }

    /// Compares so many numbers of the releases.
    int compareRelease(PackageVersion other, int places) {
        for (int i = 0; i < places; i++) {
            int order = releaseAt(i).compareTo(other.releaseAt(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    @Override
    public int compareTo(PackageVersion other) {
        int order = Integer.compare(epoch, other.epoch);
        if (order == 0) {
            order = compareRelease(other, Math.max(release.size(), other.release.size()));
        }
        if (order == 0) {
            order = preKey().compareTo(other.preKey());
        }
        if (order == 0) {
            order = Long.compare(post, other.post);
        }
        if (order == 0) {
            // A development release comes before the release that it leads to.
            order = Long.compareUnsigned(dev, other.dev);
        }
        return order == 0 ? compareLocal(other) : order;
    }

    // `1.0.dev1` < `1.0a1` < `1.0rc1` < `1.0`: fixed-width keys order as strings.
    private String preKey() {
        if (pre.isEmpty()) {
            return post < 0 && dev >= 0 ? "0" : "9";
        }
        String letters = pre.replaceAll("\\d", "");
        String digits = pre.replaceAll("\\D", "");
        return (letters.equals("a") ? "1" : letters.equals("b") ? "2" : "3")
                + String.format(Locale.ROOT, "%010d", Long.parseLong(digits));
    }

    private int compareLocal(PackageVersion other) {
        if (local.isEmpty() || other.local.isEmpty()) {
            return Boolean.compare(!local.isEmpty(), !other.local.isEmpty());
        }
        List<String> mine = new ArrayList<>(List.of(local.split("\\.")));
        List<String> theirs = new ArrayList<>(List.of(other.local.split("\\.")));
        for (int i = 0; i < Math.min(mine.size(), theirs.size()); i++) {
            boolean number = mine.get(i).matches("\\d+");
            if (number != theirs.get(i).matches("\\d+")) {
                return number ? 1 : -1;
            }
            int order = number
                    ? new BigInteger(mine.get(i)).compareTo(new BigInteger(theirs.get(i)))
                    : mine.get(i).compareTo(theirs.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(mine.size(), theirs.size());
    }

    private static String shortName(String name) {
        return switch (name) {
            case "a", "alpha" -> "a";
            case "b", "beta" -> "b";
            default -> "rc";
        };
    }

    private static long number(String digits) {
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }
}
