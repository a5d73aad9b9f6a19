import { resourceOf } from "../cloud/cloud.ts";
import type { ErrorCode } from "../error/plugin-error.ts";

/** What an error code of Entra ID means for a person. */
export interface EntraCause {
  /** How a person mends it: an imperative, commands in backticks. */
  readonly fix: string;
  /** Default: ACCESS_DENIED. */
  readonly errorCode?: ErrorCode;
}

const NEW_SECRET =
  "make a new secret, `az ad app credential reset --id $AZURE_CLIENT_ID --append`, and set AZURE_CLIENT_SECRET to its password";
const SERVICE_PRINCIPAL =
  "correct AZURE_TENANT_ID and AZURE_CLIENT_ID: `az ad sp list --display-name <name> --query '[].{tenant:appOwnerOrganizationId,client:appId}'` shows both";
const TENANT =
  "set AZURE_TENANT_ID to the vault's tenant: `az keyvault show --name <vault> --query properties.tenantId`";
const FEDERATION =
  "make subject, issuer and audience of a federated credential those of the token, which the message quotes: `az ad app federated-credential list --id $AZURE_CLIENT_ID` (a user-assigned identity: `az identity federated-credential list`)";
const LOGIN = "sign in again: `az login --scope https://vault.azure.net/.default`";
const CLOCK =
  "check this machine's clock; for a workload identity, that the token in AZURE_FEDERATED_TOKEN_FILE is renewed";
const CERTIFICATE =
  "register the certificate of AZURE_CLIENT_CERTIFICATE_PATH for the application: `az ad app credential reset --id $AZURE_CLIENT_ID --append --cert @<certificate.pem>`";
const CLOUD =
  "the vault is in another cloud than the tenant: unset AZURE_AUTHORITY_HOST if it is set (without it, the cloud of the vault is asked), and set AZURE_TENANT_ID to the vault's tenant";
const ADMINISTRATOR =
  "ask an administrator of the tenant: a Conditional Access policy forbids this sign-in from here; the tenant's sign-in log tells which";
const TRY_AGAIN = "try again later, or allow more time for it: plugin config timeout=<seconds>";

/** The variable that stands in fixes for the application's id. */
const CLIENT_ID = "$AZURE_CLIENT_ID";
/** What stands there for what the token is for. */
const PUBLIC_RESOURCE = "https://vault.azure.net";
/** What stands there for the vault's name. */
const VAULT = "<vault>";

interface EntraNames {
  readonly clientId: string | undefined;
  readonly vaultUrl: string;
}

/** By number: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const ENTRA_CAUSES: ReadonlyMap<number, EntraCause> = new Map<number, EntraCause>([
  [7000215, { fix: `set AZURE_CLIENT_SECRET to the secret's value and not to its id; or ${NEW_SECRET}` }],
  [7000222, { fix: NEW_SECRET }],
  [
    7000218,
    { fix: "set AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH: the application is no public client" },
  ],
  [700016, { fix: SERVICE_PRINCIPAL }],
  [
    7000229,
    {
      fix: "make a service principal of the application in this tenant: `az ad sp create --id $AZURE_CLIENT_ID`",
    },
  ],
  [
    7000112,
    {
      fix: "let an administrator enable it: `az ad sp update --id $AZURE_CLIENT_ID --set accountEnabled=true`",
    },
  ],
  [90002, { fix: TENANT }],
  [900023, { fix: TENANT }],
  [900021, { fix: TENANT }],
  [900971, { fix: SERVICE_PRINCIPAL }],
  [50020, { fix: TENANT }],
  [500011, { fix: CLOUD }],
  [500014, { fix: CLOUD }],
  [650052, { fix: CLOUD }],
  [700027, { fix: CERTIFICATE }],
  [7000214, { fix: CERTIFICATE }],
  [50012, { fix: CERTIFICATE }],
  [700024, { fix: CLOCK }],
  [50013, { fix: CLOCK }],
  [70021, { fix: FEDERATION }],
  [700211, { fix: FEDERATION }],
  [700212, { fix: FEDERATION }],
  [700213, { fix: FEDERATION }],
  [700223, { fix: FEDERATION }],
  [53000, { fix: ADMINISTRATOR }],
  [53001, { fix: ADMINISTRATOR }],
  [53003, { fix: ADMINISTRATOR }],
  [530003, { fix: ADMINISTRATOR }],
  [530034, { fix: ADMINISTRATOR }],
  [50076, { fix: LOGIN }],
  [50078, { fix: LOGIN }],
  [50079, { fix: LOGIN }],
  [50158, { fix: LOGIN }],
  [50173, { fix: LOGIN }],
  [65001, { fix: LOGIN }],
  [70043, { fix: LOGIN }],
  [70008, { fix: LOGIN }],
  [700082, { fix: LOGIN }],
  [50034, { fix: LOGIN }],
  [50126, { fix: LOGIN }],
  [50057, { fix: "ask an administrator of the tenant to enable the account" }],
  [90055, { fix: TRY_AGAIN, errorCode: "THROTTLED" }],
  [50196, { fix: TRY_AGAIN, errorCode: "THROTTLED" }],
  [90033, { fix: TRY_AGAIN, errorCode: "ERROR" }],
  [90006, { fix: TRY_AGAIN, errorCode: "ERROR" }],
]);

/**
 * The cause that a text names by an error code of Entra ID; undefined where it names none that is known here.
 * @param names what the fix names the application and the vault by, as far as they are known
 */
export function entraCauseOf(text: string, { clientId, vaultUrl }: EntraNames): EntraCause | undefined {
  const code = entraCodeIn(text);
  const cause = code === undefined ? undefined : ENTRA_CAUSES.get(code);
  if (cause === undefined) {
    return undefined;
  }
  const vault = new URL(vaultUrl).hostname.split(".", 1)[0] ?? VAULT;
  const fix = cause.fix
    .replaceAll(VAULT, vault)
    .replaceAll(CLIENT_ID, clientId || CLIENT_ID)
    .replaceAll(PUBLIC_RESOURCE, resourceOf(vaultUrl));
  return { ...cause, fix };
}

/** The number of the first error code of Entra ID in a text, such as 7000215 of `AADSTS7000215: …`. */
export function entraCodeIn(text: string): number | undefined {
  const digits = /\bAADSTS(\d+)/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
