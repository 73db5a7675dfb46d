package dev.roundelay.cli;

import dev.roundelay.sdk.Roundelay;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// The options of every command that talks to a server.
final class ClientOptions {
    @Option(names = "--url", paramLabel = "URL", description = "Server, or several with commas.")
    @Nullable
    String url;

    @Option(names = "--api-key-file", paramLabel = "FILE", description = "File with the API key.")
    @Nullable
    Path apiKeyFile;

    @Option(names = "--allow-http", description = "Let the key go over plain HTTP to another machine.")
    boolean allowHttp;

    @Option(names = "--cacert", paramLabel = "FILE", description = "Authority of the server's certificate (PEM).")
    @Nullable
    Path cacert;

    @Option(names = "--json", description = "Print JSON instead of text.")
    boolean json;

    @Spec(Target.MIXEE)
    CommandSpec spec = CommandSpec.create();

    Roundelay client() {
        return builder().build();
    }

    Roundelay.Builder builder() {
        return Roundelay.builder().url(url).apiKey(key()).allowHttp(allowHttp).cacert(cacert);
    }

    Output output() {
        return new Output(spec.commandLine().getOut(), json);
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private @Nullable String key() {
        if (apiKeyFile == null) {
            return null;
        }
        try {
            return Files.readString(apiKeyFile).strip();
        } catch (IOException e) {
            throw wrong("[--api-key-file] " + apiKeyFile + " cannot be read: " + e.getMessage());
        }
    }
}
