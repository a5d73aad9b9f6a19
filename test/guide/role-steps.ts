/**
 * The guide with Azure RBAC, and its trap: one command names three roles, and `az` keeps the last one. The error of
 * the first signing must lead out of it.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { issueLeaf, privateKeyToPem, toPem } from "../pki/index.ts";
import { useNewImage } from "./guide-steps.ts";
import { type Scene, SUBJECT } from "./scene.ts";

/** The roles in the guide's words; the second does not exist under this name. */
const ROLES_OF_THE_GUIDE = ["Key Vault Secrets User", "Key Vault Certificates User", "Key Vault Crypto User"];

/** An administrator imports a certificate into the vault that is governed by roles. */
export async function importAsAdministrator(scene: Scene): Promise<void> {
  const { terminal, emulator, roleVault, issuing, folder } = scene;
  terminal.step(
    "Another vault, governed by roles",
    "An administrator of that vault, a service principal, imports a certificate into it: `example.pem` holds the private key " +
      "and the whole chain. `administrator.secret` holds the client secret.",
  );
  const administrator = await emulator.createServicePrincipal("client-secret");
  emulator.subscription.assignRole(administrator, "Owner");
  roleVault.assignRole(administrator, "Key Vault Administrator");
  const { AZURE_CLIENT_ID = "", AZURE_CLIENT_SECRET = "", AZURE_TENANT_ID = "" } = administrator.environment;
  await writeFile(join(folder, "administrator.secret"), AZURE_CLIENT_SECRET, { mode: 0o600 });
  const leaf = await issueLeaf({ subject: SUBJECT, issuer: issuing, keySpec: "EC-384" });
  await writeFile(join(folder, "example.pem"), `${privateKeyToPem(leaf.privateKey)}${toPem(...leaf.chain)}`, {
    mode: 0o600,
  });
  terminal.set("AKV_NAME", roleVault.name);
  terminal.set("KEY_NAME", "example-ec");
  const administrators = "AZURE_CONFIG_DIR=$HOME/administrator";
  await terminal.run(
    `${administrators} az login --service-principal --username ${AZURE_CLIENT_ID} --tenant ${AZURE_TENANT_ID} \\\n` +
      '  --password "$(cat administrator.secret)" --output table',
  );
  await terminal.run(
    `${administrators} az keyvault certificate import --vault-name $AKV_NAME --name $KEY_NAME --file example.pem \\\n` +
      "  --query id --output tsv",
  );
  await terminal.assign(
    "KEY_ID",
    `${administrators} az keyvault certificate show --name $KEY_NAME --vault-name $AKV_NAME --query kid --output tsv`,
  );
}

/** The guide's one command for three roles. */
export async function fallIntoTheTrap({ terminal }: Scene): Promise<void> {
  terminal.step("The guide's trap", "One command names three roles. `az` keeps the last, and says nothing.");
  await terminal.assign("AKV_ID", "az keyvault show --name $AKV_NAME --query id --output tsv");
  const roles = ROLES_OF_THE_GUIDE.map((role) => `--role "${role}"`).join(" ");
  await terminal.run(
    `az role assignment create ${roles} \\\n  --assignee $USER_ID --scope $AKV_ID --output none`,
  );
  await terminal.run(
    "az role assignment list --assignee $USER_ID --scope $AKV_ID --query '[].roleDefinitionName' --output tsv",
  );
}

/** The first signing fails. Returns what the person sees. */
export async function signInTheTrap(scene: Scene): Promise<string> {
  await useNewImage(scene);
  return await scene.terminal.runRefused(
    "notation sign --signature-format cose $IMAGE --id $KEY_ID --plugin azure-kv",
  );
}

/** Runs the commands that the error names, as they are printed there. Returns them. */
export async function followTheError({ terminal }: Scene, error: string): Promise<string[]> {
  terminal.step(
    "The way out",
    "The error names the commands that help, of which the guide's one left the second out. They are run as they are printed.",
  );
  const commands = Array.from(error.matchAll(/`(az [^`]+)`/g), ([, command = ""]) => command);
  for (const command of commands) {
    await terminal.run(command);
  }
  return commands;
}

/** The same signing again. */
export async function signAgain({ terminal }: Scene): Promise<string> {
  return await terminal.run("notation sign --signature-format cose $IMAGE --id $KEY_ID --plugin azure-kv");
}
