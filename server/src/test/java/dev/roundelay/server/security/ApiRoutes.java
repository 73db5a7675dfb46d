package dev.roundelay.server.security;

import dev.roundelay.server.security.Rules.Rule;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Every call of the API, the worker protocol, the published client and the pages: who may make it, and how it is
/// answered. A route of `contract/openapi.yaml` without a row fails the test, and so does a row without a route.
///
/// Columns: the call; its rule; what whoever may call gets; what a stranger gets (see [Rules]); what an administrator
/// gets who does not own the object; the body, by its name in [World]; for open routes, why they are open.
/// In a path, `{name}` is an object of the owner, and `{+name}` one that is made anew for each call that is let
/// through.
final class ApiRoutes {
    private static final String ACCOUNT = """
            GET    /api/v1/session                            | SESSION | 200 | 200 | 200 | -
            POST   /api/v1/session                            | OPEN    | 200 | -   | -   | sign-in | it is how one signs in; slowed down, and it takes 64 KiB at most
            DELETE /api/v1/session                            | SESSION | 204 | 204 | 204 | -
            GET    /api/v1/me                                 | USER    | 200 | 200 | 200 | -
            PUT    /api/v1/me/password                        | SESSION | 204 | bad_credentials | bad_credentials | password
            GET    /api/v1/api-keys                           | SESSION | 200 | 200 | 200 | -
            POST   /api/v1/api-keys                           | SESSION | 201 | 201 | 201 | name
            DELETE /api/v1/api-keys/{+apiKey}                 | SESSION | 204 | not_found | not_found | -
            GET    /api/v1/bucket                             | USER    | 200 | 200 | 200 | -
            POST   /api/v1/bucket                             | USER    | 200 | 200 | 200 | -
            POST   /api/v1/bucket/rotate-key                  | USER    | 200 | 200 | 200 | -
            GET    /api/v1/bucket/usage                       | USER    | 200 | 200 | 200 | -
            GET    /api/v1/users                              | ADMIN   | 200 | -   | -   | -
            POST   /api/v1/users                              | ADMIN   | 201 | -   | -   | new-user
            PATCH  /api/v1/users/{+user}                      | ADMIN   | 200 | -   | -   | quota
            DELETE /api/v1/users/{+user}                      | ADMIN   | 204 | -   | -   | -
            GET    /api/v1/audit                              | ADMIN   | 200 | -   | -   | -
            """;

    private static final String FILES = """
            GET    /api/v1/files                              | USER    | 200 | 200 | 200 | -
            DELETE /api/v1/files?key={+file}                  | USER    | 200 | 200 | 200 | -
            DELETE /api/v1/files?prefix=nothing/              | USER    | 200 | 200 | 200 | -
            GET    /api/v1/files/summary?prefix=private/      | USER    | 200 | 200 | 200 | -
            GET    /api/v1/files/content?key={file}           | USER    | 200 | not_found | not_found | -
            PUT    /api/v1/files/content?key=written.txt      | USER    | 200 | 200 | 200 | bytes
            GET    /api/v1/files/url?key={file}               | USER    | 200 | not_found | not_found | -
            GET    /api/v1/files/archive?prefix=private/      | USER    | 200 | not_found | not_found | -
            POST   /api/v1/uploads                            | USER    | 201 | 201 | 201 | upload
            GET    /api/v1/uploads/{upload}                   | USER    | 200 | not_found | not_found | -
            PUT    /api/v1/uploads/{upload}/parts/{n}         | USER    | 200 | not_found | not_found | bytes
            POST   /api/v1/uploads/{+upload}/complete         | USER    | 200 | not_found | not_found | -
            DELETE /api/v1/uploads/{+upload}                  | USER    | 204 | not_found | not_found | -
            """;

