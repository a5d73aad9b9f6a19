/** The streams that the plugin is given, whatever they are: split anywhere, very large, a terminal, a folder, closed. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  bundleOnNode,
  executable,
  type PluginCommand,
  refusalOf,
  runPlugin,
} from "../executable/run-plugin.ts";
import { createSetup, type Setup } from "../executable/setup.ts";
import { signRequest } from "../executable/signing.ts";
import { type IssuedCertificate, issueLeaf } from "../pki/index.ts";
import { checkError } from "./contract.ts";
import { isRightlySigned } from "./verification.ts";

const LIMIT_MS = 120_000;
const LARGE_PAYLOAD = 16 * 1024 * 1024;

/** How much the plugin reads of stdin at once. */
const CHUNK_SIZE = 64 * 1024;

/** Characters of two, three and four octets in UTF-8. */
const CHARACTERS = ["ü", "€", "𝄞"] as const;

/** Each character with every place inside it, in octets. */
const SPLITS = CHARACTERS.flatMap((character) =>
  Array.from({ length: Buffer.byteLength(character) - 1 }, (_, index) => [character, index + 1] as const),
);

let setup: Setup;
let leaf: IssuedCertificate;
let keyId: string;
let folder: string;
let programs: readonly PluginCommand[];

beforeAll(async () => {
  [setup, folder] = await Promise.all([createSetup(), mkdtemp(join(tmpdir(), "streams-"))]);
  programs = [executable, await bundleOnNode()];
  leaf = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  const { privateKey, chain } = leaf;
  ({ keyId } = setup.vault.importCertificate({ name: "signer", privateKey, certificates: chain }));
}, 300_000);

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

const nothingSecret = (): number => 0;

test.each(SPLITS)("a request split inside %s, after octet %d, is one request", async (character, octets) => {
  const request = Buffer.from(`{"contractVersion":"1.0","keyId":"key ${character}"}`);
  const split = request.indexOf(character) + octets;
  // Reads and writes are paired by nothing but time here; the next test does not depend on it.
  for (const plugin of programs) {
    const child = Bun.spawn([...plugin, "describe-key"], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
    child.stdin.write(request.subarray(0, split));
    await child.stdin.flush();
    await Bun.sleep(100);
    child.stdin.write(request.subarray(split));
    await child.stdin.end();
    const { errorCode, errorMessage } = checkError(await new Response(child.stderr).text(), nothingSecret);
    expect({ errorCode, errorMessage }).toMatchObject({
      errorCode: "VALIDATION_ERROR",
      errorMessage: expect.stringContaining(`key identifier "key ${character}" is not a URL`),
    });
  }
});

test.each(SPLITS)(
  "a chunk of a file that ends inside %s, after octet %d, loses nothing",
  async (character, octets) => {
    const start = Buffer.from('{"contractVersion":"1.0","later":"');
    const filling = "x".repeat(CHUNK_SIZE - start.length - octets);
    const field = `${filling}${character}","keyId":"key ${character}"}`;
    const file = join(folder, `split-${character.codePointAt(0)}-${octets}.json`);
    await writeFile(file, Buffer.concat([start, Buffer.from(field)]));
    for (const plugin of programs) {
      const { exitCode, stderr } = await runPlugin(
        ["-c", `"$0" "$@" < ${file}`, ...plugin, "describe-key"],
        "",
        {
          plugin: ["bash"],
        },
      );
      expect(exitCode).toBe(1);
      expect(checkError(stderr, nothingSecret).errorMessage).toContain(
        `key identifier "key ${character}" is not a URL`,
      );
    }
  },
);

test(
  "a payload of 16 MiB is signed right",
  async () => {
    const payload = Buffer.alloc(LARGE_PAYLOAD, "what is signed, at length; ");
    const request = { ...signRequest(keyId, "EC-256"), payload: payload.toString("base64") };
    for (const plugin of programs) {
      const { exitCode, stdout, stderr } = await runPlugin(["generate-signature"], JSON.stringify(request), {
        env: setup.env,
        plugin,
      });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(isRightlySigned(JSON.parse(stdout), payload, leaf.chain)).toBe(true);
    }
  },
  LIMIT_MS,
);

test("a terminal as stdin is refused at once: nobody types a request", async () => {
  const starter = [
    "import pty, subprocess, sys",
    "master, slave = pty.openpty()",
    "sys.exit(subprocess.run(sys.argv[1:], stdin=slave, timeout=30).returncode)",
  ].join("\n");
  for (const plugin of programs) {
    const refusal = await refusalOf(["-c", starter, ...plugin, "describe-key"], "", { plugin: ["python3"] });
    expect(refusal.errorCode).toBe("VALIDATION_ERROR");
    expect(refusal.errorMessage).toMatch(/stdin is a terminal.*\nFix: .*notation-azure-kv --help/);
  }
});

test("a folder as stdin is refused", async () => {
  for (const plugin of programs) {
    const args = ["-c", `"$0" "$@" < ${folder}`, ...plugin, "describe-key"];
    const refusal = await refusalOf(args, "", { plugin: ["bash"] });
    expect(refusal.errorCode).toBe("VALIDATION_ERROR");
    expect(refusal.errorMessage).toMatch(/stdin cannot be read: EISDIR/);
  }
});

/** stdin as it is closed, a right request or a wrong one; stdout and stderr open or closed. */
const STREAMS = ["closed", "right", "wrong"].flatMap((stdin) =>
  ["open", "closed"].flatMap((stdout) =>
    ["open", "closed"].map((stderr) => [stdin, stdout, stderr] as const),
  ),
);

test.each(STREAMS)(
  "stdin %s, stdout %s, stderr %s: an end by the contract",
  async (stdin, stdout, stderr) => {
    const right = signRequest(keyId, "EC-256");
    const request = join(folder, "request.json");
    await writeFile(request, JSON.stringify(stdin === "right" ? right : { ...right, keySpec: "none" }));
    const [out, err] = [join(folder, "stdout"), join(folder, "stderr")];
    const redirections = [
      stdin === "closed" ? "<&-" : `< ${request}`,
      stdout === "closed" ? ">&-" : `> ${out}`,
      stderr === "closed" ? "2>&-" : `2> ${err}`,
    ].join(" ");
    for (const plugin of programs) {
      await Promise.all([out, err].map((file) => writeFile(file, "")));
      const args = ["-c", `"$0" "$@" ${redirections}`, ...plugin, "generate-signature"];
      const { exitCode } = await runPlugin(args, "", { plugin: ["bash"], env: setup.env });
      expect(exitCode).toBe(stdin === "right" ? 0 : 1);
      const [written, refused] = await Promise.all([out, err].map((file) => readFile(file, "utf8")));
      // What is closed for the program is nobody's loss; what is open holds the whole answer, or nothing.
      if (stdin === "right" && stdout === "open") {
        const payload = Buffer.from("payload" in right ? String(right.payload) : "", "base64");
        expect(isRightlySigned(JSON.parse(written ?? ""), payload, leaf.chain)).toBe(true);
      } else {
        expect(written).toBe("");
      }
      if (stdin !== "right" && stderr === "open") {
        expect(checkError(refused ?? "", nothingSecret).errorCode).toBe("VALIDATION_ERROR");
      } else {
        expect(refused).toBe("");
      }
    }
  },
);
