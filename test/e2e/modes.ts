/** The ways to name and to store a certificate, beside key spec and format, that signing must work with. */
import type { CertificateVersion, ImportRequest } from "../emulator/types.ts";
import { type IssuedCertificate, toPem } from "../pki/index.ts";
import { leafOf } from "./hierarchy.ts";
import type { Matrix } from "./matrix.ts";
import type { SignRequest } from "./signing.ts";

/** What a person types, without who they are. */
export type CaseRequest = Omit<SignRequest, "principal">;

export interface Mode {
  readonly title: string;
  /** Imports the certificate, and says which it is and what the person types. */
  prepare(matrix: Matrix): ModeRequest | Promise<ModeRequest>;
}

type ModeRequest = { readonly issued: IssuedCertificate } & CaseRequest;

export const MODES: readonly Mode[] = [
  {
    title: "self_signed=true with keys sign and certificates get",
    prepare({ hierarchy, vaults, importInto }) {
      const issued = hierarchy.selfSigned;
      const { keyId } = importInto(vaults.certificatesOnly, "self-signed", issued);
      return { issued, id: keyId, pluginConfig: { self_signed: "true" } };
    },
  },
  {
    title: "ca_certs=bundle with keys sign and certificates get, only the leaf in the vault",
    async prepare({ stage, hierarchy, vaults, importInto }) {
      const issued = leafOf(hierarchy, "RSA-3072");
      const certificates = [issued.certificate];
      const { keyId } = importInto(vaults.certificatesOnly, "bundle", issued, { certificates });
      const bundle = await stage.writeFile("bundle.pem", toPem(...issued.chain.slice(1)));
      return { issued, id: keyId, pluginConfig: { ca_certs: bundle } };
    },
  },
  identified("key identifier without a version", ({ keyId, version }) => keyId.replace(`/${version}`, "")),
  identified("certificate id", ({ certificateId }) => certificateId),
  identified("trailing slash", ({ keyId }) => `${keyId}/`),
  stored(
    "chain stored root first",
    ({ hierarchy }) => leafOf(hierarchy, "EC-384"),
    ({ chain }) => ({ certificates: chain.toReversed() }),
  ),
  stored(
    "chain of five certificates in any order",
    ({ hierarchy }) => hierarchy.deepLeaf,
    ({ chain }) => ({ certificates: [3, 1, 4, 0, 2].flatMap((index) => chain.slice(index, index + 1)) }),
  ),
  {
    title: "roles Key Vault Certificate User and Key Vault Crypto User",
    prepare({ hierarchy, vaults, importInto }) {
      const issued = leafOf(hierarchy, "EC-256");
      return { issued, id: importInto(vaults.roles, "by-roles", issued).keyId };
    },
  },
];

/** A mode in which only the identifier differs. */
function identified(title: string, idOf: (ids: CertificateVersion) => string): Mode {
  const issuedOf = ({ hierarchy }: Matrix) => leafOf(hierarchy, "RSA-2048");
  return stored(title, issuedOf, () => ({}), idOf);
}

/** A mode in which what the vault holds differs. */
function stored(
  title: string,
  issuedOf: (matrix: Matrix) => IssuedCertificate,
  optionsOf: (issued: IssuedCertificate) => Partial<ImportRequest>,
  idOf: (ids: CertificateVersion) => string = ({ keyId }) => keyId,
): Mode {
  return {
    title,
    prepare(matrix) {
      const issued = issuedOf(matrix);
      const name = title.replaceAll(" ", "-");
      const ids = matrix.importInto(matrix.vaults.signing, name, issued, optionsOf(issued));
      return { issued, id: idOf(ids) };
    },
  };
}