    private static final String JOBS = """
            POST   /api/v1/jobs                               | USER    | 201 | 400 | 400 | job
            POST   /api/v1/jobs/preflight                     | USER    | 200 | 200 | 200 | job
            GET    /api/v1/jobs                               | USER    | 200 | 200 | 200 | -
            GET    /api/v1/jobs?all=true                      | ROLE    | 200 | -   | -   | -
            GET    /api/v1/jobs/{job}                         | USER    | 200 | not_found | 200 | -
            PATCH  /api/v1/jobs/{job}                         | USER    | 200 | not_found | 200 | note
            DELETE /api/v1/jobs/{job}                         | USER    | 409 | not_found | 409 | -
            POST   /api/v1/jobs/{+job}/cancel                 | USER    | 200 | not_found | 200 | -
            POST   /api/v1/jobs/{job}/resubmit                | USER    | 409 | not_found | not_found | empty
            GET    /api/v1/jobs/{job}/timeline                | USER    | 200 | not_found | 200 | -
            GET    /api/v1/jobs/{job}/rounds                  | USER    | 200 | not_found | 200 | -
            GET    /api/v1/jobs/{job}/assignments             | USER    | 200 | not_found | 200 | -
            POST   /api/v1/jobs/{job}/assignments/{asg}/stack | USER    | 202 | not_found | 202 | -
            GET    /api/v1/jobs/{job}/metrics                 | USER    | 200 | not_found | 200 | -
            GET    /api/v1/jobs/{job}/logs                    | USER    | 200 | not_found | 200 | -
            GET    /api/v1/jobs/{job}/model                   | USER    | 410 | not_found | 410 | -
            GET    /api/v1/jobs/{job}/model/tensors           | USER    | 410 | not_found | 410 | -
            GET    /api/v1/jobs/{job}/events                  | USER    | 200 | not_found | 200 | -
            GET    /api/v1/events                             | USER    | 200 | 200 | 200 | -
            GET    /api/v1/events?all=true                    | ROLE    | 200 | -   | -   | -
            GET    /metrics                                   | ROLE    | 200 | -   | -   | -
            GET    /api/v1/metrics?jobs={job}                 | USER    | 200 | not_found | 200 | -
            """;

    private static final String WORKERS = """
            GET    /api/v1/workers                            | USER    | 200 | 200 | 200 | -
            GET    /api/v1/workers/{worker}                   | USER    | 200 | not_found | 200 | -
            PATCH  /api/v1/workers/{worker}                   | USER    | 200 | not_found | 200 | price
            PATCH  /api/v1/workers/{+worker}                  | SHARE   | 200 | not_found | 200 | share
            DELETE /api/v1/workers/{+worker}                  | USER    | 204 | not_found | 204 | -
            GET    /api/v1/workers/{worker}/telemetry         | USER    | 200 | not_found | 200 | -
            POST   /api/v1/workers/{+worker}/drain            | USER    | 200 | not_found | 200 | -
            POST   /api/v1/workers/{+worker}/undrain          | USER    | 200 | not_found | 200 | -
            GET    /api/v1/workers/{shared}                   | USER    | 200 | 200 | 200 | -
            PATCH  /api/v1/workers/{shared}                   | USER    | 200 | role_required | 200 | price
            PATCH  /api/v1/workers/{shared}                   | SHARE   | 200 | role_required | 200 | share
            DELETE /api/v1/workers/{+shared}                  | USER    | 204 | role_required | 204 | -
            POST   /api/v1/workers/{+shared}/drain            | USER    | 200 | role_required | 200 | -
            POST   /api/v1/workers/{+shared}/undrain          | USER    | 200 | role_required | 200 | -
            GET    /api/v1/worker-tokens                      | SESSION | 200 | 200 | 200 | -
            POST   /api/v1/worker-tokens                      | SESSION | 201 | 201 | 201 | empty
            DELETE /api/v1/worker-tokens/{+token}             | SESSION | 204 | not_found | not_found | -
            GET    /api/v1/gpu-catalog                        | USER    | 200 | 200 | 200 | -
            GET    /api/v1/strategies                         | USER    | 200 | 200 | 200 | -
            """;

