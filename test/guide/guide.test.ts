import { beforeAll, expect, test } from "bun:test";
import { followGuide, type GuideReport } from "./guide.ts";

let report: GuideReport;

beforeAll(async () => {
  report = await followGuide((text) => process.stdout.write(text));
}, 900_000);

test("the guide's commands sign and verify, with the access policy and with roles", () => {
  for (const text of report.verified) {
    expect(text).toStartWith("Successfully verified signature for 127.0.0.1:");
  }
});

test("the guide's trap ends in an error that names the roles and the commands that grant them", () => {
  expect(report.trapError).toStartWith("Error: failed to sign with the plugin azure-kv: ");
  expect(report.trapError).toContain("grant the roles that signing needs, each by a command of its own: ");
  expect(report.wayOut).toEqual(
    ["Key Vault Crypto User", "Key Vault Certificate User"].map((role) =>
      expect.stringMatching(
        new RegExp(`^az role assignment create --role "${role}" --assignee [0-9a-f-]{36} `),
      ),
    ),
  );
});

test("signing asks for nothing that the guide does not grant", () => {
  const asked = new Set(report.signingLog.flatMap(({ permission }) => permission ?? []));
  expect([...asked].sort()).toEqual(["certificates/get", "keys/sign", "secrets/get"]);
  // In the trap, and nowhere else, something is refused: the certificate.
  const refused = report.signingLog.filter(({ status }) => status === 403);
  expect(refused.map(({ permission }) => permission)).toEqual(["certificates/get"]);
});

test("an expired login, and none, end in an error that says what to run", () => {
  const { expired, loggedOut, byDefault } = report.refusals;
  for (const text of [expired, loggedOut, byDefault]) {
    expect(text).toStartWith("Error: failed to sign with the plugin azure-kv: ");
    expect(text).toMatch(/\nFix: run `az login`/);
  }
});
