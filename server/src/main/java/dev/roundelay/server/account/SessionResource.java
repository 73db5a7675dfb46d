package dev.roundelay.server.account;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.account.Accounts;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Identities;
import dev.roundelay.server.http.OpenBody;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.util.Optional;

/// `/api/v1/session` and `/api/v1/me`: signing in and out, who one is, the own password.
public final class SessionResource implements Routes {
    private static final String SESSION = "/api/v1/session";
    private static final String ME = "/api/v1/me";
    /// As long as an address can be; the throttle remembers what was tried.
    private static final int MAX_EMAIL = 255;

    private final Authenticator authenticator;
    private final JdbcAccounts accounts;
    private final AccountViews views;
    private final Passwords passwords;
    private final Secrets secrets;
    private final SignInThrottle throttle;
    private final ClientAddress address;
    private final AuditLog audit;
    private final OpenBody openBody;
    private final boolean secureCookie;

    /// What this resource is made of.
    ///
    /// @param openBody     reads what comes before anybody is known
    /// @param secureCookie whether browsers reach the server by https only
    public record Parts(
            Authenticator authenticator,
            JdbcAccounts accounts,
            AccountViews views,
            Passwords passwords,
            Secrets secrets,
            SignInThrottle throttle,
            ClientAddress address,
            AuditLog audit,
            OpenBody openBody,
            boolean secureCookie) {}

    public SessionResource(Parts parts) {
        this.authenticator = parts.authenticator();
        this.accounts = parts.accounts();
        this.views = parts.views();
        this.passwords = parts.passwords();
        this.secrets = parts.secrets();
        this.throttle = parts.throttle();
        this.address = parts.address();
        this.audit = parts.audit();
        this.openBody = parts.openBody();
        this.secureCookie = parts.secureCookie();
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(SESSION, this::current);
        routes.post(SESSION, this::signIn);
        routes.delete(SESSION, this::signOut);
        routes.get(ME, this::me);
        routes.put(ME + "/password", this::changePassword);
    }

    private void signIn(Context ctx) {
        Accounts.SignIn wish = openBody.read(ctx, Accounts.SignIn.class);
        String email = Requests.field(wish.email(), "email");
        if (email.length() > MAX_EMAIL) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "[email] is longer than %d characters; correct it".formatted(MAX_EMAIL));
        }
        String password = Requests.field(wish.password(), "password");
        JdbcAccounts.Account account = authenticate(ctx, email, password);
        String cookie = secrets.token("ses_");
        String csrfToken = secrets.token("csrf_");
        accounts.addSession(account.id(), cookie, csrfToken);
        ctx.cookie(cookie(cookie, -1));
        audit.record(ctx, caller(account), "signed_in", account.email());
        Requests.json(ctx, new Accounts.Session(views.user(account, null), csrfToken));
    }

    private JdbcAccounts.Account authenticate(Context ctx, String email, String password) {
        String source = address.of(ctx);
        throttle.requireTurn(source, email);
        Optional<JdbcAccounts.Account> account = accounts.findByEmail(email);
        if (!isRight(account, password)) {
            throttle.failed(source, email);
            throw new ApiException(
                    ErrorCode.BAD_CREDENTIALS, "[sign-in] e-mail or password is wrong; check both and try again");
        }
        throttle.succeeded(source, email);
        if (account.orElseThrow().disabled()) {
            throw new ApiException(
                    ErrorCode.USER_DISABLED, "[%s] this account is disabled; ask an administrator".formatted(email));
        }
        return account.get();
    }

    private boolean isRight(Optional<JdbcAccounts.Account> account, String password) {
        if (account.isEmpty()) {
            passwords.pretend(password);
            return false;
        }
        return passwords.matches(password, account.get().passwordHash());
    }

    private void current(Context ctx) {
        Caller caller = authenticator.require(ctx).requireSession();
        String csrfToken = Optional.ofNullable(ctx.cookie(Authenticator.COOKIE))
                .flatMap(accounts::bySession)
                .map(Identities.Session::csrfToken)
                // The session can end between the two looks.
                .orElseThrow(
                        () -> new ApiException(ErrorCode.SESSION_REQUIRED, "[session] it has ended; sign in again"));
        Requests.json(ctx, new Accounts.Session(views.user(account(caller), null), csrfToken));
    }

    private void signOut(Context ctx) {
        authenticator.require(ctx).requireSession();
        String cookie = ctx.cookie(Authenticator.COOKIE);
        if (cookie != null) {
            accounts.removeSession(cookie);
        }
        ctx.cookie(cookie("", 0));
        ctx.status(204);
    }

    private void me(Context ctx) {
        Requests.json(ctx, views.user(account(authenticator.require(ctx)), null));
    }

    private void changePassword(Context ctx) {
        Caller caller = authenticator.require(ctx).requireSession();
        Accounts.PasswordChange wish = Requests.body(ctx, Accounts.PasswordChange.class);
        String fresh = PasswordRules.require(wish.password());
        JdbcAccounts.Account account = account(caller);
        String source = address.of(ctx);
        throttle.requireTurn(source, account.email());
        if (!passwords.matches(Requests.field(wish.current(), "current"), account.passwordHash())) {
            throttle.failed(source, account.email());
            throw new ApiException(ErrorCode.BAD_CREDENTIALS, "[current] is not your password; type it again");
        }
        accounts.changePassword(caller.user(), passwords.hash(fresh), ctx.cookie(Authenticator.COOKIE));
        audit.record(ctx, caller, "password_changed", caller.email());
        ctx.status(204);
    }

    private JdbcAccounts.Account account(Caller caller) {
        return accounts.find(caller.user())
                .orElseThrow(() -> ApiException.notFound("user", caller.user().value()));
    }

    private static Caller caller(JdbcAccounts.Account account) {
        return new Caller(account.id(), account.email(), account.admin(), Caller.Via.SESSION);
    }

    private Cookie cookie(String value, int maxAge) {
        return new Cookie(Authenticator.COOKIE, value, "/", maxAge, secureCookie, true, null, SameSite.STRICT);
    }
}
