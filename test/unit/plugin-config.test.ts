import { describe, expect, test } from "bun:test";
import { readPluginConfig } from "../../src/plugin-config/plugin-config.ts";
import { expectError } from "./expect-error.ts";

describe("the plugin config", () => {
  test("is the whole chain from the secret and the default credential when nothing is said", () => {
    const expected = {
      chainSource: { kind: "secret" },
      credentialType: undefined,
      clientId: undefined,
      timeout: 60,
    } as const;
    expect(readPluginConfig(undefined)).toEqual(expected);
    expect(readPluginConfig({ self_signed: "false", other_tools_key: "x" })).toEqual(expected);
  });

  test.each(["true", "True", "TRUE"])("self_signed=%s reads the certificate alone", (value) => {
    expect(readPluginConfig({ self_signed: value }).chainSource).toEqual({ kind: "self-signed" });
  });

  test("ca_certs names the file", () => {
    const { chainSource } = readPluginConfig({ ca_certs: "/ca.pem", self_signed: "false" });
    expect(chainSource).toEqual({ kind: "ca-certs", file: "/ca.pem" });
  });

  test("cert_chain names the file", () => {
    expect(readPluginConfig({ cert_chain: "/chain.pem" }).chainSource).toEqual({
      kind: "cert-chain",
      file: "/chain.pem",
    });
  });

  test.each([
    [
      { self_signed: "true", ca_certs: "/ca.pem" },
      "self_signed=true and ca_certs=/ca.pem exclude each other",
    ],
    [
      { self_signed: "true", cert_chain: "/c.pem" },
      "self_signed=true and cert_chain=/c.pem exclude each other",
    ],
    [
      { ca_certs: "/ca.pem", cert_chain: "/c.pem" },
      "ca_certs=/ca.pem and cert_chain=/c.pem exclude each other",
    ],
  ])("places to take certificates from exclude each other: %j", (attributes, message) =>
    expectError(() => readPluginConfig(attributes), "VALIDATION_ERROR", message),
  );

  test.each([
    ["environment", "environment"],
    ["WorkloadId", "workloadid"],
    ["MANAGEDID", "managedid"],
    ["AzureCLI", "azurecli"],
  ] as const)("credential_type=%s is %s", (value, expected) => {
    expect(readPluginConfig({ credential_type: value }).credentialType).toBe(expected);
  });

  test("an unknown credential type lists the known ones", () =>
    expectError(
      () => readPluginConfig({ credential_type: "browser" }),
      "VALIDATION_ERROR",
      'credential_type="browser" is not known',
      "environment, workloadid, managedid, azurecli",
    ));

  test.each(["yes", "1", "", " true", "wahr"])("self_signed=%j is refused", (value) =>
    expectError(
      () => readPluginConfig({ self_signed: value }),
      "VALIDATION_ERROR",
      `plugin config self_signed=${JSON.stringify(value)} is neither true nor false`,
    ),
  );

  test("client_id is taken as it is", () => {
    expect(readPluginConfig({ client_id: "a-client" }).clientId).toBe("a-client");
  });
});

describe("the time that a command may take", () => {
  test.each([
    ["1", 1],
    ["60", 60],
    ["3600", 3600],
    ["0060", 60],
  ])("timeout=%s is %i seconds", (value, seconds) => {
    expect(readPluginConfig({ timeout: value }).timeout).toBe(seconds);
  });

  test.each([
    "0",
    "0000",
    "3601",
    "9999",
    "10000",
    "-1",
    "+5",
    "1.5",
    "1,5",
    "abc",
    "",
    " 5",
    "5 ",
    "5\n",
    "5s",
    "1e3",
    "0x10",
    "Infinity",
    "NaN",
    "\u0663", // The digit three in Arabic script.
    "\uff15", // A digit five of full width.
  ])("timeout=%j is refused with the value shown", (value) =>
    expectError(
      () => readPluginConfig({ timeout: value }),
      "VALIDATION_ERROR",
      `plugin config timeout=${JSON.stringify(value)} is not a whole number of seconds from 1 to 3600`,
      "leave it out for 60",
    ),
  );
});
