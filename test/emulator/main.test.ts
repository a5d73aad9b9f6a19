import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

test("npm run emulator prints what to export, then each request, and stops cleanly", async () => {
  await using child = Bun.spawn([process.execPath, join(import.meta.dirname, "main.ts")], { stdout: "pipe" });
  const output = readUntil(child.stdout, "(Ctrl-C stops):\n");
  const text = await output.next();
  for (const name of [
    "HTTPS_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_SECRET",
  ]) {
    expect(text).toMatch(new RegExp(`^export ${name}='[^']+'$`, "m"));
  }
  for (const name of [
    "rsa-2048",
    "rsa-3072",
    "rsa-4096",
    "ec-256",
    "ec-384",
    "ec-521",
    "pem",
    "self-signed",
  ]) {
    expect(text).toMatch(
      new RegExp(`^# +${name} +https://myvault\\.vault\\.azure\\.net/keys/${name}/[0-9a-f]{32}$`, "m"),
    );
  }
  const rootFile = /--store example: (?<file>.+)/.exec(text)?.groups?.["file"] ?? "";
  expect(existsSync(rootFile)).toBe(true);

  // What it printed is sh, comments and all: a shell that reads it can reach the vault.
  const script = `${text}\n"${process.execPath}" --eval 'await fetch("https://myvault.vault.azure.net/keys/k")'`;
  expect(Bun.spawnSync(["sh", "-e", "-c", script]).exitCode).toBe(0);
  expect(await output.next("Unauthorized\n")).toMatch(
    /401 GET myvault\.vault\.azure\.net\/keys\/k +Unauthorized\n$/,
  );

  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
  expect(existsSync(rootFile)).toBe(false);
}, 60_000);

/** Reads a stream piece by piece: each call resolves to the text up to its mark. */
function readUntil(stream: ReadableStream<Uint8Array>, firstMark: string) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  return {
    async next(mark = firstMark): Promise<string> {
      let text = "";
      while (!text.includes(mark)) {
        const { value, done } = await reader.read();
        if (done) {
          throw new Error(`it ended without ${mark}: ${text}`);
        }
        text += decoder.decode(value);
      }
      return text;
    },
  };
}
