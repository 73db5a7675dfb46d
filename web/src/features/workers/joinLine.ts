/** Returns the one line that makes a machine a worker: it saves the token where only its owner can read it, as the
 * script takes no token on the command line.
 *
 * @param server the address by which this page was reached
 */
export function joinLine(server: string, token: string): string {
  return (
    `(umask 077; printf '%s' '${quoted(token)}' > roundelay-token) && ` +
    `curl -fsSL '${quoted(server)}/join.sh' | sh -s -- --token-file roundelay-token`
  );
}

/** Returns a text as it stands between single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''");
}
