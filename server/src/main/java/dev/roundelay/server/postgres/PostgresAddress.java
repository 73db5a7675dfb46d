package dev.roundelay.server.postgres;

/// Where a database is and who connects.
///
/// @param url JDBC URL without user and password
public record PostgresAddress(String url, String user, String password) {
    @Override
    public String toString() {
        return "PostgresAddress[url=" + url + ", user=" + user + ", password=***]";
    }
}
