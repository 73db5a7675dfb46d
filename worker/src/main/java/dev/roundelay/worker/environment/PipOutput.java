package dev.roundelay.worker.environment;

import dev.roundelay.contract.FailureReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the lines of pip or uv, and says from them why a build failed: the tools have no better interface.
final class PipOutput {
    private static final int KEPT_LINES = 60;
    // An unreachable index also makes pip say that there is no such version: these are looked for first.
    private static final Pattern UNREACHABLE = Pattern.compile(
            "(?i)connection broken|failed to establish a new connection|temporary failure in name resolution"
                    + "|name or service not known|connection refused|connecttimeout|readtimeout|read timed out"
                    + "|max retries exceeded|ssl: |sslerror|certificate verify failed|proxyerror|http error 5\\d\\d"
                    + "|\\b50[0-4] (server|bad gateway|service)|network is unreachable|connection reset"
                    + "|error sending request|dns error|client error \\(connect\\)");
    // As index_gate.py says it.
    private static final Pattern FOREIGN = Pattern.compile("^\\[index] (\\S+) is no host of");
    private static final Pattern CUT_OFF = Pattern.compile("^\\[index] (\\S+ cannot be reached: .*)");
    private static final Pattern DISK =
            Pattern.compile("(?i)no space left on device|disk quota exceeded|file too large");
    private static final Pattern PACKAGE = Pattern.compile(
            "(?:No matching distribution found for|Could not find a version that satisfies the requirement"
                    + "|Cannot install|Because (?:there (?:is|are) no versions? of )?)\\s*([A-Za-z0-9][A-Za-z0-9._-]*"
                    + "(?:\\[[^\\]]*\\])?(?:[=<>!~]=?[^\\s,();]*)?)");
    private static final Pattern UNRESOLVABLE = Pattern.compile(
            "No matching distribution found|Could not find a version|ResolutionImpossible|conflicting dependencies"
                    + "|requires a different Python|Requires-Python|No solution found|was not found in the"
                    + "|No versions? of|have no wheels|no usable wheels|is not a supported wheel");

    // What pip found of that name and for this Python, whatever the pin says.
    private static final Pattern VERSIONS = Pattern.compile("\\(from versions: ([^)]*)\\)");
    private static final int SHOWN_VERSIONS = 5;

    private final Deque<String> last = new ArrayDeque<>();
    private boolean unreachable;
    private String cutOff = "";
    private boolean diskFull;
    private boolean unresolvable;
    private @Nullable String foreignHost;
    private String culprit = "";
    private @Nullable String versions;

    /// Takes a line.
    synchronized void accept(String line) {
        last.addLast(line);
        if (last.size() > KEPT_LINES) {
            last.removeFirst();
        }
        Matcher foreign = FOREIGN.matcher(line);
        if (foreign.find()) {
            foreignHost = foreign.group(1);
        }
        Matcher away = CUT_OFF.matcher(line);
        if (away.find()) {
            unreachable = true;
            cutOff = " (" + away.group(1) + ")";
        }
        unreachable |= UNREACHABLE.matcher(line).find();
        diskFull |= DISK.matcher(line).find();
        unresolvable |= UNRESOLVABLE.matcher(line).find();
        Matcher matcher = PACKAGE.matcher(line);
        if (matcher.find()) {
            culprit = matcher.group(1);
        }
        Matcher found = VERSIONS.matcher(line);
        if (found.find()) {
            versions = found.group(1).strip();
        }
    }

    /// Returns the failure of a build that ended with an error.
    synchronized EnvironmentException failure(boolean offline, boolean wheelsOnly) {
        String detail = String.join("\n", last);
        if (diskFull) {
            return failed("the disk is full", "ask the operator to free some", detail);
        }
        if (foreignHost != null) {
            return failed(
                    "the package index leads to " + foreignHost + ", which builds of this worker may not reach",
                    "ask the operator to name that host in --index-hosts",
                    detail);
        }
        if (unreachable) {
            return failed("the package index cannot be reached" + cutOff, "another worker is tried first", detail);
        }
        if (unresolvable) {
            String what = culprit.isEmpty() ? "the requirements" : culprit;
            String where = offline ? " among the packages that this worker has" : "";
            String wheels = wheelsOnly ? " (wheels only)" : "";
            return new EnvironmentException(
                    FailureReason.REQUIREMENTS_UNRESOLVABLE,
                    "[requirements.txt] " + what + " cannot be resolved" + where + wheels + found() + "; "
                            + FailureReason.REQUIREMENTS_UNRESOLVABLE.remedy(),
                    detail);
        }
        return failed("the installer failed", "read its last lines", detail);
    }

    private String found() {
        if (versions == null) {
            return "";
        }
        if (versions.isEmpty() || versions.equals("none")) {
            return ": nothing of that name fits this Python";
        }
        List<String> all = List.of(versions.split("\\s*,\\s*"));
        int from = Math.max(0, all.size() - SHOWN_VERSIONS);
        return ": for this Python there is " + (from > 0 ? "..., " : "")
                + String.join(", ", all.subList(from, all.size()));
    }

    /// Returns a failure that is not the user's.
    synchronized EnvironmentException failed(String what, String todo) {
        return failed(what, todo, String.join("\n", last));
    }

    private static EnvironmentException failed(String what, String todo, String detail) {
        return new EnvironmentException(
                FailureReason.ENVIRONMENT_FAILED, "[environment] " + what + "; " + todo, detail);
    }
}