    private static final String WORKER_PROTOCOL = """
            POST   /worker/v1/register                               | TOKEN  | 201 | - | - | register
            POST   /worker/v1/sync                                   | WORKER | 200 | - | - | sync
            DELETE /worker/v1/self                                   | WORKER | 204 | - | - | -
            GET    /worker/v1/assignments/{asg}                      | FENCED | 200 | - | - | -
            GET    /worker/v1/assignments/{asg}/inputs/{blob}        | FENCED | 200 | - | - | -
            GET    /worker/v1/assignments/{asg}/models/{k}           | FENCED | 410 | - | - | -
            GET    /worker/v1/assignments/{asg}/corrections/{k}      | FENCED | 410 | - | - | -
            PUT    /worker/v1/assignments/{asg}/models/0             | FENCED | 422 | - | - | bytes
            HEAD   /worker/v1/assignments/{asg}/models/0             | FENCED | 200 | - | - | -
            PUT    /worker/v1/assignments/{asg}/updates/{k}          | FENCED | 409 | - | - | bytes
            HEAD   /worker/v1/assignments/{asg}/updates/{k}          | FENCED | 200 | - | - | -
            PUT    /worker/v1/assignments/{asg}/files/{k}/{path}     | FENCED | 422 | - | - | bytes
            HEAD   /worker/v1/assignments/{asg}/files/{k}/{path}     | FENCED | 200 | - | - | -
            PUT    /worker/v1/assignments/{asg}/validations/{k}      | FENCED | 409 | - | - | validation
            POST   /worker/v1/assignments/{asg}/events               | FENCED | 200 | - | - | events
            """;

    private static final String PUBLISHED_CLIENT = """
            POST   /api/tasks                                         | KEY | 400 | 400 | 400 | empty
            GET    /api/tasks/{job}                                   | KEY | 200 | not_found | 200 | -
            POST   /api/tasks/{+job}/cancel                           | KEY | 200 | not_found | 200 | -
            POST   /api/tasks/{+job}/stop                             | KEY | 200 | not_found | 200 | -
            GET    /api/customer/dashboard/jobs                       | KEY | 200 | 200 | 200 | -
            GET    /api/customer/dashboard/jobs/{job}                 | KEY | 200 | not_found | 200 | -
            GET    /api/customer/dashboard/workers/stats              | KEY | 200 | 200 | 200 | -
            GET    /api/customer/dashboard/showStatsNvflare?job_id={job} | KEY | 200 | not_found | 200 | -
            GET    /api/customer/dashboard/listJobsNvflare?job_id={job}  | KEY | 200 | not_found | 200 | -
            GET    /api/users/storage/bucket                          | KEY | 200 | 200 | 200 | -
            POST   /api/users/storage/bucket                          | KEY | 200 | 200 | 200 | -
            PATCH  /api/users/storage/bucket/rotate-key               | KEY | 200 | 200 | 200 | -
            GET    /api/users/storage/usage                           | KEY | 200 | 200 | 200 | -
            POST   /api/users/storage/upload/init                     | KEY | 200 | 200 | 200 | compat-init
            POST   /api/users/storage/upload/complete                 | KEY | 200 | not_found | not_found | compat-complete
            POST   /api/users/storage/upload/abort                    | KEY | 204 | not_found | not_found | compat-abort
            GET    /api/gpu-catalog                                   | KEY | 200 | 200 | 200 | -
            """;

