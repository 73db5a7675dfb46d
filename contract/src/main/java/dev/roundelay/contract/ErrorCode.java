package dev.roundelay.contract;

import java.util.Locale;

/// The closed catalogue of error answers. Each has a section in `docs/errors.md`.
public enum ErrorCode {
    /// A value is missing, malformed or out of range; the message names the field.
    INVALID_REQUEST(400, "Correct the field that the message names."),
    /// A JSON field is not known to this version of the server.
    UNKNOWN_FIELD(400, "Remove the field, or use a server version that knows it."),
    /// The shards are none or too many, or their number differs from that of `workerIds`.
    SHARD_COUNT_MISMATCH(
            400, "Exactly N workers for N shards: re-upload shards to match or use auto_select_workers=True."),
    /// A shard is no zip, or holds `..`, links or a bomb.
    SHARD_UNREADABLE(400, "Make the shard again as a plain zip of files."),
    /// The scripts folder has no `model_def.py`.
    MODEL_DEF_MISSING(400, "Upload model_def.py into the scripts folder."),
    /// `requirements.txt` has a line that is not a plain requirement.
    REQUIREMENTS_REFUSED(400, "Use names, version pins, extras and markers only."),
    /// A workspace names a class path or workflow that is not run here.
    UNSUPPORTED_WORKFLOW(400, "Use one of the supported workflows that the message lists."),
    /// A worker id in `workerIds` does not exist or is not yours.
    UNKNOWN_WORKER(400, "List your workers and use their ids."),
    /// A worker id stands twice in `workerIds`.
    DUPLICATE_WORKER(400, "Name each worker once."),
    /// A strategy, metric or quantisation name is not known.
    UNKNOWN_STRATEGY(400, "Use one of the names that the message lists."),
    /// A key, prefix or path is not acceptable.
    INVALID_KEY(400, "Use a relative, normalised key without .. and control characters."),
    /// A user with this e-mail exists.
    USER_EXISTS(409, "Use another e-mail address or change the existing user."),
    /// No such key, or it was revoked.
    INVALID_API_KEY(401, "Check the API key, or mint a new one in your profile."),
    /// The Authorization header is not `Bearer <key>`.
    MALFORMED_BEARER(401, "Send the header Authorization: Bearer <key>."),
    /// No valid session or key came with the request.
    SESSION_REQUIRED(401, "Sign in."),
    /// The e-mail or password is wrong.
    BAD_CREDENTIALS(401, "Check e-mail and password."),
    /// This needs a signed-in session; an API key is not enough.
    SESSION_ONLY(403, "Sign in and do this from a session."),
    /// The X-CSRF-Token header is missing or wrong.
    CSRF_REQUIRED(403, "Send the csrfToken that POST /session gave as X-CSRF-Token."),
    /// The role of the caller is not enough.
    ROLE_REQUIRED(403, "Ask an administrator."),
    /// The account is disabled.
    USER_DISABLED(403, "Ask an administrator."),
    /// The bytes do not fit into the quota.
    STORAGE_QUOTA_EXCEEDED(403, "Delete what you no longer need, or ask for a larger quota."),
    /// No such object, or it belongs to somebody else.
    NOT_FOUND(404, "Check the id or key."),
    /// No such route.
    NO_SUCH_ROUTE(404, "See /openapi.yaml for the routes of this server."),
    /// The method is not known for this route.
    METHOD_NOT_ALLOWED(405, "See /openapi.yaml for the methods of this route."),
    /// The job has ended.
    JOB_ENDED(409, "Submit the job again."),
    /// The job is live.
    JOB_LIVE(409, "Cancel the job or wait for its end."),
    /// Another live job has the same slug.
    SLUG_IN_USE(409, "Wait for the other job, cancel it, or choose another name."),
    /// The inputs of the job have changed since.
    INPUTS_CHANGED(409, "Upload the same inputs again, or submit a new job."),
    /// The fence of the call is not the assignment's current one.
    STALE_FENCE(409, "Stop the harness: the assignment has moved on."),
    /// The round is closed.
    ROUND_CLOSED(409, "Drop the update and go on with the next step."),
    /// A number of something exceeds a limit.
    TOO_MANY_KEYS(409, "Revoke a key that is no longer used."),
    /// A worker name is taken.
    NAME_TAKEN(409, "Choose another name."),
    /// An upload or part does not fit its declaration.
    UPLOAD_INCOMPLETE(409, "Send the missing parts, then complete the upload."),
    /// The object has changed since it was read.
    PRECONDITION_FAILED(412, "Read it again and repeat the change."),
    /// The worker speaks another version of the protocol.
    VERSION_MISMATCH(400, "Install the same version on server and worker."),
    /// The update does not match the global model.
    INVALID_UPDATE(422, "Check the model definition on that site."),
    /// The checksum of the body is wrong.
    CHECKSUM_MISMATCH(422, "Send the bytes again."),
    /// The model of that round is not kept.
    ROUND_NOT_KEPT(410, "Use the last or the best round, or set checkpointEvery."),
    /// The body or header is too large.
    TOO_LARGE(413, "Send less, or use an upload in parts."),
    /// The requested range is outside the object.
    RANGE_NOT_SATISFIABLE(416, "Ask for a range inside the object."),
    /// The body came too slowly.
    BODY_TOO_SLOW(408, "Send it over a faster link, or in parts."),
    /// The server's disk has too little free for it.
    INSUFFICIENT_STORAGE(
            507, "Free disk on the server's machine, or ask its operator to; running jobs go on meanwhile."),
    /// Too many requests or attempts.
    TOO_MANY_REQUESTS(429, "Wait, then try again."),
    /// A bug of the server.
    INTERNAL(500, "Look up the request id in the server's log."),
    /// This feature is not available on this server.
    NOT_IMPLEMENTED(501, "See /openapi.yaml."),
    /// This server is a standby, is starting or stopping, or its database does not answer.
    NOT_ACTIVE(503, "Try again in a second, or use the active server.");

    private final int status;
    private final String hint;

    ErrorCode(int status, String hint) {
        this.status = status;
        this.hint = hint;
    }

    /// Returns the HTTP status.
    public int status() {
        return status;
    }

    /// Returns the one-line remedy.
    public String hint() {
        return hint;
    }

    /// Returns the name on the wire, lower_snake_case.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
