package dev.roundelay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskGuardTest {
    private static final long MB = 1 << 20;

    private final List<Boolean> told = new ArrayList<>();
    private long free = 100 * MB;
    private final DiskGuard guard = new DiskGuard(() -> free, 30 * MB, (isLow, _, _) -> told.add(isLow));

    @Test
    void what_leaves_the_reserve_alone_is_let_through() {
        assertThatCode(() -> guard.requireRoom(70 * MB)).doesNotThrowAnyException();
        assertThatThrownBy(() -> guard.requireRoom(70 * MB + 1))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.fault()).isEqualTo(StorageFault.DISK_FULL))
                .hasMessageContaining("100 MB free and keeps 30 MB for running jobs, so the 71 MB of this do not fit");
        assertThat(told).as("the disk is not low for that").isEmpty();
    }

    @Test
    void it_is_told_once_that_the_disk_is_low_and_once_that_it_is_not() {
        free = 30 * MB - 1;
        for (int i = 0; i < 3; i++) {
            assertThat(guard.isLow()).isTrue();
            assertThatThrownBy(() -> guard.requireRoom(0)).isInstanceOf(StorageException.class);
        }
        free = 30 * MB;
        assertThat(guard.isLow()).isFalse();
        guard.requireRoom(0);

        assertThat(told).containsExactly(true, false);
    }

    @Test
    void a_disk_that_tells_nothing_refuses_nothing() {
        DiskGuard blind = new DiskGuard(
                () -> {
                    throw new IOException("gone");
                },
                30 * MB,
                (isLow, _, _) -> told.add(isLow));

        assertThatCode(() -> blind.requireRoom(MB)).doesNotThrowAnyException();
        assertThat(blind.isLow()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void a_full_disk_is_known_by_any_cause() {
        assertThat(DiskGuard.isExhausted(new UncheckedIOException(new IOException("x: No space left on device"))))
                .isTrue();
        assertThat(DiskGuard.isExhausted(new StorageException(StorageFault.DISK_FULL, "full")))
                .isTrue();
        assertThat(DiskGuard.isExhausted(new IOException("Permission denied"))).isFalse();
        assertThat(DiskGuard.isExhausted(new StorageException(StorageFault.QUOTA_EXCEEDED, "quota exceeded")))
                .isFalse();
    }
}
