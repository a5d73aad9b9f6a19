/** What the person typed, and what the environment says. */
import type { FaultCase, FaultFamily, Refusal, Words } from "./fault-case.ts";
import type { World } from "./world.ts";

const HOST = "https://myvault.vault.azure.net";
const VERSION = "0123456789abcdef0123456789abcdef";
const RIGHT_FORM = /https:\/\/<vault>\.vault\.azure\.net\/keys\/<name>\/<version>/;

export const REQUEST_FAULTS: FaultFamily = {
  title: "Options and variables",
  introduction:
    "What follows `--id` or `--plugin-config`, or what a variable of the environment says, is not what it should be; nothing was " +
    "asked of Azure. Of the log, Notation is told before it signs, so its message follows `Error:` alone.",
  faults: [
    identifier("`--id` is not a URL", "signer", [/"signer" is not a URL/]),
    identifier("`--id` begins with http", `http://myvault.vault.azure.net/keys/signer/${VERSION}`, [/https/]),
    identifier("`--id` is a secret's identifier", `${HOST}/secrets/signer/${VERSION}`, [
      /secret's identifier/,
    ]),
    identifier("`--id` is the vault's URL alone", HOST, [/neither a key's nor a certificate's/]),
    identifier("`--id` has no name", `${HOST}/keys/`, [/no name/]),
    identifier("`--id` has a name that no object can have", `${HOST}/keys/my_signer`, [/my_signer/]),
    identifier("`--id` has a malformed version", `${HOST}/keys/signer/latest`, [
      /"latest"/,
      /32 hexadecimal digits/,
    ]),
    identifier("`--id` has something after the version", `${HOST}/keys/signer/${VERSION}/sign`, [
      /after the version/,
    ]),
    identifier("`--id` has a query", `${HOST}/keys/signer?api-version=7.4`, [/query/]),
    option("`credential_type` is unknown", { credential_type: "managed" }, [
      /credential_type="managed"/,
      /environment, workloadid, managedid, azurecli/,
    ]),
    option("`timeout` is not a number of seconds", { timeout: "1m" }, [/timeout="1m"/, /1 to 3600/]),
    option("`timeout` is 0", { timeout: "0" }, [/timeout="0"/, /1 to 3600/]),
    option("`self_signed` is neither true nor false", { self_signed: "yes" }, [/self_signed="yes"/, /true/]),
    variable("`AZURE_AUTHORITY_HOST` is not https", "describe-key", () => ({
      AZURE_AUTHORITY_HOST: "http://login.microsoftonline.com",
    })),
    variable(
      "`NOTATION_AZURE_KV_LOG` names a file that cannot be opened",
      "get-plugin-metadata",
      ({ folder }) => ({
        NOTATION_AZURE_KV_LOG: `${folder}/missing/plugin.log`,
      }),
    ),
    variable("`AZURE_LOG_LEVEL` is unknown, and a log is wanted", "get-plugin-metadata", ({ folder }) => ({
      AZURE_LOG_LEVEL: "debug",
      NOTATION_AZURE_KV_LOG: `${folder}/plugin.log`,
    })),
  ],
};

function identifier(title: string, id: string, wanted: Words): FaultCase {
  return {
    title,
    prepare: () => ({ id }),
    end: refused([`key identifier "${id}"`, RIGHT_FORM, ...wanted]),
  };
}

function option(title: string, pluginConfig: Readonly<Record<string, string>>, wanted: Words): FaultCase {
  return { title, prepare: () => ({ pluginConfig }), end: refused(wanted) };
}

/** The message names the first of the variables, and its value. */
function variable(
  title: string,
  by: "describe-key" | "get-plugin-metadata",
  environmentOf: (world: World) => Readonly<Record<string, string>>,
): FaultCase {
  const [, name = ""] = /`(\w+)`/.exec(title) ?? [];
  return {
    title,
    prepare: (world) => ({ environment: environmentOf(world) }),
    end: { ...refused([`the environment variable ${name} `]), by },
  };
}

function refused(wanted: Words): Refusal {
  return { kind: "refused", errorCode: "VALIDATION_ERROR", wanted };
}
