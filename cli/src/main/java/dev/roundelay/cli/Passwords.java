package dev.roundelay.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Asks for e-mail and password on the terminal; from files or standard input where there is no terminal.
final class Passwords {
    @Option(names = "--email", paramLabel = "EMAIL", description = "Instead of asking.")
    @Nullable
    String email;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "File with the password, instead of asking; - reads standard input.")
    @Nullable
    String passwordFile;

    String email(ClientOptions client) {
        if (email != null) {
            return email;
        }
        Console console = terminal(client, "--email");
        String answer = console.readLine("E-mail: ");
        if (answer == null || answer.isBlank()) {
            throw client.wrong("[--email] none given; nothing was done");
        }
        return answer.strip();
    }

    String password(ClientOptions client) throws IOException {
        if ("-".equals(passwordFile)) {
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String line = input.readLine();
            return line == null ? "" : line;
        }
        if (passwordFile != null) {
            return Files.readString(Path.of(passwordFile)).strip();
        }
        char[] answer = terminal(client, "--password-file").readPassword("Password: ");
        if (answer == null || answer.length == 0) {
            throw client.wrong("[--password-file] no password given; nothing was done");
        }
        return new String(answer);
    }

    private static Console terminal(ClientOptions client, String option) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw client.wrong("[" + option + "] there is no terminal to ask on; give the option");
        }
        return console;
    }
}
