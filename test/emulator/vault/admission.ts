/** Whom a vault lets in at all, before it looks at what they may do: by its firewall, and by how much it is asked. */
import type { AccessTokenClaims } from "../entra/access-token.ts";
import type { FirewallState, Throttle } from "../types.ts";
import { forbidden, VaultFault } from "./errors.ts";
import { callerText, REGION } from "./permissions.ts";

/** The address that every client of the emulator has. */
export const CLIENT_ADDRESS = "127.0.0.1";

/** The door of one vault. */
export interface Admission {
  /** Throws a RangeError for a number of calls or a window that makes no sense. */
  setThrottle(throttle: Throttle | undefined): void;
  setFirewall(state: FirewallState): void;
  /**
   * Throws a fault unless the caller is let in: 403 ForbiddenByFirewall or 429 Throttled. Calls that are answered 429 do
   * not count: https://learn.microsoft.com/azure/key-vault/general/overview-throttling
   */
  admit(caller: AccessTokenClaims): void;
}

/** An open door. `name` is the vault's. */
export function createAdmission(name: string): Admission {
  let throttle: Throttle | undefined;
  let firewall: FirewallState = "open";
  let windowEnd = 0;
  let calls = 0;
  return {
    setThrottle(wanted) {
      if (wanted && !(Number.isInteger(wanted.calls) && wanted.calls >= 0 && wanted.windowMs > 0)) {
        throw new RangeError(`no throttle: ${wanted.calls} calls in ${wanted.windowMs} ms`);
      }
      throttle = wanted;
      windowEnd = 0;
    },
    setFirewall(state) {
      firewall = state;
    },
    admit(caller) {
      if (firewall === "closed") {
        throw forbiddenByFirewall(caller, name);
      }
      if (throttle === undefined) {
        return;
      }
      const now = performance.now();
      if (now >= windowEnd) {
        windowEnd = now + throttle.windowMs;
        calls = 0;
      }
      if (calls >= throttle.calls) {
        throw throttled(throttle.retryAfter);
      }
      calls += 1;
    },
  };
}

/** https://github.com/MicrosoftDocs/azure-devops-docs/issues/8581 shows it; no source says which refusal goes first. */
function forbiddenByFirewall(caller: AccessTokenClaims, vault: string): VaultFault {
  const lines = [
    "Client address is not authorized and caller is not a trusted service.",
    `Client address: ${CLIENT_ADDRESS}`,
    `Caller: ${callerText(caller)}`,
    `Vault: ${vault};location=${REGION}`,
  ];
  return forbidden("ForbiddenByFirewall", lines.join("\r\n"));
}

/** As the service said to AzureSignTool, without a Retry-After: https://github.com/vcsjones/AzureSignTool/issues/219 */
function throttled(retryAfter: number | undefined): VaultFault {
  const message =
    "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached";
  const headers = retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) };
  return new VaultFault(429, "Throttled", message, undefined, headers);
}
