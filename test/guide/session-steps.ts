/** The login of `az`, which the plugin uses: chosen by name, expired, ended. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useNewImage } from "./guide-steps.ts";
import type { Scene } from "./scene.ts";

const SIGN = "notation sign --signature-format cose $IMAGE --id $KEY_ID --plugin azure-kv";
const SIGN_BY_AZ = `${SIGN} --plugin-config credential_type=azurecli`;

/** Signs by the login of `az` and by no other credential. */
export async function signByAzureCli(scene: Scene): Promise<void> {
  const { terminal } = scene;
  terminal.step(
    "Sign by the login of `az` alone",
    "Until here the default credential chain has found that login.",
  );
  await useNewImage(scene);
  await terminal.run(SIGN_BY_AZ);
  await terminal.run("notation verify $IMAGE");
}

/** A pipeline's service principal gets the two roles, logs in by `az`, and signs: by that login alone, and by default. */
export async function signAsServicePrincipal(scene: Scene): Promise<void> {
  const { terminal, emulator, folder } = scene;
  terminal.step(
    "Sign as a service principal",
    "A pipeline logs in by `az` with a client secret (in `pipeline.secret`), in a configuration of its own.",
  );
  const pipeline = await emulator.createServicePrincipal("client-secret");
  const { AZURE_CLIENT_ID = "", AZURE_CLIENT_SECRET = "", AZURE_TENANT_ID = "" } = pipeline.environment;
  await writeFile(join(folder, "pipeline.secret"), AZURE_CLIENT_SECRET, { mode: 0o600 });
  for (const role of ["Key Vault Certificate User", "Key Vault Crypto User"]) {
    await terminal.run(
      `az role assignment create --role "${role}" --assignee ${AZURE_CLIENT_ID} --scope $AKV_ID --output none`,
    );
  }
  const asPipeline = "AZURE_CONFIG_DIR=$HOME/pipeline";
  await terminal.run(
    `${asPipeline} az login --service-principal --username ${AZURE_CLIENT_ID} --tenant ${AZURE_TENANT_ID} \\\n` +
      '  --password "$(cat pipeline.secret)" --allow-no-subscriptions --output none',
  );
  for (const line of [SIGN_BY_AZ, SIGN]) {
    await useNewImage(scene);
    await terminal.run(`${asPipeline} ${line}`);
    await terminal.run("notation verify $IMAGE");
  }
}

/** What the person sees when there is no login to use. */
export interface Refusals {
  readonly expired: string;
  readonly loggedOut: string;
  /** Logged out, by the default credential chain. */
  readonly byDefault: string;
}

/** Tries to sign with a login that has expired, then with none. */
export async function signWithoutLogin(scene: Scene): Promise<Refusals> {
  const { terminal, emulator, user } = scene;
  terminal.step(
    "No login",
    "First the login has expired (the emulator lets 90 days pass, and the access tokens of the hour before are taken out of " +
      "the cache of `az`), then it is ended.",
  );
  emulator.endSessions(user, "expired");
  await forgetAccessTokens(scene);
  const expired = await terminal.runRefused(SIGN_BY_AZ);
  await terminal.run("az logout");
  const loggedOut = await terminal.runRefused(SIGN_BY_AZ);
  const byDefault = await terminal.runRefused(SIGN);
  return { expired, loggedOut, byDefault };
}

/** An access token lives for an hour in the cache of `az`, whatever becomes of the login: it is taken out. */
async function forgetAccessTokens({ folder }: Scene): Promise<void> {
  const file = join(folder, "azure", "msal_token_cache.json");
  const cache: unknown = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify(Object.assign({}, cache, { AccessToken: {} })));
}
