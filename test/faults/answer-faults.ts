/** What answers in the vault's place, or in the vault's name, and is not what was asked for. */
import { sign } from "node:crypto";
import type { AnswerFault, Fault } from "../emulator/types.ts";
import type { FaultCase, FaultFamily, Refusal, Words } from "./fault-case.ts";
import { TENANT_ID, VERSION } from "./stand-ins.ts";
import type { World } from "./world.ts";

const OTHER_VERSION = "ffffffffffffffffffffffffffffffff";
const OTHER_RESOURCE = "https://vault.example";

/** Continuous access evaluation: https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation */
const CLAIMS = Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}').toString(
  "base64",
);
const CLAIMS_CHALLENGE = `Bearer authorization="https://login.microsoftonline.com/${TENANT_ID}", resource="https://vault.azure.net", error="insufficient_claims", claims="${CLAIMS}"`;

const VAULT = /https:\/\/myvault\.vault\.azure\.net/;
const PRETENDER = /answers in place of myvault\.vault\.azure\.net/;
const NO_ANSWER_OF_A_VAULT = [VAULT, /certificate "signer"/, PRETENDER];

export const ANSWER_FAULTS: FaultFamily = {
  title: "Wrong answers",
  introduction:
    "Nothing leaves the plugin that it has not checked: that the answer is about the version that was asked for, that the right key " +
    "signed, and that the signature verifies with the certificate. No token is sent after a redirect, and none for another service.",
  faults: [
    rewritten("The vault answers with another version of the certificate", "certificates", withOtherVersion, {
      errorCode: "VALIDATION_ERROR",
      wanted: [/certificate "signer"/, VERSION, OTHER_VERSION],
    }),
    rewritten("The vault answers with another version of the secret", "secrets", withOtherVersion, {
      errorCode: "VALIDATION_ERROR",
      wanted: [/secret "signer"/, VERSION, OTHER_VERSION],
    }),
    rewritten("The vault says that another key has signed", "sign", withOtherVersion, {
      wanted: [`keys/signer/${VERSION}`, `keys/signer/${OTHER_VERSION}`, "Nothing was signed"],
    }),
    rewritten(
      "The vault does not say which key has signed",
      "sign",
      (body) => changed(body, { kid: undefined }),
      {
        wanted: [/key "signer"/],
      },
    ),
    rewritten(
      "The signature is another key's",
      "sign",
      (body, { certificates: { otherLeaf } }) => {
        const key = { key: otherLeaf.privateKey, dsaEncoding: "ieee-p1363" } as const;
        return changed(body, { value: sign("sha256", Buffer.from("anything"), key).toString("base64url") });
      },
      { wanted: [/CN=Example signer/, /does not verify/, /Nothing was signed/] },
    ),
    rewritten(
      "The vault answers without a signature",
      "sign",
      (body) => changed(body, { value: undefined }),
      {
        wanted: [/without a signature/, /key "signer"/],
      },
    ),
    rewritten(
      "The vault answers without the certificate",
      "certificates",
      (body) => changed(body, { cer: undefined }),
      {
        wanted: [/certificate "signer"/],
      },
    ),
    rewritten(
      "What the vault answers as the certificate is none",
      "certificates",
      (body) => changed(body, { cer: Buffer.from("no certificate").toString("base64") }),
      { wanted: [/certificate "signer"/, /not a readable X\.509 certificate/] },
    ),
    rewritten(
      "The secret is not the PKCS#12 file that it should be",
      "secrets",
      (body) => changed(body, { value: "MAA=" }),
      {
        wanted: [/secret "signer"/, VAULT, /PKCS#12/],
      },
    ),
    rewritten(
      "The secret is PEM without a certificate",
      "secrets",
      (body) => changed(body, { contentType: "application/x-pem-file", value: "no PEM" }),
      { wanted: [/secret "signer"/, VAULT, /certificate/] },
    ),
    rewritten(
      "The secret is neither PKCS#12 nor PEM",
      "secrets",
      (body) => changed(body, { contentType: "text/plain" }),
      { errorCode: "VALIDATION_ERROR", wanted: [/secret "signer"/, VAULT, /"text\/plain"/] },
    ),
    answered(
      "The vault's answer is a web page",
      { status: 200, body: "<html></html>", contentType: "text/html" },
      {},
    ),
    answered("The vault's answer is empty", { status: 200, body: "" }, {}),
    answered("The vault's answer is a list", { status: 200, body: [] }, {}),
    answered("The vault's answer is an object without content", { status: 200, body: {} }, {}),
    answered(
      "A gateway answers 502 with a web page, for good",
      { status: 502, body: "<html></html>", contentType: "text/html" },
      { retries: 2, wanted: [/502/] },
    ),
    faulty(
      "The vault's answers are cut in the middle, for good",
      { kind: "truncate", withToken: true },
      {
        retries: 3,
        wanted: [/without a whole answer/],
      },
    ),
    answered("A redirect answers the request with the token", redirect(302), { wanted: [/redirect/] }),
    answered("A redirect answers the request without a token", redirect(307), {
      withToken: false,
      wanted: [/redirect/],
    }),
    challenged(
      "The vault asks for a token for another service",
      `Bearer authorization="https://login.microsoftonline.com/common", resource="${OTHER_RESOURCE}"`,
      "401",
    ),
    faulty(
      "The vault asks again and again for a token with further claims",
      {
        kind: "answer",
        status: 401,
        withToken: true,
        headers: { "WWW-Authenticate": CLAIMS_CHALLENGE },
        body: {
          error: { code: "Unauthorized", message: "Continuous access evaluation resulted in a challenge." },
        },
      },
      { errorCode: "ACCESS_DENIED", retries: 1, wanted: [/401/] },
    ),
    challenged("The vault's challenge is malformed", 'Bearer authorization="nowhere", resource=', "401"),
    challenged("The vault asks for no token that is known here", "Negotiate", "401"),
    answered("401 without a challenge", { status: 401 }, { withToken: false, wanted: [/401/] }),
  ],
};

type Ending = Partial<Pick<Refusal, "errorCode" | "retries">> & {
  readonly wanted?: Words;
};

function refused(
  by: "describe-key" | "generate-signature",
  { errorCode = "ERROR", wanted = [], retries = 0 }: Ending,
): Refusal {
  return { kind: "refused", errorCode, by, retries, wanted };
}

const PATHS = { certificates: /^\/certificates\//, secrets: /^\/secrets\//, sign: /\/sign\?/ } as const;

/** A right answer of the vault, changed. */
function rewritten(
  title: string,
  call: keyof typeof PATHS,
  rewrite: (body: object, world: World) => unknown,
  ending: Ending,
): FaultCase {
  return {
    title,
    prepare(world) {
      world.emulator.addFault({
        host: world.host,
        path: PATHS[call],
        kind: "rewrite",
        rewrite: (body) => rewrite(Object(body), world),
      });
      return {};
    },
    end: refused(call === "certificates" ? "describe-key" : "generate-signature", ending),
  };
}

function faulty(title: string, fault: Fault, { wanted = [], ...ending }: Ending): FaultCase {
  return {
    title,
    prepare({ emulator, host }) {
      emulator.addFault({ host, ...fault });
      return {};
    },
    end: refused("describe-key", { ...ending, wanted: [VAULT, /certificate "signer"/, ...wanted] }),
  };
}

/** An answer that the vault did not give. */
function answered(
  title: string,
  answer: Omit<AnswerFault, "kind">,
  { withToken = true, wanted = [], ...ending }: Ending & { readonly withToken?: boolean },
): FaultCase {
  return faulty(
    title,
    { kind: "answer", withToken, ...answer },
    {
      ...ending,
      wanted: [...NO_ANSWER_OF_A_VAULT, ...wanted],
    },
  );
}

function challenged(title: string, challenge: string, wanted: string): FaultCase {
  const answer = { status: 401, headers: { "WWW-Authenticate": challenge } };
  return answered(title, answer, { withToken: false, wanted: [wanted] });
}

function redirect(status: number): Omit<AnswerFault, "kind"> {
  return { status, headers: { Location: "https://vault.example/" } };
}

function changed(body: object, members: object): object {
  return { ...body, ...members };
}

function withOtherVersion(body: object, { signer }: World): unknown {
  return JSON.parse(JSON.stringify(body).replaceAll(signer.version, OTHER_VERSION));
}
