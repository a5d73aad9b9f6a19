/** The vault answers, and cannot or will not do it: names, versions, attributes, throttling, faults of the service. */
import type { AnswerFault, ObjectAttributes } from "../emulator/types.ts";
import type { ErrorCode, FaultCase, FaultFamily, Words } from "./fault-case.ts";
import { VERSION } from "./stand-ins.ts";
import { CERTIFICATE_NAME, type World } from "./world.ts";

const HOUR = 3600;
const now = (): number => Math.floor(Date.now() / 1000);

const UNKNOWN_VERSION = "ffffffffffffffffffffffffffffffff";
const SHOW = /`az keyvault certificate show --vault-name myvault --name \S+ --query kid`/;

export const OBJECT_FAULTS: FaultFamily = {
  title: "Names, versions and attributes",
  introduction: "The vault is there, and what the key identifier names is not, or is not for signing now.",
  faults: [
    notFound("The vault has no certificate of this name", ({ vault }) => `${vault.url}/keys/singer`, [
      /certificate "singer"/,
      /CertificateNotFound/,
    ]),
    notFound(
      "The vault has no such version of the certificate",
      ({ signer }) => signer.keyId.replace(signer.version, UNKNOWN_VERSION),
      [`certificate "signer" version ${UNKNOWN_VERSION}`, /CertificateNotFound/],
    ),
    hindered("The certificate is disabled", () => ({ enabled: false }), [
      /key "signer"/,
      /KeyDisabled/,
      `az keyvault certificate set-attributes --vault-name myvault --name signer --version ${VERSION} --enabled true`,
    ]),
    hindered("The certificate has expired", () => ({ expires: now() - HOUR }), [/expired/, /\nFix: .*renew/]),
    hindered("The certificate is not valid yet", () => ({ notBefore: now() + HOUR }), [
      /not yet valid/,
      "--vault-name myvault --name signer",
    ]),
    hindered(
      "The key may not sign: `sign` is not in its key operations",
      () => ({ keyOperations: ["verify"] }),
      [/sign is not permitted/, /key "signer"/],
    ),
  ],
};

export const SERVICE_FAULTS: FaultFamily = {
  title: "Throttling and faults of the service",
  introduction:
    "What passes by itself is tried again, as the service asks for it by `Retry-After` or after growing pauses, within the time of " +
    "`--plugin-config timeout=<seconds>`.",
  faults: [
    throttled("The vault throttles for good, with `Retry-After: 2`, and `timeout` is 4", "4", 2),
    throttled("The vault throttles for good, without `Retry-After`, and `timeout` is 3", "3"),
    serviceFault(
      "The vault answers 503 for good, and `timeout` is 3",
      503,
      "ServiceUnavailable",
      "The service is not available.",
    ),
    serviceFault(
      "The vault answers 500 for good, and `timeout` is 3",
      500,
      "InternalServerError",
      "An internal error occurred.",
    ),
    survived("The vault answers 503 twice", 2, serviceAnswer(503, "ServiceUnavailable", "Try again later.")),
    survived("The vault answers 500 once, to the signing itself", 1, {
      ...serviceAnswer(500, "InternalServerError", "An internal error occurred."),
      path: /\/sign\?/,
    }),
    survived("The vault throttles once, with `Retry-After: 1`", 1, {
      ...serviceAnswer(
        429,
        "Throttled",
        "Request was not processed because too many requests were received.",
      ),
      headers: { "Retry-After": "1" },
    }),
  ],
};

function notFound(title: string, idOf: (world: World) => string, wanted: Words): FaultCase {
  return {
    title,
    prepare: (world) => ({ id: idOf(world) }),
    end: {
      kind: "refused",
      errorCode: "VALIDATION_ERROR",
      wanted: [/in https:\/\/myvault\./, SHOW, ...wanted],
    },
  };
}

/** The key and its secret are hindered; the certificate is shown all the same. */
function hindered(title: string, attributesOf: () => ObjectAttributes, wanted: Words): FaultCase {
  return {
    title,
    prepare({ vault }) {
      vault.setAttributes(CERTIFICATE_NAME, attributesOf());
      return {};
    },
    end: {
      kind: "refused",
      errorCode: "ACCESS_DENIED",
      by: "generate-signature",
      wanted: [/https:\/\/myvault\./, ...wanted],
    },
  };
}

function throttled(title: string, timeout: string, retryAfter?: number): FaultCase {
  return {
    title,
    prepare({ vault }) {
      vault.setThrottle({ calls: 0, windowMs: 1000, ...(retryAfter !== undefined && { retryAfter }) });
      return { pluginConfig: { timeout } };
    },
    end: lasting("THROTTLED", retryAfter === undefined ? 2 : 1, [
      /429 Throttled/,
      /timeout=<seconds>/,
      /certificate "signer"/,
    ]),
  };
}

function serviceFault(title: string, status: number, code: string, message: string): FaultCase {
  return {
    title,
    prepare({ emulator, host }) {
      emulator.addFault({ host, withToken: true, ...serviceAnswer(status, code, message) });
      return { pluginConfig: { timeout: "3" } };
    },
    end: lasting("ERROR", 2, [`${status} ${code}: ${message}`, /status\.azure\.com/]),
  };
}

/**
 * Pauses are as long as Retry-After says, or half a second and then twice as long each time, and by chance up to a
 * quarter longer. Times are chosen so that chance does not decide how many fit in.
 */
function lasting(errorCode: ErrorCode, retries: number, wanted: Words): FaultCase["end"] {
  return { kind: "refused", errorCode, wanted: [/https:\/\/myvault\./, ...wanted], retries };
}

function survived(title: string, times: number, fault: AnswerFault & { readonly path?: RegExp }): FaultCase {
  return {
    title,
    prepare({ emulator, host }) {
      emulator.addFault({ host, withToken: true, times, ...fault });
      return {};
    },
    end: { kind: "survived", retries: times },
  };
}

/** An error as Key Vault answers it. */
function serviceAnswer(status: number, code: string, message: string): AnswerFault {
  const headers = { "x-ms-request-id": "66666666-6666-6666-6666-666666666666" };
  return { kind: "answer", status, headers, body: { error: { code, message } } };
}
