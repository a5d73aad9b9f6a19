/** What each command asks of Azure: how many requests, by how many connections, and which of them wait for others. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hopsOf } from "../bench/hops.ts";
import { authorize } from "../emulator/client.ts";
import { type IssuedCertificate, issueLeaf, toPem } from "../pki/index.ts";
import { answerOf } from "./run-plugin.ts";
import { createSetup, type Setup } from "./setup.ts";
import { describeRequest, signRequest } from "./signing.ts";

/** So long that what waits for an answer is told from what does not. */
const ROUND_TRIP_MS = 60;

let setup: Setup;
let folder: string;
let leaf: IssuedCertificate;
let keyId: string;
let host: string;

beforeAll(async () => {
  [setup, folder] = await Promise.all([createSetup(), mkdtemp(join(tmpdir(), "round-trips-"))]);
  leaf = await issueLeaf({ subject: "CN=signer", issuer: setup.intermediate });
  const { privateKey, chain } = leaf;
  ({ keyId } = setup.vault.importCertificate({ name: "signer", privateKey, certificates: chain }));
  host = new URL(setup.vault.url).host;
  await writeFile(join(folder, "chain.pem"), toPem(...leaf.chain));
  setup.emulator.setLatency(ROUND_TRIP_MS);
});

afterAll(async () => {
  await setup.emulator.close();
  await rm(folder, { recursive: true });
});

const LOGIN = "login.microsoftonline.com";

interface Asked {
  /** Method, host and what of the path says which call it is; sorted, since some go at once. */
  readonly requests: readonly string[];
  /** Hosts that a connection was opened to, sorted. */
  readonly tunnels: readonly string[];
  readonly hops: number;
}

/** Runs a command and says what it asked. No request may have been answered but with success. */
async function askedBy(
  command: string,
  request: object,
  env: Readonly<Record<string, string>>,
): Promise<Asked> {
  const { log, tunnels } = setup.emulator;
  const [entriesBefore, tunnelsBefore] = [log.length, tunnels.length];
  await answerOf(command, request, { env });
  const entries = log.slice(entriesBefore);
  expect(entries.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
  const call = (path: string): string => /token|certificates|secrets|sign(?=\?)/.exec(path)?.[0] ?? path;
  return {
    requests: entries.map((entry) => `${entry.method} ${entry.host} ${call(entry.path)}`).sort(),
    tunnels: tunnels
      .slice(tunnelsBefore)
      .map((tunnel) => tunnel.host)
      .sort(),
    hops: hopsOf(
      entries.map(({ span }) => span),
      ROUND_TRIP_MS / 2,
    ),
  };
}

test.each([{}, { credential_type: "environment" }])(
  "describe-key with %j: token, certificate",
  async (config) => {
    expect(await askedBy("describe-key", describeRequest(keyId, config), setup.env)).toEqual({
      requests: [`GET ${host} certificates`, `POST ${LOGIN} token`],
      tunnels: [LOGIN, host],
      hops: 2,
    });
  },
);

test.each([{}, { credential_type: "environment" }])(
  "generate-signature with %j: token; secret and sign at once, by connections that were opened before",
  async (config) => {
    expect(await askedBy("generate-signature", signRequest(keyId, "EC-256", config), setup.env)).toEqual({
      requests: [`GET ${host} secrets`, `POST ${LOGIN} token`, `POST ${host} sign`],
      tunnels: [LOGIN, host, host],
      hops: 2,
    });
  },
);

test("connections to the vault are opened while the token is waited for", async () => {
  const { log, tunnels } = setup.emulator;
  await askedBy("generate-signature", signRequest(keyId, "EC-256"), setup.env);
  const token = log.findLast(({ path }) => path.includes("token"))?.span.end ?? 0;
  for (const { openedAt } of tunnels.slice(-3)) {
    expect(openedAt).toBeLessThan(token);
  }
});

test("without a version the secret's version signs, by the same connection", async () => {
  const latest = keyId.replace(/\/[^/]*$/, "");
  expect(await askedBy("generate-signature", signRequest(latest, "EC-256"), setup.env)).toEqual({
    requests: [`GET ${host} secrets`, `POST ${LOGIN} token`, `POST ${host} sign`],
    tunnels: [LOGIN, host],
    hops: 3,
  });
});

test("with cert_chain describe-key asks nothing, and generate-signature for token and sign alone", async () => {
  const config = { cert_chain: join(folder, "chain.pem") };
  expect(await askedBy("describe-key", describeRequest(keyId, config), setup.env)).toEqual({
    requests: [],
    tunnels: [],
    hops: 0,
  });
  expect(await askedBy("generate-signature", signRequest(keyId, "EC-256", config), setup.env)).toEqual({
    requests: [`POST ${LOGIN} token`, `POST ${host} sign`],
    tunnels: [LOGIN, host],
    hops: 2,
  });
});

test("a managed identity: the vault is not asked for its tenant", async () => {
  const identity = setup.emulator.createManagedIdentity("system-assigned");
  setup.vault.setAccessPolicy(identity, { certificates: ["get"] });
  const { HTTPS_PROXY = "", NODE_EXTRA_CA_CERTS = "" } = setup.emulator.environment;
  const env = { HTTPS_PROXY, NODE_EXTRA_CA_CERTS, ...identity.environment };
  const asked = await askedBy("describe-key", describeRequest(keyId, { credential_type: "managedid" }), env);
  expect(asked.requests).toEqual([
    expect.stringMatching(/^GET (?:127\.0\.0\.1|169\.254\.169\.254)\S* token$/),
    `GET ${host} certificates`,
  ]);
  expect(asked.tunnels).toEqual([host]);
});

test("az: the vault is not asked for its tenant, and az is started once", async () => {
  const { Authorization = "" } = await authorize(setup.emulator, setup.principal);
  const accessToken = Authorization.replace(/^Bearer /, "");
  const answer = JSON.stringify({ accessToken, expires_on: Math.floor(Date.now() / 1000) + 3600 });
  const script = `#!/bin/sh\necho "$@" >> '${folder}/starts'\necho '${answer}'\n`;
  await writeFile(join(folder, "az"), script);
  await chmod(join(folder, "az"), 0o755);
  const env = { ...setup.emulator.environment, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  expect(
    await askedBy("generate-signature", signRequest(keyId, "EC-256", { credential_type: "azurecli" }), env),
  ).toEqual({
    requests: [`GET ${host} secrets`, `POST ${host} sign`],
    tunnels: [host, host],
    hops: 1,
  });
  expect((await Bun.file(join(folder, "starts")).text()).trim().split("\n")).toHaveLength(1);
});
