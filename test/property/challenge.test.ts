/**
 * Challenges: whatever a server answers, no token is asked for that is not meant for it, and there is a right answer or
 * a refusal. By the rooms vault, with the real clients of the SDK, on a network of this process; the way through
 * network and credential is in `vault-answers.test.ts`.
 */
import { beforeAll, test } from "bun:test";
import fc from "fast-check";
import type { KeyIdentifier } from "../../src/key-identifier/key-identifier.ts";
import { signatureAlgorithm } from "../../src/signature/algorithm.ts";
import { getVaultCertificate } from "../../src/vault/certificate.ts";
import { getVaultSecret } from "../../src/vault/secret.ts";
import { signWithVault } from "../../src/vault/sign.ts";
import type { Vault } from "../../src/vault/vault.ts";
import { challengeAnswer, RIGHT_CHALLENGE } from "./challenge-answers.ts";
import { checkError, encodeThrown } from "./contract.ts";
import { createFakeVault, type FakeAnswer, type FakeVault, KEY, secretBundle } from "./fake-vault.ts";
import { checkProperty } from "./property.ts";
import { createSecrets, type KnownSecrets } from "./secrets.ts";

const LIMIT_MS = 300_000;
const SAMPLE_LIMIT_MS = 5000;
const MOST_ANSWERS = 4;

/** A vault whose challenge is known before it is asked, and a host of no known cloud, which must be asked. */
const KEYS: readonly KeyIdentifier[] = [KEY, { ...KEY, vaultUrl: "https://myvault.vault.example" }];

const OPERATIONS: Readonly<Record<string, (vault: Vault, key: KeyIdentifier) => Promise<unknown>>> = {
  certificate: getVaultCertificate,
  secret: getVaultSecret,
  signature: (vault, key) =>
    signWithVault(vault, key, signatureAlgorithm("EC-256", "SHA-256"), new Uint8Array(32)),
};

/** One body that is right for each operation. */
const RIGHT_BODY = {
  ...secretBundle("AAAA", "application/x-pkcs12"),
  cer: "AAAA",
  kid: `${KEY.vaultUrl}/keys/${KEY.name}/${KEY.version}`,
};

interface Sample {
  readonly key: KeyIdentifier;
  readonly operation: string;
  /** In this order; the last one again and again. */
  readonly answers: readonly FakeAnswer[];
}

let secrets: KnownSecrets;

beforeAll(async () => {
  secrets = await createSecrets();
});

/** Each scope, with a space between two of them (RFC 6749, section 3.3), must name a host that the vault's is below. */
function checkScope(scope: string, { vaultUrl }: KeyIdentifier): void {
  const host = new URL(vaultUrl).hostname;
  for (const part of scope.split(" ")) {
    const resource = URL.canParse(part) ? new URL(part).hostname : "";
    if (resource === "" || !host.endsWith(`.${resource}`)) {
      throw new Error(
        `a token was asked for ${JSON.stringify(scope)}, and ${host} is not below ${JSON.stringify(resource)}`,
      );
    }
  }
}

/** The token goes to the vault alone. */
function checkRequests({ requests, scopes }: FakeVault, key: KeyIdentifier): void {
  for (const scope of scopes) {
    checkScope(scope, key);
  }
  for (const { url, authorization } of requests) {
    if (authorization !== undefined && (new URL(url).origin !== key.vaultUrl || scopes.length === 0)) {
      throw new Error(`a token was sent to ${url}`);
    }
  }
}

async function judge({ key, operation, answers }: Sample): Promise<string> {
  let place = 0;
  const fake = createFakeVault(
    () => {
      const answer = answers[Math.min(place, answers.length - 1)] ?? { status: 500 };
      place += 1;
      return answer;
    },
    secrets.token,
    key,
  );
  let outcome = "answered";
  try {
    await OPERATIONS[operation]?.(fake.vault, key);
  } catch (error) {
    outcome = checkError(encodeThrown(error), secrets.searchIn).errorCode;
  }
  checkRequests(fake, key);
  return fake.scopes.length === 0 ? outcome : `${outcome} with a token`;
}

test(
  "no token is asked for what the challenge has no right to, and every failure is told",
  async () => {
    const answer = challengeAnswer(RIGHT_BODY, [secrets.privateKey, secrets.token, secrets.password]);
    const answers = fc.oneof(
      fc.array(answer, { minLength: 1, maxLength: MOST_ANSWERS }),
      fc
        .array(answer, { minLength: 1, maxLength: MOST_ANSWERS })
        .map((rest) => [{ status: 401, headers: { "WWW-Authenticate": RIGHT_CHALLENGE } }, ...rest]),
    );
    const samples = fc.record({
      key: fc.constantFrom(...KEYS),
      operation: fc.constantFrom(...Object.keys(OPERATIONS)),
      answers,
    });
    await checkProperty("challenges", samples, {
      judge,
      expected: [
        "answered with a token",
        "ACCESS_DENIED",
        "ACCESS_DENIED with a token",
        "ERROR",
        "ERROR with a token",
      ],
      limitMs: SAMPLE_LIMIT_MS,
    });
  },
  LIMIT_MS,
);
