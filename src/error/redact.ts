import { PluginError } from "./plugin-error.ts";

/** Variables of the environment whose value is a secret, wherever it turns up. */
const SECRET_VARIABLES = [
  "AZURE_CLIENT_SECRET",
  "AZURE_CLIENT_CERTIFICATE_PASSWORD",
  "AZURE_PASSWORD",
  "IDENTITY_HEADER",
  "MSI_SECRET",
  "SYSTEM_ACCESSTOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
];

/** Shorter values would redact parts of ordinary words. */
const SHORTEST_SECRET = 8;

/**
 * What a secret looks like, and what of it may stay. Bounded where a text that a server sends could make matching slow.
 */
const SECRET_FORMS: readonly (readonly [form: RegExp, replacement: string])[] = [
  // A JSON Web Token, whole or cut: RFC 7519. `eyJ` is the base64 of `{"`, with which other things begin too; then comes
  // that of `typ"`, `alg"`, `kid"` or `x5t"`.
  [/\beyJ(?:[\w-]{1,2000}\.[\w-]+(?:\.[\w-]*)?|(?:0eXAi|hbGci|raWQi|4NXQi)[\w-]*)/g, "[token]"],
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g, "[private key]"],
  // The value of an Authorization header, which has digits or capitals in it, unlike the words of a sentence.
  [
    /\b([Bb]earer|[Bb]asic|BEARER|BASIC)\s+(?=[A-Za-z._~+/-]{0,99}(?:\d|[a-z][A-Z]))[\w.~+/-]{8,}(?!\w)(?!="\w)=*/g,
    "$1 [redacted]",
  ],
  // Fields of JSON and of forms.
  [
    /("(?:access_?token|refresh_?token|id_?token|client_?secret|client_?assertion|assertion|password)"\s*:\s*")(?:[^"\\]|\\.)+/gi,
    "$1[redacted]",
  ],
  [
    /\b((?:access_token|refresh_token|id_token|client_secret|client_assertion|assertion|password)=)[^&\s"]+/gi,
    "$1[redacted]",
  ],
  // User and password in a URL; the last @ ends them.
  [/(:\/\/)[^/\s<?#]*@/g, "$1[redacted]@"],
];

/**
 * The text without the secrets that it may hold: tokens, private keys, passwords in URLs, and the values of variables
 * of the environment that are secrets. A net below those who take care not to put any there: libraries quote what they
 * were given.
 */
export function redact(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  const known = SECRET_VARIABLES.flatMap((name) => {
    const value = environment[name];
    return value !== undefined && value.length >= SHORTEST_SECRET ? [value, percentEncoded(value)] : [];
  });
  const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
  return SECRET_FORMS.reduce((rest, [form, replacement]) => rest.replace(form, replacement), withoutKnown);
}

function percentEncoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return value; // Half of a surrogate pair has no UTF-8.
  }
}

/** The error with `redact` over all that it says. */
export function withoutSecrets(
  { code, problem, fix, metadata }: PluginError,
  environment: Readonly<Record<string, string | undefined>>,
): PluginError {
  const entries = Object.entries(metadata).map(([name, value]) => [name, redact(value, environment)]);
  return new PluginError(code, redact(problem, environment), {
    fix: fix === undefined ? undefined : redact(fix, environment),
    metadata: Object.fromEntries(entries),
  });
}
