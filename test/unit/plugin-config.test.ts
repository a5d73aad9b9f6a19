import { describe, expect, test } from "bun:test";
import { readPluginConfig } from "../../src/plugin-config/plugin-config.ts";
import { expectError } from "./expect-error.ts";

describe("the plugin config", () => {
  test("is the whole chain from the secret and the default credential when nothing is said", () => {
    const expected = {
      chainSource: { kind: "secret" },
      credentialType: undefined,
      clientId: undefined,
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

  test("self_signed and ca_certs exclude each other", () =>
    expectError(
      () => readPluginConfig({ self_signed: "true", ca_certs: "/ca.pem" }),
      "VALIDATION_ERROR",
      "self_signed=true and ca_certs=/ca.pem exclude each other",
    ));

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
});
