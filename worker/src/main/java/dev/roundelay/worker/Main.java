package dev.roundelay.worker;

import dev.roundelay.worker.client.Backoff;
import dev.roundelay.worker.client.RefusedException;
import dev.roundelay.worker.client.ServerList;
import dev.roundelay.worker.client.WorkerClient;
import dev.roundelay.worker.config.ConfigException;
import dev.roundelay.worker.config.EnvironmentDefaults;
import dev.roundelay.worker.config.Logging;
import dev.roundelay.worker.config.Tls;
import dev.roundelay.worker.config.WorkerConfig;
import dev.roundelay.worker.config.WorkerOptions;
import dev.roundelay.worker.register.Identity;
import dev.roundelay.worker.register.Join;
import dev.roundelay.worker.register.JoinRefusedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `roundelay worker`: runs an agent in the foreground.
///
/// Exit codes: 0 stopped, 1 the machine failed, 2 wrong options, 3 cannot join, 4 the server does not want this worker
/// any more.
@Command(
        name = "roundelay worker",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = "Runs a worker. Every option --some-name may be given as ROUNDELAY_SOME_NAME.")
public final class Main implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int WRONG_OPTIONS = 2;
    private static final int CANNOT_JOIN = 3;
    private static final int NOT_WANTED = 4;

    @Mixin
    private WorkerOptions options = new WorkerOptions();

    /// What `--version` prints: the version in the jar's manifest.
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"roundelay " + (version == null ? "(development)" : version)};
        }
    }

    /// Starts the program.
    public static void main(String[] args) {
        Logging.toStandardError();
        System.exit(new CommandLine(new Main())
                .setDefaultValueProvider(new EnvironmentDefaults(System.getenv()))
                .execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            WorkerConfig config =
                    options.resolve(hostName(), Path.of(System.getProperty("user.home")), System.getenv());
            if (options.leaves()) {
                leave(config);
                return 0;
            }
            if (options.joinsOnly()) {
                new Agent(config, System.out::println).join();
                return 0;
            }
            runUntilStopped(config);
            return 0;
        } catch (ConfigException e) {
            return say(WRONG_OPTIONS, String.valueOf(e.getMessage()));
        } catch (JoinRefusedException e) {
            return say(CANNOT_JOIN, String.valueOf(e.getMessage()));
        } catch (RefusedException e) {
            return say(
                    NOT_WANTED,
                    "[server] does not want this worker any more: " + e.getMessage()
                            + "; to join anew, remove worker.json in the data folder and give a join token");
        } catch (IOException e) {
            return say(FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static void runUntilStopped(WorkerConfig config)
            throws IOException, JoinRefusedException, RefusedException, InterruptedException {
        Thread main = Thread.currentThread();
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endAgent(main, ended), "ending"));
        if (config.exitWithParent()) {
            endWithParent(main);
        }
        try {
            new Agent(config, System.out::println).run();
        } catch (InterruptedException _) {
            // Asked to stop, by a signal or by the end of the parent: that is a good end.
            return;
        } finally {
            ended.countDown();
        }
    }

    /// Waits for the agent, not for its thread: that one may itself wait for this hook, in `System.exit`.
    private static void endAgent(Thread main, CountDownLatch ended) {
        main.interrupt();
        try {
            if (!ended.await(10, TimeUnit.SECONDS)) {
                System.err.println("[worker] the agent has not ended after 10 s; its processes end with it now");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void endWithParent(Thread main) {
        Optional<ProcessHandle> parent = ProcessHandle.current().parent();
        if (parent.isEmpty()) {
            main.interrupt();
            return;
        }
        var _ = parent.get().onExit().thenRun(main::interrupt);
    }

    private static void leave(WorkerConfig config)
            throws IOException, RefusedException, JoinRefusedException, InterruptedException {
        Backoff backoff = new Backoff(RandomGenerator.getDefault(), Thread::sleep);
        try (WorkerClient client = new WorkerClient(new ServerList(config.servers()), Tls.of(config), backoff)) {
            Join join = new Join(config.dataDir(), client, backoff, InstantSource.system());
            Optional<Identity> identity = join.find();
            if (identity.isEmpty()) {
                throw new JoinRefusedException(
                        "[--data-dir] " + config.dataDir() + " has joined no server; there is nothing to leave");
            }
            client.joined(identity.get().secret(), null).leave();
            join.forget();
        }
    }

    private static int say(int code, String message) {
        System.err.println(message);
        return code;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "worker";
        }
    }
}
