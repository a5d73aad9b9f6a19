/** Requests that are in order, and what they must be answered with. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Setup } from "../executable/setup.ts";
import { createSelfSigned, type IssuedCertificate, issueLeaf, toPem } from "../pki/index.ts";
import type { CommandName, Ending } from "./contract.ts";
import type { RightRequest, Stdin } from "./request-mutation.ts";
import type { KnownSecrets } from "./secrets.ts";
import { isRightlySigned } from "./verification.ts";

export interface RightRequests {
  readonly requests: readonly RightRequest[];
  /** Throws where a command was answered with something else than what its stdin asks for. */
  checkAnswer(stdin: Stdin, ending: Ending): void;
  close(): Promise<void>;
}

/** Longer than what one change of bytes takes away, so that no change makes a secret the value of the field before. */
const SECRET_NAMES = {
  field: "an_unknown_field_with_a_session_of_its_own",
  password: "password_of_another_tool_for_a_registry",
  token: "token_of_another_tool_for_a_registry_of_images",
  privateKey: "private_key_of_another_tool_for_the_same_key",
};

/** Imports what the requests need into the vault: a leaf with its chain, and a certificate that is its own root. */
export async function prepareRightRequests(setup: Setup, secrets: KnownSecrets): Promise<RightRequests> {
  const folder = await mkdtemp(join(tmpdir(), "right-requests-"));
  const [leaf, selfSigned] = await Promise.all([
    issueLeaf({ subject: "CN=signer", issuer: setup.intermediate }),
    createSelfSigned({ subject: "CN=alone" }),
  ]);
  const caCerts = join(folder, "ca.pem");
  await writeFile(caCerts, toPem(...leaf.chain.slice(1)));
  const keyIdOf = (name: string, { privateKey, chain }: IssuedCertificate): string =>
    setup.vault.importCertificate({ name, privateKey, certificates: chain }).keyId;
  const leafId = keyIdOf("signer", leaf);
  const selfSignedId = keyIdOf("alone", selfSigned);
  const common = { [SECRET_NAMES.field]: secrets.password, contractVersion: "1.0" };
  const others = {
    [SECRET_NAMES.password]: secrets.password,
    [SECRET_NAMES.token]: secrets.token,
    [SECRET_NAMES.privateKey]: secrets.privateKey,
  };
  const payload = Buffer.from(`{"targetArtifact":"${secrets.password}"}`).toString("base64");
  const sign = { keySpec: "EC-256", hashAlgorithm: "SHA-256", payload };
  const request = (command: CommandName, fields: object, config: object): RightRequest => ({
    command,
    fields: { ...common, ...fields },
    config: { ...config, ...others },
  });
  return {
    requests: [
      request("get-plugin-metadata", {}, {}),
      request("describe-key", { keyId: leafId }, { credential_type: "environment" }),
      request("generate-signature", { keyId: leafId, ...sign }, { self_signed: "false", timeout: "30" }),
      request("generate-signature", { keyId: leafId, ...sign }, { ca_certs: caCerts }),
      request("generate-signature", { keyId: selfSignedId, ...sign }, { self_signed: "true" }),
    ],
    checkAnswer({ command, bytes }, ending) {
      if (ending.kind === "refused" || command === "get-plugin-metadata") {
        return;
      }
      const { keyId, payload: asked = "" } = JSON.parse(new TextDecoder().decode(bytes));
      const { response } = ending;
      // Names in a vault are the same in either case: a changed bit may have made one of `signer` a capital.
      const { chain } = keyId.toLowerCase().includes("/signer") ? leaf : selfSigned;
      if (response.keyId !== keyId) {
        throw new Error(`asked for ${keyId}, answered for ${response.keyId}`);
      }
      if (
        command === "generate-signature" &&
        !isRightlySigned(response, Buffer.from(asked, "base64"), chain)
      ) {
        throw new Error(`not a right signature: ${JSON.stringify(response)}`);
      }
    },
    close: () => rm(folder, { recursive: true }),
  };
}
