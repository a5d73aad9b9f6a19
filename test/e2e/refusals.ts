/** What must not be signed, and what the person must be told. */
import { toPem } from "../pki/index.ts";
import { leafOf } from "./hierarchy.ts";
import type { Matrix } from "./matrix.ts";
import type { CaseRequest } from "./modes.ts";

export interface Refusal {
  readonly title: string;
  /** Prepares the mistake, and says what no good message can do without. */
  prepare(matrix: Matrix): RefusalRequest | Promise<RefusalRequest>;
}

type RefusalRequest = { readonly wanted: readonly RegExp[] } & CaseRequest;

const UNKNOWN_VERSION = "0123456789abcdef0123456789abcdef";

export const REFUSALS: readonly Refusal[] = [
  {
    title: "a version that the vault does not have",
    prepare(matrix) {
      const { keyId, version } = importLeaf(matrix, "wrong-version", "whole chain");
      return {
        id: keyId.replace(version, UNKNOWN_VERSION),
        wanted: [new RegExp(`version ${UNKNOWN_VERSION}`), /CertificateNotFound/],
      };
    },
  },
  {
    title: "an incomplete chain without a bundle",
    prepare(matrix) {
      const { keyId, issuer } = importLeaf(matrix, "incomplete", "leaf only");
      return { id: keyId, wanted: [issuer, /ca_certs/] };
    },
  },
  {
    title: "a bundle of another authority",
    async prepare(matrix) {
      const { keyId, issuer } = importLeaf(matrix, "wrong-bundle", "leaf only");
      const { certificate } = matrix.hierarchy.stranger;
      const bundle = await matrix.stage.writeFile("stranger.pem", toPem(certificate));
      return { id: keyId, pluginConfig: { ca_certs: bundle }, wanted: [issuer, /ca_certs|stranger\.pem/] };
    },
  },
  {
    title: "self_signed=true for a certificate that an authority issued",
    prepare(matrix) {
      const { keyId, issuer } = importLeaf(matrix, "not-self-signed", "whole chain");
      return { id: keyId, pluginConfig: { self_signed: "true" }, wanted: [/self_signed/, issuer] };
    },
  },
  {
    title: "self_signed=true together with ca_certs",
    async prepare(matrix) {
      const { keyId, leaf } = importLeaf(matrix, "both-options", "whole chain");
      const bundle = await matrix.stage.writeFile("both.pem", toPem(...leaf.chain.slice(1)));
      const pluginConfig = { self_signed: "true", ca_certs: bundle };
      return { id: keyId, pluginConfig, wanted: [/self_signed/, /ca_certs/] };
    },
  },
];

/** Imports a leaf. `issuer` matches a message that names the authority which issued it. */
function importLeaf(matrix: Matrix, name: string, content: "whole chain" | "leaf only") {
  const { hierarchy, vaults, importInto } = matrix;
  const leaf = leafOf(hierarchy, "EC-256");
  const options = content === "leaf only" ? { certificates: [leaf.certificate] } : {};
  const { keyId, version } = importInto(vaults.signing, name, leaf, options);
  return { leaf, keyId, version, issuer: /Example Code Signing CA/ };
}
