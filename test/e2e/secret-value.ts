/** Reads secrets as any client of Key Vault does: what the plugin is given, private keys and all. */
import { readFile } from "node:fs/promises";
import type { Emulator, Principal } from "../emulator/types.ts";

/** The value of the secret behind a certificate, for a service principal with a client secret. */
export async function readSecretValue(
  emulator: Emulator,
  principal: Principal,
  secretId: string,
): Promise<string> {
  const options = { proxy: emulator.proxyUrl, tls: { ca: await readFile(emulator.caFile, "utf8") } };
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: principal.appId,
    client_secret: principal.environment["AZURE_CLIENT_SECRET"] ?? "",
    scope: "https://vault.azure.net/.default",
  });
  const tokenUrl = `https://login.microsoftonline.com/${emulator.tenantId}/oauth2/v2.0/token`;
  const token = await member(
    await fetch(tokenUrl, { ...options, method: "POST", body: form }),
    "access_token",
  );
  const headers = { authorization: `Bearer ${token}` };
  return await member(await fetch(`${secretId}?api-version=7.4`, { ...options, headers }), "value");
}

async function member(answer: Response, name: string): Promise<string> {
  const body: Record<string, unknown> = await answer.json();
  const value = body[name];
  if (typeof value === "string") {
    return value;
  }
  throw new Error(`${answer.status} without ${name} from ${answer.url}`);
}
