package dev.roundelay.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.JobPage;
import dev.roundelay.kernel.JobQuery;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.UserId;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// 100,000 jobs: what is listed is right, and found on an index.
class JobListIT {
    @RegisterExtension
    static final TestDatabase DATABASE = TestDatabase.bundled();

    @BeforeAll
    static void fill() {
        DATABASE.jdbi().useHandle(handle -> {
            handle.execute("""
                    insert into job (id, owner_id, name, slug, state, phase, phase_since, shards, selection, min_clients,
                        continue_on_site_error, queue_timeout_ms, prepare_timeout_ms, recovery_timeout_ms, max_attempts,
                        priority, created_at, cancel_requested, dropped, note, tags, search)
                    select 'job_' || n, case when n % 10 = 0 then 'bob' else 'ada' end, 'Job ' || n, 'job-' || n,
                        case when n % 4 = 0 then 'FAILED' else 'FINISHED' end, null, now(), 1, '{"auto": {}}', 1, false,
                        1, 1, 1, 3, 0, timestamptz '2026-01-01Z' + n * interval '1 second', false, '{}', '', '{}',
                        'job ' || n || E'\\njob-' || n
                    from generate_series(1, 100000) as n
                    """);
            handle.execute("insert into job_spec (job_id, spec) select id, repeat('x', 2000) from job");
            handle.execute("vacuum analyze job");
            handle.execute("analyze job_spec");
        });
    }

    @Test
    void a_page_of_one_owner_is_the_newest_of_its_jobs() {
        JobPage page = list(new JobQuery(Optional.of(new UserId("bob")), Set.of(), "", 2, 1));

        assertThat(page.total()).isEqualTo(10_000);
        assertThat(page.items()).extracting(Job::name).containsExactly("Job 99990", "Job 99980");
    }

    @Test
    void state_and_text_narrow_it() {
        JobPage page = list(new JobQuery(Optional.of(new UserId("ada")), Set.of(JobState.FAILED), "JOB 1234", 50, 0));

        assertThat(page.items()).extracting(Job::name).containsExactly("Job 12348", "Job 12344");
    }

    @Test
    void counts_are_made_on_the_index_alone() {
        assertThat(plan("select count(*) from job where owner_id = 'bob' and position('job 77' in search) > 0"))
                .contains("Index Only Scan using job_by_owner");
        assertThat(plan("select id from job where owner_id = 'ada' and state = any('{FAILED}')"
                        + " order by created_at desc, id desc limit 50"))
                .contains("Index Only Scan using job_by_owner");
        assertThat(plan("select id from job order by created_at desc, id desc limit 50"))
                .contains("Index Only Scan using job_by_age");
    }

    private static JobPage list(JobQuery query) {
        return new JdbcKernelStore(DATABASE.jdbi()).listJobs(query);
    }

    private static String plan(String query) {
        return String.join("\n", DATABASE.values("explain " + query, String.class));
    }
}
