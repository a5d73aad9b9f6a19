/** Runs one case: the plugin directly, `notation sign` with it, and `notation sign` with the reference plugin. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CheckReport } from "../../src/protocol/generated/validators.js";
import type { CommandResult } from "../e2e/command.ts";
import { SIGNER_SUBJECT } from "../e2e/hierarchy.ts";
import { inspectSignature, runSign, runVerify, type SignRequest } from "../e2e/signing.ts";
import type { CertificateVersion, Vault } from "../emulator/types.ts";
import { problemsOf, runCheck } from "../executable/run-check.ts";
import { type RunOptions, runPlugin, type Refusal as ToldRefusal } from "../executable/run-plugin.ts";
import { describeRequest, signRequest } from "../executable/signing.ts";
import { keySpecOf, privateKeyToPem } from "../pki/index.ts";
import type { ChainCase, Refused, Signer, Specimen } from "./chain-case.ts";
import type { ChainStage } from "./chain-stage.ts";
import type { ReferenceChain } from "./reference-plugin.ts";
import { withStandIns } from "./stand-ins.ts";

/** What came of a case, with stand-ins for what differs by chance. */
export interface ChainOutcome {
  readonly specimen: Specimen;
  /** What the executable said, run directly; undefined where it is to sign, or did. */
  readonly direct: DirectRefusal | undefined;
  readonly signing: CliResult;
  /** The report of `check`. */
  readonly check: CheckReport | undefined;
  /** SHA-256 of the certificates in the signature; undefined where there is none. */
  readonly fingerprints: readonly string[] | undefined;
  /** Undefined where nothing was to be verified. */
  readonly verification: CliResult | undefined;
  /** What Notation itself makes of the chain. */
  readonly reference: CliResult;
}

/** A refusal, and the command of the contract that it is of. */
export interface DirectRefusal extends ToldRefusal {
  readonly by: Refused["by"];
}

type CliResult = Omit<CommandResult, "command">;

/** What the person types. */
type Typed = Required<Pick<SignRequest, "id" | "pluginConfig">>;

/** Runs the case with a certificate of this name in the vault. */
export async function runChain(
  chainStage: ChainStage,
  { title, prepare, end }: ChainCase,
  name: string,
): Promise<ChainOutcome> {
  const { stage, vault, principal, unsignedImage } = chainStage;
  try {
    const specimen = await prepare();
    const { keyId, version } = importSigner(chainStage, name, specimen);
    const typed: Typed = { id: keyId, pluginConfig: await pluginConfigOf(chainStage, name, specimen) };
    const newImage = async () => (end.kind === "refused" ? unsignedImage : await stage.pushImage());
    // One each: of a second signature of an image, Notation may warn that it could not tidy up after the first.
    const [image, referenceImage] = [await newImage(), await newImage()];
    const origin = { name, version, folder: stage.options.folder };
    const standIn = (text: string) => withStandIns(text, { ...origin, image });
    const referenceStandIn = (text: string) => withStandIns(text, { ...origin, image: referenceImage });
    const direct = end.kind === "refused" ? await refuseDirectly(chainStage, typed, specimen) : undefined;
    const signing = await runSign(stage, image, { principal, ...typed });
    const { report: check } = await runCheck(keyId, typed.pluginConfig, runOptionsOf(chainStage));
    const inspected =
      end.kind === "signed" && signing.exitCode === 0 ? await inspectSignature(stage, image) : undefined;
    const trust = specimen.trustedRoot && { root: specimen.trustedRoot, subject: SIGNER_SUBJECT };
    const verification = trust && (await runVerify(stage, image, trust));
    return {
      specimen,
      direct: direct && { ...direct, errorMessage: standIn(direct.errorMessage) },
      signing: withTexts(signing, standIn),
      check: check && { ...check, problems: problemsOf(check, standIn) },
      fingerprints: inspected?.fingerprints,
      verification: verification && withTexts(verification, standIn),
      reference: withTexts(
        await signAsReference(chainStage, name, referenceImage, specimen),
        referenceStandIn,
      ),
    };
  } catch (error) {
    throw new Error(`this chain could not be made or told: ${title} (${vault.name}/${name})`, {
      cause: error,
    });
  }
}

function importSigner(
  { stage, vault }: ChainStage,
  name: string,
  { signer, inVault, contentType }: Specimen,
): CertificateVersion {
  const { privateKey, certificate, keptAs } = signer;
  if (keptAs !== undefined) {
    showInstead(stage.emulator, vault, name, signer);
  }
  return vault.importCertificate({
    name,
    privateKey,
    certificates: inVault,
    leaf: keptAs ?? certificate,
    ...(contentType && { contentType }),
  });
}

/** A vault may hold a key that the emulator cannot: its answer shows the certificate. */
function showInstead(
  emulator: ChainStage["stage"]["emulator"],
  vault: Vault,
  name: string,
  { certificate }: Signer,
): void {
  const cer = Buffer.from(certificate).toString("base64");
  emulator.addFault({
    host: new URL(vault.url).host,
    path: new RegExp(`^/certificates/${name}/`),
    kind: "rewrite",
    rewrite: (body: unknown) => ({ ...Object(body), cer }),
  });
}

async function pluginConfigOf(
  { stage }: ChainStage,
  name: string,
  { file }: Specimen,
): Promise<Readonly<Record<string, string>>> {
  if (file === undefined) {
    return { credential_type: "environment" };
  }
  const folder = join(stage.options.folder, name);
  await mkdir(folder);
  const path = join(folder, file.name);
  await writeFile(path, file.content);
  return { credential_type: "environment", [file.option]: path };
}

/** Runs the commands that Notation runs, up to the one that refuses; undefined where none does. */
async function refuseDirectly(
  chainStage: ChainStage,
  { id, pluginConfig }: Typed,
  { signer }: Specimen,
): Promise<DirectRefusal | undefined> {
  const requests = {
    "describe-key": describeRequest(id, pluginConfig),
    "generate-signature": signRequest(id, keySpecOf(signer.privateKey), pluginConfig),
  };
  for (const by of ["describe-key", "generate-signature"] as const) {
    const run = await runPlugin([by], JSON.stringify(requests[by]), runOptionsOf(chainStage));
    if (run.exitCode !== 0) {
      const refusal: ToldRefusal = JSON.parse(run.stderr);
      return { by, ...refusal };
    }
  }
  return undefined;
}

function runOptionsOf({ stage, principal }: ChainStage): RunOptions {
  const { folder } = stage.options;
  return { env: { ...stage.emulator.environment, ...principal.environment, HOME: folder }, cwd: folder };
}

/** The same CLI signs the same image, and is handed the chain as it is. */
async function signAsReference(
  { stage }: ChainStage,
  name: string,
  image: string,
  { signer, chain }: Specimen,
): Promise<CommandResult> {
  const content: ReferenceChain = {
    privateKey: privateKeyToPem(signer.privateKey),
    keySpec: keySpecOf(signer.privateKey) === "RSA-2048" ? "RSA-2048" : "EC-256",
    certificateChain: chain.map((der) => Buffer.from(der).toString("base64")),
  };
  const file = await stage.writeFile(`${name}.json`, JSON.stringify(content));
  const args = ["sign", "--plugin", "reference", "--id", name, "--plugin-config", `chain=${file}`, image];
  return await stage.signer.run(args);
}

function withTexts({ exitCode, stdout, stderr }: CommandResult, change: (text: string) => string): CliResult {
  return { exitCode, stdout: change(stdout), stderr: change(stderr) };
}
