package dev.roundelay.worker.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The seccomp program of every sandbox, as `bwrap --seccomp` reads it: an array of `struct sock_filter`
/// (u16 code, u8 jt, u8 jf, u32 k, little-endian).
///
/// - another architecture than the machine's own (32-bit calls included): the process is killed
/// - x32 calls, and every call named here: `EPERM`
/// - `clone` into a namespace of users, or of a thread with descriptors of its own (which `/proc` would not show to
///   whoever counts them), and `close_range` that makes such a thread: `EPERM`
/// - `clone3`, whose arguments no filter can read: `ENOSYS`, upon which programs use `clone`
/// - `setsid`, where asked for: it does nothing and says that it did. Linux shares out the cores by sessions
///   (autogroups), so that each new session takes a share of its own from everybody else
/// - everything else is allowed; the namespaces decide
final class SeccompFilter {
    private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private static final int EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final int AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K
    private static final int NUMBER_OFFSET = 0;
    private static final int ARCH_OFFSET = 4;
    private static final int KILL_PROCESS = 0x8000_0000;
    private static final int REFUSE = 0x0005_0001; // SECCOMP_RET_ERRNO | EPERM
    private static final int ALLOW = 0x7fff_0000;
    private static final int PRETEND = 0x0005_0000; // SECCOMP_RET_ERRNO | 0
    private static final int SETSID_X86_64 = 112;
    private static final int SETSID_AARCH64 = 157;
    private static final int X32_BIT = 0x4000_0000;
    private static final int ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private static final int NO_SUCH_CALL = 0x0005_0026; // SECCOMP_RET_ERRNO | ENOSYS
    private static final int FIRST_ARGUMENT = 16; // its lower half
    private static final int THIRD_ARGUMENT = 32;
    private static final int CLONE3 = 435;
    private static final int CLOSE_RANGE = 436;
    private static final int CLONE_X86_64 = 56;
    private static final int CLONE_AARCH64 = 220;
    private static final int CLOSE_RANGE_UNSHARE = 2;
    private static final int CLONE_FILES = 0x400;
    private static final int CLONE_THREAD = 0x1_0000;
    private static final int CLONE_NEWUSER = 0x1000_0000;
    private static final int ARGUMENT_CHECKS = 11;

    // shmget, msgget: their memory is nobody's once it is detached
    // ptrace, mount, umount2, pivot_root, swapon, swapoff, reboot, init_module, delete_module, acct, quotactl, add_key,
    // request_key, keyctl, unshare, perf_event_open, open_by_handle_at, setns, process_vm_readv, process_vm_writev,
    // finit_module, kexec_load, kexec_file_load, bpf, userfaultfd
    private static final int[] X86_64 = {
        101, 165, 166, 155, 167, 168, 169, 175, 176, 163, 179, 248, 249, 250, 272, 298, 304, 308, 310, 311, 313, 246,
        320, 321, 323, 29, 68
    };
    private static final int[] AARCH64 = {
        117, 40, 39, 41, 224, 225, 142, 105, 106, 89, 60, 217, 218, 219, 97, 241, 265, 268, 270, 271, 273, 104, 294,
        280, 282, 194, 186
    };
    // io_uring_setup, _enter, _register, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr,
    // quotactl_fd: the same numbers everywhere
    private static final int[] COMMON = {425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 443};

    private SeccompFilter() {}

    /// Returns the program for an architecture by the name that the JVM has for it.
    ///
    /// @param sessions whether programs may begin sessions of their own
    /// @throws SandboxException if the calls of that architecture are not known here
    static byte[] program(String osArch, boolean sessions) {
        return switch (osArch) {
            case "amd64", "x86_64" -> assemble(0xC000_003E, X86_64, true, sessions);
            case "aarch64" -> assemble(0xC000_00B7, AARCH64, false, sessions);
            default ->
                throw new SandboxException("[sandbox] no system call filter for " + osArch
                        + "; run the worker on x86_64 or aarch64, or with --isolation none");
        };
    }

    private static byte[] assemble(int arch, int[] own, boolean hasX32, boolean sessions) {
        int[] refused = Arrays.copyOf(own, own.length + COMMON.length);
        System.arraycopy(COMMON, 0, refused, own.length, COMMON.length);
        int sessionChecks = sessions ? 0 : 2;
        ByteBuffer out = ByteBuffer.allocate(8 * (refused.length + 17 + (hasX32 ? 1 : 0) + sessionChecks))
                .order(ByteOrder.LITTLE_ENDIAN);
        instruction(out, LOAD, 0, 0, ARCH_OFFSET);
        instruction(out, EQUAL, 1, 0, arch);
        instruction(out, RETURN, 0, 0, KILL_PROCESS);
        instruction(out, LOAD, 0, 0, NUMBER_OFFSET);
        if (hasX32) {
            instruction(out, AT_LEAST, sessionChecks + refused.length + ARGUMENT_CHECKS, 0, X32_BIT);
        }
        if (!sessions) {
            instruction(out, EQUAL, 0, 1, hasX32 ? SETSID_X86_64 : SETSID_AARCH64);
            instruction(out, RETURN, 0, 0, PRETEND);
        }
        for (int i = 0; i < refused.length; i++) {
            instruction(out, EQUAL, refused.length - i - 1 + ARGUMENT_CHECKS, 0, refused[i]);
        }
        int clone = hasX32 ? CLONE_X86_64 : CLONE_AARCH64;
        // Jumps count the instructions that follow; the last ones are: allow, refuse, unknown.
        instruction(out, EQUAL, 11, 0, CLONE3);
        instruction(out, EQUAL, 0, 3, CLOSE_RANGE);
        instruction(out, LOAD, 0, 0, THIRD_ARGUMENT);
        instruction(out, ANY_BIT, 7, 0, CLOSE_RANGE_UNSHARE);
        instruction(out, RETURN, 0, 0, ALLOW);
        instruction(out, EQUAL, 0, 4, clone);
        instruction(out, LOAD, 0, 0, FIRST_ARGUMENT);
        instruction(out, ANY_BIT, 3, 0, CLONE_NEWUSER);
        instruction(out, ANY_BIT, 0, 1, CLONE_THREAD);
        instruction(out, ANY_BIT, 0, 1, CLONE_FILES);
        instruction(out, RETURN, 0, 0, ALLOW);
        instruction(out, RETURN, 0, 0, REFUSE);
        instruction(out, RETURN, 0, 0, NO_SUCH_CALL);
        return out.array();
    }

    private static void instruction(ByteBuffer out, int code, int ifTrue, int ifFalse, int k) {
        out.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(k);
    }
}
