/** The certificates that the matrix signs with: every key spec, and the shapes that chains come in. */
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createSelfSigned,
  generatePrivateKey,
  type IssuedCertificate,
  issueLeaf,
  KEY_SPECS,
  type KeySpec,
} from "../pki/index.ts";
import type { Trust } from "./notation.ts";

/** The signing algorithm by key spec: Notary Project signature specification, "Signature algorithm requirements". */
export const SIGNING_ALGORITHM: Readonly<Record<KeySpec, string>> = {
  "RSA-2048": "RSASSA-PSS-SHA-256",
  "RSA-3072": "RSASSA-PSS-SHA-384",
  "RSA-4096": "RSASSA-PSS-SHA-512",
  "EC-256": "ECDSA-SHA-256",
  "EC-384": "ECDSA-SHA-384",
  "EC-521": "ECDSA-SHA-512",
};

/** The subject of every leaf: what the trust policies ask for. */
export const SIGNER_SUBJECT = "C=US, ST=WA, L=Redmond, O=Example, CN=Example signer";

export interface Hierarchy {
  readonly root: CertificateAuthority;
  readonly intermediate: CertificateAuthority;
  /** Leaves of the intermediate, one for every key spec. */
  readonly leaves: ReadonlyMap<KeySpec, IssuedCertificate>;
  /** A leaf below a root and three intermediates. */
  readonly deepLeaf: IssuedCertificate;
  readonly selfSigned: IssuedCertificate;
  /** An authority that issued none of the others. */
  readonly stranger: CertificateAuthority;
}

/** Makes everything. */
export async function createHierarchy(): Promise<Hierarchy> {
  // All keys at the same time: those of RSA take seconds.
  const keys = KEY_SPECS.map(async (spec) => [spec, await generatePrivateKey(spec)] as const);
  const [authorities, deepLeaf, selfSigned, stranger] = await Promise.all([
    createAuthorities(),
    createDeepLeaf(),
    createSelfSigned({ subject: SIGNER_SUBJECT, keySpec: "RSA-2048" }),
    createCertificateAuthority({ subject: "C=US, O=Stranger, CN=Stranger Root" }),
  ]);
  const leaves = new Map<KeySpec, IssuedCertificate>();
  for (const [keySpec, privateKey] of await Promise.all(keys)) {
    const subject = SIGNER_SUBJECT;
    leaves.set(keySpec, await issueLeaf({ subject, privateKey, issuer: authorities.intermediate }));
  }
  return { ...authorities, leaves, deepLeaf, selfSigned, stranger };
}

/** The leaf of a key spec. */
export function leafOf(hierarchy: Hierarchy, keySpec: KeySpec): IssuedCertificate {
  const leaf = hierarchy.leaves.get(keySpec);
  if (leaf === undefined) {
    throw new Error(`no leaf of ${keySpec}`);
  }
  return leaf;
}

/** A further leaf of the same subject. */
export function renewLeaf(hierarchy: Hierarchy, keySpec: KeySpec): Promise<IssuedCertificate> {
  return issueLeaf({ subject: SIGNER_SUBJECT, keySpec, issuer: hierarchy.intermediate });
}

/** Trusts the root of the chain that the certificate was issued under. */
export function trustOf(issued: IssuedCertificate): Trust {
  return { root: issued.chain.at(-1) ?? issued.certificate, subject: SIGNER_SUBJECT };
}

async function createAuthorities() {
  const root = await createCertificateAuthority({
    subject: "C=US, O=Example, CN=Example Root",
    keySpec: "RSA-4096",
  });
  const subject = "C=US, O=Example, CN=Example Code Signing CA";
  return {
    root,
    intermediate: await createCertificateAuthority({ subject, keySpec: "RSA-2048", issuer: root }),
  };
}

async function createDeepLeaf(): Promise<IssuedCertificate> {
  let issuer = await createCertificateAuthority({ subject: "C=US, O=Deep, CN=Deep Root", pathLength: 3 });
  for (const pathLength of [2, 1, 0]) {
    const subject = `C=US, O=Deep, CN=Deep CA ${3 - pathLength}`;
    issuer = await createCertificateAuthority({ subject, issuer, pathLength });
  }
  return await issueLeaf({ subject: SIGNER_SUBJECT, issuer });
}
