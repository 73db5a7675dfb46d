/** Returns the one line that makes a machine a worker: it saves the token where only its owner can read it, as the
 * script takes no token on the command line. Where the token names the server's own authority, the line fetches that
 * one without trust, compares it with the fingerprint, and trusts nothing else from there on.
 *
 * @param server the address by which this page was reached
 */
export function joinLine(server: string, token: string): string {
  const save = `(umask 077; printf '%s' '${quoted(token)}' > roundelay-token) && `;
  const url = quoted(server);
  const fingerprint = /\.([0-9a-f]{64})$/.exec(token)?.[1];
  if (fingerprint === undefined) {
    return `${save}curl -fsSL '${url}/join.sh' | sh -s -- --token-file roundelay-token`;
  }
  return (
    `${save}curl -fsSk '${url}/ca.crt' -o roundelay-ca.crt && ` +
    `echo '${fingerprint}  roundelay-ca.crt' | sha256sum -c - && ` +
    // Written from the bytes that were compared: what came may hold nothing else.
    "{ echo '-----BEGIN CERTIFICATE-----'; base64 roundelay-ca.crt; echo '-----END CERTIFICATE-----'; } > roundelay-ca.pem && " +
    `curl -fsSL --cacert roundelay-ca.pem '${url}/join.sh' | ` +
    "sh -s -- --token-file roundelay-token --cacert roundelay-ca.pem"
  );
}

/** Returns a text as it stands between single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''");
}
