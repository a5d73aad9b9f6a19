/** What `check` is shown on: signing that goes well, and what people meet most. */
import { SIGNER_SUBJECT } from "../e2e/hierarchy.ts";
import { FAULTS } from "../faults/families.ts";
import type { FaultCase, Words } from "../faults/fault-case.ts";
import { CERTIFICATE_NAME, type World } from "../faults/world.ts";
import { issueLeaf } from "../pki/index.ts";

/** One of them. */
export interface Scene {
  /** Unique, a heading. */
  readonly title: string;
  /** What the reader should look at, a sentence. */
  readonly remark: string;
  /** What is wrong; undefined where nothing is. */
  readonly fault: Pick<FaultCase, "options" | "prepare"> | undefined;
  readonly signs: boolean;
  /** What the text must hold. */
  readonly wanted: Words;
}

const DAY_MS = 86_400_000;

/** Whole days, so that dates keep their distance whatever the time of day is; the last one has begun. */
const SOON_DAYS = 11;
const EXPIRED_DAYS = -3;
const RENEWED_DAYS = 366;

export const SCENES: readonly Scene[] = [
  {
    title: "All right",
    remark: "At the end are the lines that whoever verifies pastes into a shell.",
    fault: undefined,
    signs: true,
    wanted: [
      /✓ Network\n/,
      /✓ keys sign +granted, needed/,
      /✓ root +C=US, O=Example, CN=Example Root/,
      /✓ Test signature +ECDSA-SHA-256, made by the vault, and verified with the leaf/,
      /"x509\.subject: C=US, ST=WA, L=Redmond, O=Example, CN=Example signer"/,
      /✓ Signing works\.\n$/,
    ],
  },
  {
    title: "The certificate expires soon",
    remark: "Signing works, and somebody should see to it: a warning leaves the exit code at 0.",
    fault: { prepare: (world) => withDates(world, -300, SOON_DAYS) },
    signs: true,
    wanted: [/! leaf/, /! +it expires in 10 days/, /✓ Signing works, with 1 warning\.\n$/],
  },
  refused(
    "`secrets get` is missing",
    "The access policy lets the principal read the certificate and sign, and not read the chain.",
    "The access policy lacks `secrets get`",
    [/✗ secrets get +denied \(403 AccessDenied\), needed/, /✓ keys sign +granted/, /az keyvault set-policy/],
  ),
  refused(
    "One role of three",
    "`az role assignment create --role A --role B --role C` has granted the last role alone: a guide's trap.",
    "The principal has the role Key Vault Crypto User only, since one `az role assignment create` was given several",
    [
      /✗ certificates get +denied \(403 ForbiddenByRbac\), needed/,
      /✓ keys sign +granted/,
      /az role assignment create --role "Key Vault Certificate User"/,
    ],
  ),
  refused(
    "The chain is incomplete",
    "What was merged into the vault ends before the root.",
    "The vault holds leaf and intermediate, without the root",
    [
      /✗ +its issuer was not found/,
      /✓ Test signature/,
      /the issuer of .* is "C=US, O=Example, CN=Example Root"/,
    ],
  ),
  refused(
    "The vault's default policy",
    "The certificate was made by the default policy of Key Vault, which is for TLS.",
    "The certificate is for more than signatures, as Key Vault's default policy makes it",
    [/✗ leaf/, /✗ +its key usage is digitalSignature, keyEncipherment/, /az keyvault certificate create/],
  ),
  {
    title: "The certificate has expired",
    remark: "Notation would refuse its signatures, and the vault makes none.",
    fault: { prepare: (world) => withDates(world, -400, EXPIRED_DAYS) },
    signs: false,
    wanted: [
      /valid to \S+, expired/,
      /✗ +it expired on/,
      /keys sign +granted \(403 KeyOperationForbidden\)/,
      /✗ Test signature +not made/,
      /✗ Signing does not work: 2 problems\.\n$/,
    ],
  },
  {
    title: "The certificate was renewed",
    remark:
      "The vault has a newer version, by a policy perhaps, and the pipeline still names the one before.",
    fault: {
      prepare: async (world) => {
        const before = await withDates(world, -400, EXPIRED_DAYS);
        await withDates(world, 0, RENEWED_DAYS);
        return before;
      },
    },
    signs: false,
    wanted: [
      /valid to \S+, expired/,
      /the vault has a newer version of the certificate, valid to \S+\n +Fix: sign with that: --id https/,
      /✗ Signing does not work: 2 problems, with 1 warning\.\n$/,
    ],
  },
  refused(
    "Another tenant",
    "The vault trusts another tenant than the one that the credential is of.",
    "`AZURE_TENANT_ID` is not the vault's tenant",
    [/✗ Credential +environment: no access token/, /the vault is in tenant/, /set AZURE_TENANT_ID to/],
  ),
  refused(
    "No credential",
    "Nobody is signed in, and no variable names a credential.",
    "The default chain finds nothing",
    [/✗ Credential +default: no access token/, /- azurecli: /, /Fix: run `az login`/],
  ),
  refused("No network", "Nobody listens at the proxy's address.", "The proxy refuses connections", [
    /✗ Network\n/,
    /✗ vault +the proxy .* refuses connections/,
    /Fix: check HTTPS_PROXY/,
  ]),
];

/** A fault that is known by `notation sign` already. */
function refused(title: string, remark: string, faultTitle: string, wanted: Words): Scene {
  const fault = FAULTS.find((each) => each.title === faultTitle);
  if (fault === undefined) {
    throw new Error(`there is no fault "${faultTitle}"`);
  }
  return {
    title,
    remark,
    fault,
    signs: false,
    wanted: [...wanted, /✗ Signing does not work: 1 problem\.\n$/],
  };
}

/** A certificate that is valid from and to these days from now on. */
async function withDates({ vault, certificates: { intermediate } }: World, from: number, to: number) {
  const [notBefore, notAfter] = [from, to].map((days) => new Date(Date.now() + days * DAY_MS));
  const { privateKey, chain } = await issueLeaf({
    subject: SIGNER_SUBJECT,
    issuer: intermediate,
    ...(notBefore && { notBefore }),
    ...(notAfter && { notAfter }),
  });
  return { id: vault.importCertificate({ name: CERTIFICATE_NAME, privateKey, certificates: chain }).keyId };
}
