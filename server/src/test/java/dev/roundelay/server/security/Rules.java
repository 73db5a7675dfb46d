package dev.roundelay.server.security;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Who may do what: for each kind of route the answer to each identity. Written by hand; nothing here comes from the
/// server. Words of the table:
///
/// - `good`: the call is let through; the route's own row says how it is answered
/// - `stranger`, `admin`: the route's row says what somebody else, or an administrator, gets there
/// - `csrf`: reading is let through, changing is `csrf_required`
/// - `csrf_role`: reading is `role_required`, changing `csrf_required`
/// - every other word is the code of a refusal, with the status of [Refusals]
final class Rules {
    /// Kinds of routes, by what they ask for.
    enum Rule {
        /// Nothing; each such route names its reason.
        OPEN,
        /// An API key or a session.
        USER,
        /// A session.
        SESSION,
        /// A session of an administrator.
        ADMIN,
        /// An API key or a session, of an administrator.
        ROLE,
        /// A session of an administrator, for a thing that others may see.
        SHARE,
        /// An API key: the routes of the published client take no cookie.
        KEY,
        /// A join token.
        TOKEN,
        /// A worker's secret.
        WORKER,
        /// A worker's secret and the current fence of an assignment that it holds.
        FENCED
    }

    private static final String TABLE = """
            identity           | OPEN | USER             | SESSION          | ADMIN            | ROLE             | SHARE            | KEY              | TOKEN            | WORKER           | FENCED
            nobody             | good | session_required | session_required | session_required | session_required | session_required | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            malformed          | good | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            empty_bearer       | good | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            wrong_key          | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer | malformed_bearer
            revoked_key        | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer | malformed_bearer
            disabled_key       | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer | malformed_bearer
            s3_secret          | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer | malformed_bearer
            wrong_session      | good | session_required | session_required | session_required | session_required | session_required | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            ended_session      | good | session_required | session_required | session_required | session_required | session_required | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            disabled_session   | good | session_required | session_required | session_required | session_required | session_required | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            bad_key_and_cookie | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer | malformed_bearer
            stranger_key       | good | stranger         | session_only     | session_only     | role_required    | stranger         | stranger         | malformed_bearer | malformed_bearer | malformed_bearer
            stranger_session   | good | stranger         | stranger         | role_required    | role_required    | stranger         | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            owner_no_csrf      | good | csrf             | csrf             | csrf_role        | csrf_role        | csrf             | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            owner_others_csrf  | good | csrf             | csrf             | csrf_role        | csrf_role        | csrf             | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            owner_key          | good | good             | session_only     | session_only     | role_required    | session_only     | good             | malformed_bearer | malformed_bearer | malformed_bearer
            owner_session      | good | good             | good             | role_required    | role_required    | role_required    | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            admin_key          | good | admin            | session_only     | session_only     | good             | session_only     | admin            | malformed_bearer | malformed_bearer | malformed_bearer
            admin_session      | good | admin            | admin            | good             | good             | good             | malformed_bearer | malformed_bearer | malformed_bearer | malformed_bearer
            token              | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | good             | malformed_bearer | malformed_bearer
            wrong_token        | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer
            used_token         | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer
            expired_token      | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer
            revoked_token      | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer
            disabled_token     | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer
            removed_token      | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | malformed_bearer
            worker             | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | good             | good
            sibling_worker     | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | good             | not_found
            stranger_worker    | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | good             | not_found
            wrong_worker       | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | invalid_api_key  | invalid_api_key
            removed_worker     | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | invalid_api_key  | invalid_api_key
            gone_user_worker   | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | invalid_api_key  | invalid_api_key
            old_fence          | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | good             | stale_fence
            no_fence           | good | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | invalid_api_key  | malformed_bearer | good             | stale_fence
            """;

    private static final Map<Identity, Map<Rule, String>> CELLS = parse();

    private Rules() {}

    private static Map<Identity, Map<Rule, String>> parse() {
        List<List<String>> rows = TABLE.lines().map(Rules::columns).toList();
        List<Rule> rules = rows.getFirst().stream().skip(1).map(Rule::valueOf).toList();
        Map<Identity, Map<Rule, String>> cells = new EnumMap<>(Identity.class);
        for (List<String> row : rows.subList(1, rows.size())) {
            Map<Rule, String> words = new EnumMap<>(Rule.class);
            for (int i = 0; i < rules.size(); i++) {
                words.put(rules.get(i), row.get(i + 1));
            }
            cells.put(Identity.of(row.getFirst()), words);
        }
        return cells;
    }

    /// Returns the columns of a line.
    static List<String> columns(String line) {
        return new ArrayList<>(
                Arrays.stream(line.split("\\|", -1)).map(String::strip).toList());
    }

    /// Returns what the table says.
    static String word(Identity identity, Rule rule) {
        Map<Rule, String> row = CELLS.get(identity);
        String word = row == null ? null : row.get(rule);
        if (word == null) {
            throw new IllegalStateException("[rules] no cell for %s at %s; add it".formatted(identity, rule));
        }
        return word;
    }
}
