package dev.roundelay.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Folders that hostile code left behind, or still writes to, are removed, and nothing else is.
@Timeout(120)
class UntrustedTreeIT {
    @TempDir
    Path folder;

    private Path out;
    private Path kept;

    @BeforeEach
    void make() throws IOException {
        out = Files.createDirectories(folder.resolve("out"));
        kept = Files.createDirectories(folder.resolve("kept"));
        Files.writeString(kept.resolve("secret"), "s3cret");
    }

    @Test
    void a_tree_of_ten_thousand_levels_is_removed() throws Exception {
        python("""
                for _ in range(10_000):
                    os.mkdir('deep'); os.chdir('deep')
                    open('x', 'w').close(); os.symlink('KEPT', 'link')
                """);

        assertThat(UntrustedTree.size(out, Long.MAX_VALUE).depth()).isGreaterThan(UntrustedTree.DEEPEST);
        assertRemoved();
    }

    @Test
    void modes_names_and_kinds_of_files_do_not_matter() throws Exception {
        python("""
                os.makedirs('locked/in/here'); open('locked/in/here/x', 'w').close()
                for path, mode in (('locked/in/here', 0), ('locked/in', 0o500), ('locked', 0o111)): os.chmod(path, mode)
                for name in (b'x' * 255, b'\\xff\\xfe', b'new\\nline', b'-rf', b'. ', b'...'):
                    open(name, 'w').close(); os.mkdir(b'd' + name[:254]); open(b'd' + name[:254] + b'/x', 'w').close()
                open('setuid', 'w').close(); os.chmod('setuid', 0o6755)
                os.symlink('KEPT', 'link'); os.symlink('KEPT/secret', 'file'); os.mkfifo('pipe')
                import socket; socket.socket(socket.AF_UNIX).bind('socket')
                os.link('setuid', 'second')
                """);

        assertRemoved();
    }

    /// The worst of them: a folder that is a folder when it is looked at, and a link to something else when it is used.
    @Test
    void what_turns_into_a_link_meanwhile_leads_nowhere() throws Exception {
        for (int i = 0; i < 400; i++) {
            Files.writeString(kept.resolve("file" + i), "kept");
        }
        Set<PosixFilePermission> before = Files.getPosixFilePermissions(kept);
        Process attacker = start("""
                print('started', flush=True)
                while True:
                    for _ in range(200):
                        try:
                            os.mkdir('d', 0o500); os.rename('d', 'e')
                            os.symlink('KEPT', 'd'); os.rename('d', 'f'); os.unlink('f')
                            os.rename('e', 'd'); os.mkfifo('p'); os.rename('p', 'd'); os.unlink('d')
                        except OSError: pass
                        for name in ('d', 'e', 'f', 'p'):
                            try: os.unlink(name)
                            except OSError: pass
                            try: os.rmdir(name)
                            except OSError: pass
                        try: os.symlink('KEPT', 'd')
                        except OSError: pass
                    os.chdir('OUT')
                """.replace("OUT", out.toString()));
        try {
            assertThat(attacker.inputReader().readLine()).isEqualTo("started");
            for (int i = 0; i < 3_000 && attacker.isAlive(); i++) {
                Files.createDirectories(out.resolve("d2/d"));
                UntrustedTree.size(out, Long.MAX_VALUE);
                UntrustedTree.remove(out.resolve("d"));
                UntrustedTree.remove(out.resolve("d2"));
            }
        } finally {
            attacker.destroyForcibly().waitFor();
        }

        assertRemoved();
        assertThat(kept.toFile().list()).hasSize(401);
        assertThat(Files.getPosixFilePermissions(kept)).isEqualTo(before);
    }

    @Test
    void a_link_in_its_place_is_removed_itself() throws Exception {
        Files.delete(out);
        Files.createSymbolicLink(out, kept);

        assertThat(UntrustedTree.size(out, Long.MAX_VALUE).bytes()).isZero();
        assertRemoved();
    }

    @Test
    void sizes_are_those_of_the_disk_where_they_are_larger() throws Exception {
        Files.write(out.resolve("a"), new byte[100_000]);
        python("import ctypes; l = ctypes.CDLL(None); l.fallocate.argtypes = [ctypes.c_int] * 2 + [ctypes.c_long] * 2;"
                + " l.fallocate(os.open('b', os.O_CREAT | os.O_RDWR), 1, 0, 5_000_000)");

        assertThat(UntrustedTree.size(out, Long.MAX_VALUE).bytes()).isBetween(5_100_000L, 5_200_000L);
    }

    private void assertRemoved() {
        assertThat(UntrustedTree.remove(out)).isTrue();
        assertThat(out).doesNotExist();
        assertThat(kept.resolve("secret")).hasContent("s3cret");
    }

    private void python(String code) throws Exception {
        Process process = start(code);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private Process start(String code) throws IOException {
        return new ProcessBuilder("/usr/bin/python3", "-c", "import os\n" + code.replace("KEPT", kept.toString()))
                .directory(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
