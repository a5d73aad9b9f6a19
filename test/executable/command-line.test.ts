import { beforeAll, describe, expect, test } from "bun:test";
import { version } from "../../package.json";
import { validateGetPluginMetadataResponse } from "../../src/protocol/generated/validators.js";
import {
  answerOf,
  bundleOnNode,
  executable,
  type PluginCommand,
  refusalOf,
  runPlugin,
} from "./run-plugin.ts";

let nodeBundle: PluginCommand;

beforeAll(async () => {
  nodeBundle = await bundleOnNode();
}, 300_000);

describe.each(["the executable", "the bundle on Node 22"])("%s", (distribution) => {
  const options = () => ({ plugin: distribution === "the executable" ? executable : nodeBundle });

  test.each([[[]], [["--help"]], [["-h"]], [["help"]]])("%j prints the help and succeeds", async (args) => {
    const { exitCode, stdout, stderr } = await runPlugin(args, "", options());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const text of [
      "notation sign",
      "generate-signature",
      "credential_type",
      "ca_certs",
      "self_signed",
    ]) {
      expect(stdout).toContain(text);
    }
  });

  test.each(["--version", "-v", "version"])("%s prints the version and succeeds", async (option) => {
    const run = await runPlugin([option], "", options());
    expect(run).toEqual({ exitCode: 0, stdout: `notation-azure-kv ${version}\n`, stderr: "" });
  });

  test.each(["{}", '{"pluginConfig":{"a":"b"},"later":1}', "\ufeff{\r\n}\r\n"])(
    "get-plugin-metadata answers %j with metadata that Notation takes",
    async (request) => {
      const { exitCode, stdout, stderr } = await runPlugin(["get-plugin-metadata"], request, options());
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      const metadata: unknown = JSON.parse(stdout);
      expect(validateGetPluginMetadataResponse(metadata)).toBe(true);
      expect(metadata).toMatchObject({
        name: "azure-kv",
        version,
        supportedContractVersions: ["1.0"],
        capabilities: ["SIGNATURE_GENERATOR.RAW"],
      });
    },
  );

  test.each([
    [
      ["verify-signature"],
      "{}",
      "VALIDATION_ERROR",
      /unknown command "verify-signature"; expected one of get-plugin-metadata/,
    ],
    [["__proto__"], "{}", "VALIDATION_ERROR", /unknown command "__proto__"/],
    [["get-plugin-metadata"], "", "VALIDATION_ERROR", /stdin is empty/],
    [["describe-key"], '{"contractVersion":', "VALIDATION_ERROR", /not valid JSON/],
    [["describe-key"], "[]", "VALIDATION_ERROR", /expected the request as one JSON object/],
    [["describe-key"], new Uint8Array([0x7b, 0xff, 0x7d]), "VALIDATION_ERROR", /not valid UTF-8/],
    [["describe-key"], "{}", "VALIDATION_ERROR", /"contractVersion" is missing; "keyId" is missing/],
    [
      ["generate-signature"],
      '{"contractVersion":"1.0"}',
      "VALIDATION_ERROR",
      /"keySpec" is missing.*"payload" is missing/,
    ],
    [
      ["describe-key"],
      '{"contractVersion":"2.0"}',
      "UNSUPPORTED_CONTRACT_VERSION",
      /"2.0" is not supported; this plugin supports 1.0/,
    ],
  ] as const)("%j with %j on stdin is refused", async (args, stdin, errorCode, message) => {
    const refusal = await refusalOf(args, stdin, options());
    expect(refusal.errorCode).toBe(errorCode);
    expect(refusal.errorMessage).toMatch(message);
  });
});

test("a request split inside a UTF-8 character, slowly, is one request", async () => {
  const request = Buffer.from('{"contractVersion":"1.0","keyId":"schlüssel"}');
  const split = request.indexOf(0xc3) + 1;
  const child = Bun.spawn([...executable, "describe-key"], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  child.stdin.write(request.subarray(0, split));
  await child.stdin.flush();
  await Bun.sleep(50);
  child.stdin.write(request.subarray(split));
  await child.stdin.end();
  expect(JSON.parse(await new Response(child.stderr).text())).toMatchObject({
    errorCode: "VALIDATION_ERROR",
    errorMessage: expect.stringContaining('key identifier "schlüssel" is not a URL'),
  });
});

test("a request on a pipe that does not block is waited for", async () => {
  // Whoever starts the plugin may have made the pipe so; Python can, and Bun cannot.
  const starter = [
    "import os, subprocess, sys, time",
    "reader, writer = os.pipe()",
    "os.set_blocking(reader, False)",
    "child = subprocess.Popen(sys.argv[1:], stdin=reader)",
    "os.close(reader)",
    "time.sleep(0.2)",
    "os.write(writer, b'{\"pluginConfig\":')",
    "time.sleep(0.1)",
    "os.write(writer, b'{}}')",
    "os.close(writer)",
    "sys.exit(child.wait())",
  ].join("\n");
  for (const plugin of [executable, nodeBundle]) {
    const run = await runPlugin(["-c", starter, ...plugin, "get-plugin-metadata"], "", {
      plugin: ["python3"],
    });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(run.stdout)).toMatchObject({ name: "azure-kv" });
  }
});

test.each([
  ["a full disk", "get-plugin-metadata > /dev/full", "ENOSPC"],
  ["a reader that has gone", "get-plugin-metadata | true", "EPIPE"],
])("a response that cannot be written, for %s, is an error", async (_why, redirection, reason) => {
  const [program] = executable;
  const line = `set -o pipefail; { sleep 0.2; echo '{}'; } | "${program}" ${redirection}`;
  const { exitCode, stdout, stderr } = await runPlugin(["-c", line], "", { plugin: ["bash"] });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(JSON.parse(stderr)).toMatchObject({
    errorCode: "ERROR",
    errorMessage: expect.stringMatching(new RegExp(`the response cannot be written: ${reason}`)),
  });
});

test("closed stdin, and nothing on it, are told as an empty request", async () => {
  for (const redirection of ["<&-", "< /dev/null"]) {
    const line = `"${executable[0]}" describe-key ${redirection}`;
    const { exitCode, stderr } = await runPlugin(["-c", line], "", { plugin: ["bash"] });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      errorCode: "VALIDATION_ERROR",
      errorMessage: expect.stringMatching(/stdin is (?:empty|closed)/),
    });
  }
});

test("what get-plugin-metadata says is the same on both distributions", async () => {
  expect(await answerOf("get-plugin-metadata", {}, { plugin: nodeBundle })).toEqual(
    await answerOf("get-plugin-metadata", {}),
  );
});
