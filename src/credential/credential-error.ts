import { type ErrorCode, type ErrorMetadata, metadataFrom, PluginError } from "../error/plugin-error.ts";
import { isLocalHost } from "../network/destination.ts";
import { gatewayCause } from "../network/gateway.ts";
import { type Answer, attemptsOf, type Network, timesAsked } from "../network/network.ts";
import { describePeer, NetworkFailure, type Peer } from "../network/network-failure.ts";
import type { CredentialType } from "../plugin-config/plugin-config.ts";
import { entraCauseOf, entraCodeIn } from "./entra-failure.ts";
import { type CredentialContext, type Meaning, meaningOf, traceIdIn } from "./sdk-message.ts";

/** A credential as messages name it: a value of `credential_type`, or that none was given. */
export type CredentialName = CredentialType | "default";

const FIXES: Readonly<Record<CredentialName, string>> = {
  environment:
    "set AZURE_TENANT_ID, AZURE_CLIENT_ID and either AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH to a valid service principal",
  workloadid:
    "set AZURE_TENANT_ID, AZURE_CLIENT_ID (or plugin config client_id) and AZURE_FEDERATED_TOKEN_FILE, as AKS workload identity does, and check the federated credential",
  managedid:
    "run on an Azure resource that has a managed identity; name a user-assigned one by plugin config client_id=<client id>",
  azurecli: "run `az login`, or in a pipeline `az login --service-principal …`",
  default:
    "run `az login`, or choose the credential by plugin config credential_type=environment|workloadid|managedid|azurecli",
};

const TRY_LATER = "try again later, or allow more time for it: plugin config timeout=<seconds>";

/** What went wrong with a credential, and what there is to know of it. */
export interface FailedCredential {
  readonly name: CredentialName;
  readonly error: unknown;
  readonly network: Network;
  readonly context: CredentialContext;
  /** How much of the budget is kept for telling that `az` used up the rest, in milliseconds. */
  readonly reserve: number;
}

/**
 * The error for a credential that gave no access token: what it said, and how to mend it. ACCESS_DENIED, unless the
 * network or Entra ID itself failed, or a program such as `az` used up the time.
 */
export function credentialError({ name, error, network, context, reserve }: FailedCredential): PluginError {
  const credential = name === "default" ? "the default credential chain" : `credential_type=${name}`;
  const problem = `${credential} gave no access token for ${context.vaultUrl}`;
  const names = { clientId: context.environment["AZURE_CLIENT_ID"], vaultUrl: context.vaultUrl };
  const tried = triedIn(error, context);
  const outcome = tried === undefined ? network.lastOutcome() : undefined;
  if (outcome === undefined && network.budget.remaining() <= reserve) {
    return network.budget.timeoutError();
  }
  if (outcome instanceof NetworkFailure) {
    return networkError(name, problem, outcome);
  }
  if (tried !== undefined) {
    const list = tried
      .map(({ source, problem: said }) => `\n- ${source === undefined ? "" : `${source}: `}${said}`)
      .join("");
    // Who has no `az` may have another credential in mind; the other sources speak of what is nearly there.
    const nearly = tried.find(({ source, fix }) => fix !== undefined && source !== "azurecli");
    return new PluginError("ACCESS_DENIED", `${problem}:${list}`, {
      fix: entraCauseOf(list, names)?.fix ?? nearly?.fix ?? FIXES[name],
      metadata: metadataOf(name, list, undefined),
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  const metadata = metadataOf(name, message, outcome);
  if (outcome !== undefined && hidesReason(outcome, message)) {
    return silentAnswerError(problem, outcome, metadata);
  }
  const meaning = meaningOf(message, context);
  const cause = entraCauseOf(message, names);
  const code = cause?.errorCode ?? codeOf(outcome);
  const usualFix = code === "ACCESS_DENIED" ? FIXES[name] : TRY_LATER;
  return new PluginError(
    code,
    `${problem}: ${meaning.problem}${timesAsked(outcome?.attempts ?? 1)}${network.clockNote()}`,
    { fix: cause?.fix ?? meaning.fix ?? usualFix, metadata },
  );
}

/** What each source of a chain says that was tried; undefined where there is no chain. */
function triedIn(error: unknown, context: CredentialContext): readonly Meaning[] | undefined {
  const errors: unknown = error instanceof Error && "errors" in error ? error.errors : undefined;
  if (!Array.isArray(errors) || errors.length === 0) {
    return undefined;
  }
  return errors.map((reason) =>
    meaningOf(reason instanceof Error ? reason.message : String(reason), context),
  );
}

function networkError(name: CredentialName, problem: string, failure: NetworkFailure): PluginError {
  const metadata = { credentialType: name, serviceCode: failure.code };
  if (isLocal(failure.peer)) {
    const absent = `${problem}: this machine has no managed identity: ${failure.message}`;
    return new PluginError("ACCESS_DENIED", absent, { fix: FIXES.managedid, metadata });
  }
  const asked = timesAsked(attemptsOf(failure));
  return new PluginError(failure.errorCode, `${problem}: ${failure.message}${asked}`, {
    fix: failure.fix,
    metadata,
  });
}

/** Whether it is the service for managed identities, which every machine has at an address of its own. */
function isLocal({ host }: Peer): boolean {
  return isLocalHost(new URL(`http://${host}`).hostname);
}

/** Whether the SDK's message has nothing of the answer: the answer was not the service's, or it gave no reason. */
function hidesReason({ isJson, status, peer }: Answer, message: string): boolean {
  const failed = codeOf({ status }) !== "ACCESS_DENIED";
  if (isLocal(peer)) {
    return failed && (!isJson || /Message (?:client|server)_error:/.test(message));
  }
  return !isJson || (failed && entraCodeIn(message) === undefined);
}

function silentAnswerError(problem: string, answer: Answer, metadata: ErrorMetadata): PluginError {
  if (answer.isJson || isLocal(answer.peer)) {
    const answered = `${describePeer(answer.peer)} answered ${answer.status}${timesAsked(answer.attempts)}`;
    return new PluginError(codeOf(answer), `${problem}: ${answered}`, { fix: TRY_LATER, metadata });
  }
  const cause = gatewayCause(answer.status, answer.peer, "Entra ID");
  return new PluginError(cause.errorCode, `${problem}: ${cause.problem}${timesAsked(answer.attempts)}`, {
    fix: cause.fix,
    metadata,
  });
}

/** Asking again later helps where the service itself has failed. */
function codeOf({ status }: Pick<Answer, "status"> = { status: 0 }): ErrorCode {
  if (status === 429) {
    return "THROTTLED";
  }
  return status >= 500 ? "ERROR" : "ACCESS_DENIED";
}

function metadataOf(name: CredentialName, message: string, answer: Answer | undefined): ErrorMetadata {
  const code = entraCodeIn(message);
  return metadataFrom({
    credentialType: name,
    serviceCode: code === undefined ? undefined : `AADSTS${code}`,
    status: answer?.status.toString(),
    requestId: traceIdIn(message) ?? answer?.requestId,
  });
}
