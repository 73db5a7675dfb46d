import { expect, test } from "vitest";
import { joinLine } from "./joinLine";

test("keeps the token off the script's command line and under the user's own eyes", () => {
  expect(joinLine("https://fl.example.org/team", "rwt_abc")).toBe(
    "(umask 077; printf '%s' 'rwt_abc' > roundelay-token) && " +
      "curl -fsSL 'https://fl.example.org/team/join.sh' | sh -s -- --token-file roundelay-token",
  );
});

test("lets nothing out of its quotes", () => {
  expect(joinLine("https://a'; rm -rf b", "t")).toContain("'https://a'\\''; rm -rf b/join.sh'");
});

test("trusts the authority that the token names, and no other", () => {
  const fingerprint = "0123456789abcdef".repeat(4);
  const line = joinLine("https://fl.example.org", `rwt_abc.${fingerprint}`);
  expect(line).toContain(`printf '%s' 'rwt_abc.${fingerprint}' > roundelay-token`);
  expect(line).toContain(
    "curl -fsSk 'https://fl.example.org/ca.crt' -o roundelay-ca.crt && " +
      `echo '${fingerprint}  roundelay-ca.crt' | sha256sum -c - && `,
  );
  expect(line).toContain("curl -fsSL --cacert roundelay-ca.pem 'https://fl.example.org/join.sh' | sh");
  // Without trust it fetches nothing but what is compared.
  expect(line.match(/curl -fsSk/g)).toHaveLength(1);
});