    /// The whole list of what is open to everybody.
    private static final String OPEN = """
            GET    /                    | OPEN | 200 501 | - | - | - | a page holds no data; its script asks the API
            GET    /login               | OPEN | 200 501 | - | - | - | the page to sign in
            GET    /dashboard           | OPEN | 200 501 | - | - | - | a page holds no data; its script asks the API
            GET    /dashboard/{path}    | OPEN | 200 501 | - | - | - | a page holds no data; its script asks the API
            GET    /profile             | OPEN | 200 501 | - | - | - | a page holds no data; its script asks the API
            GET    /admin               | OPEN | 200 501 | - | - | - | a page holds no data; its script asks the API
            GET    /admin/{path}        | OPEN | 200 501 | - | - | - | a page holds no data; its script asks the API
            GET    /assets/{path}       | OPEN | 404     | - | - | - | scripts and styles of the build, the same for everybody
            GET    /docs/errors         | OPEN | 200     | - | - | - | the published meaning of error codes
            GET    /favicon.svg         | OPEN | 200 404 | - | - | - | a picture of the build
            GET    /healthz             | OPEN | 200     | - | - | - | a supervisor has no key; it says that the process lives
            GET    /readyz              | OPEN | 200     | - | - | - | a load balancer has no key; it says whether this server serves
            GET    /join.sh             | OPEN | 404     | - | - | - | a machine that is to join has no secret yet; the script holds none
            GET    /ca.crt              | OPEN | 404     | - | - | - | a certificate is shown to whoever connects; no key is with it
            GET    /ca.pem              | OPEN | 404     | - | - | - | the same in another form
            GET    /dist/{path}         | OPEN | 404     | - | - | - | the released programs, which hold no secret
            GET    /openapi.yaml        | OPEN | 200     | - | - | - | the published contract
            """;

    /// Calls whose answer holds a secret, for whoever is let through: it is what they are for.
    private static final Set<String> TELL_SECRETS = Set.of(
            "GET /api/v1/session",
            "POST /api/v1/session",
            "POST /api/v1/api-keys",
            "POST /api/v1/bucket",
            "POST /api/v1/bucket/rotate-key",
            "POST /api/v1/worker-tokens",
            "POST /worker/v1/register",
            "POST /api/users/storage/bucket",
            "PATCH /api/users/storage/bucket/rotate-key");

    private ApiRoutes() {}

    /// One row.
    ///
    /// @param good statuses of a call that is let through, one or several
    record Row(
            String method,
            String path,
            Rule rule,
            Set<Integer> good,
            String stranger,
            String admin,
            String body,
            String reason) {
        /// Returns the call as the contract would write it, with nameless parameters and without a query.
        String route() {
            return normal(method + " " + path);
        }

        boolean isReading() {
            return method.equals("GET") || method.equals("HEAD");
        }

        /// Returns whether the session or worker that calls ends with the call.
        boolean endsItsCaller() {
            return method.equals("DELETE") && (path.endsWith("/session") || path.endsWith("/self"));
        }

        boolean isStream() {
            return path.contains("/events") && method.equals("GET");
        }

        boolean tellsSecrets() {
            return TELL_SECRETS.contains(method + " " + path);
        }

        /// Returns the row of the same call without the body of its answer.
        Row head() {
            return new Row("HEAD", path, rule, good, stranger, admin, body, reason);
        }
    }

    /// Returns all rows, in the order in which they are called.
    static List<Row> rows() {
        return List.of(ACCOUNT, FILES, JOBS, WORKERS, WORKER_PROTOCOL, PUBLISHED_CLIENT, OPEN).stream()
                .flatMap(String::lines)
                .map(ApiRoutes::row)
                .toList();
    }

    private static Row row(String line) {
        List<String> columns = Rules.columns(line);
        String[] call = columns.getFirst().split("\\s+");
        Row row = new Row(
                call[0],
                call[1],
                Rule.valueOf(columns.get(1)),
                statuses(columns.get(2)),
                columns.get(3),
                columns.get(4),
                columns.get(5),
                columns.size() > 6 ? columns.get(6) : "");
        if (row.rule() == Rule.OPEN && row.reason().isEmpty()) {
            throw new IllegalStateException("[routes] %s is open and names no reason; write it".formatted(line));
        }
        return row;
    }

    private static Set<Integer> statuses(String column) {
        return Set.copyOf(
                List.of(column.split(" ")).stream().map(Integer::valueOf).toList());
    }

    /// Returns a route with nameless parameters and without a query.
    static String normal(String route) {
        String[] parts = route.split(" ", 2);
        String path = parts[1].split("\\?", 2)[0].replaceAll("[{<][^}>]*[}>]", "{}");
        return parts[0].toUpperCase(Locale.ROOT) + " " + path;
    }
}
