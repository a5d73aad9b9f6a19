/** One signing as a person does it: sign an image, look at the signature, verify it. */
import { expect } from "bun:test";
import { createHash } from "node:crypto";
import type { Principal } from "../emulator/types.ts";
import type { CommandResult } from "./command.ts";
import { createVerifier, type Trust } from "./notation.ts";
import type { Stage } from "./stage.ts";

export type EnvelopeFormat = "jws" | "cose";

export interface SignRequest {
  readonly principal: Principal;
  /** What `--id` says. */
  readonly id: string;
  /** Default: `jws`. */
  readonly format?: EnvelopeFormat;
  /** `--plugin-config` by `--plugin-config`. */
  readonly pluginConfig?: Readonly<Record<string, string>>;
}

/** What `notation inspect` says of a signature. */
export interface InspectedSignature {
  readonly mediaType: string;
  /** Digest of the signature's manifest. */
  readonly digest: string;
  readonly signatureAlgorithm: string;
  /** SHA-256 of the certificates, lower case hexadecimal, in the order of the envelope. */
  readonly fingerprints: readonly string[];
}

export const ENVELOPE_MEDIA_TYPE: Readonly<Record<EnvelopeFormat, string>> = {
  jws: "application/jose+json",
  cose: "application/cose",
};

/** Runs `notation sign` for an image. The exit code may be any. */
export function runSign(stage: Stage, image: string, request: SignRequest): Promise<CommandResult> {
  const { principal, id, format = "jws", pluginConfig = {} } = request;
  const options = Object.entries(pluginConfig).flatMap(([key, value]) => [
    "--plugin-config",
    `${key}=${value}`,
  ]);
  const args = ["sign", "--signature-format", format, "--plugin", "azure-kv", "--id", id, ...options, image];
  return stage.signer.run(args, principal.environment);
}

/** Signs a new image. Returns its reference; anything but success fails the test with the output. */
export async function signNewImage(stage: Stage, request: SignRequest): Promise<string> {
  const image = await stage.pushImage();
  const { exitCode, stdout, stderr } = await runSign(stage, image, request);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain(`Successfully signed ${image}`);
  return image;
}

/** Runs `notation verify` on a machine that trusts only what it is given. */
export async function runVerify(stage: Stage, image: string, trust: Trust): Promise<CommandResult> {
  const verifier = await createVerifier(stage.options, trust);
  return await verifier.run(["verify", image]);
}

/** The image verifies under the strict policy. */
export async function expectVerified(stage: Stage, image: string, trust: Trust): Promise<void> {
  const { exitCode, stdout, stderr } = await runVerify(stage, image, trust);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain(`Successfully verified signature for ${image}`);
}

/** The image has signatures, and none of them verifies. */
export async function expectNotVerified(stage: Stage, image: string, trust: Trust): Promise<void> {
  const { exitCode, stderr } = await runVerify(stage, image, trust);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining("signature verification failed for all the signatures"),
  });
}

/** Nothing was pushed for the image. */
export async function expectUnsigned(stage: Stage, image: string, trust: Trust): Promise<void> {
  const { exitCode, stderr } = await runVerify(stage, image, trust);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining("no signature is associated with"),
  });
}

/** The only signature of the image. */
export async function inspectSignature(stage: Stage, image: string): Promise<InspectedSignature> {
  const { stdout, exitCode, stderr } = await stage.signer.run(["inspect", "--output", "json", image]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const report: InspectReport = JSON.parse(stdout);
  expect(report.Signatures).toHaveLength(1);
  const [signature] = report.Signatures;
  if (signature === undefined) {
    throw new Error(`${image} has no signature`);
  }
  const { mediaType, digest, signatureAlgorithm, certificates } = signature;
  const fingerprints = certificates.map((certificate) => certificate.SHA256Fingerprint);
  return { mediaType, digest, signatureAlgorithm, fingerprints };
}

/** SHA-256 of DER certificates, as `notation inspect` writes them. */
export function fingerprintsOf(chain: readonly Uint8Array[]): string[] {
  return chain.map((der) => createHash("sha256").update(der).digest("hex"));
}

/** The part of `notation inspect --output json` that the tests read. */
interface InspectReport {
  readonly Signatures: readonly {
    readonly mediaType: string;
    readonly digest: string;
    readonly signatureAlgorithm: string;
    readonly certificates: readonly { readonly SHA256Fingerprint: string }[];
  }[];
}
