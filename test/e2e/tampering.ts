/** Replaces an image's signature by a copy of it, changed or not: what a control needs to fail, and to succeed. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { oras } from "./image.ts";
import { ENVELOPE_MEDIA_TYPE, fingerprintsOf, inspectSignature } from "./signing.ts";
import type { Stage } from "./stage.ts";

const SIGNATURE_TYPE = "application/vnd.cncf.notary.signature";

/** Puts `change(envelope)` in place of the JWS envelope that the image was signed with. */
export async function replaceEnvelope(
  stage: Stage,
  image: string,
  chain: readonly Uint8Array[],
  change: (envelope: string) => string,
): Promise<void> {
  const { options } = stage;
  const [repository] = image.split("@");
  const { digest } = await inspectSignature(stage, image);
  const signature = `${repository}@${digest}`;
  const manifest: SignatureManifest = JSON.parse(await oras(["manifest", "fetch", signature], options));
  const [blob] = manifest.layers;
  if (blob === undefined) {
    throw new Error(`${signature} has no envelope`);
  }
  const name = `envelope-${crypto.randomUUID()}.json`;
  const path = join(options.folder, name);
  await oras(["blob", "fetch", "--output", path, `${repository}@${blob.digest}`], options);
  await writeFile(path, change(await readFile(path, "utf8")));
  await oras(["manifest", "delete", "--force", signature], options);
  const thumbprints = JSON.stringify(fingerprintsOf(chain));
  const annotation = `io.cncf.notary.x509chain.thumbprint#S256=${thumbprints}`;
  const file = `${name}:${ENVELOPE_MEDIA_TYPE.jws}`;
  await oras(["attach", "--artifact-type", SIGNATURE_TYPE, "--annotation", annotation, image, file], options);
}

/** The envelope with one bit of the signature's first byte changed. */
export function flipSignatureBit(envelope: string): string {
  const jws: { signature: string } = JSON.parse(envelope);
  const bytes = Buffer.from(jws.signature, "base64url");
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return JSON.stringify({ ...jws, signature: bytes.toString("base64url") });
}

interface SignatureManifest {
  readonly layers: readonly { readonly digest: string }[];
}
