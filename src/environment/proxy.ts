import { validationError } from "../error/plugin-error.ts";

/** The variables that the Azure SDK takes its proxy from: the first that is set, and no other. */
const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];

/**
 * Checks the proxy that the environment names, since the SDK fails over a malformed one without saying what it is
 * about, and takes one without a scheme for another. The value is not shown: it may hold a password.
 * @throws PluginError VALIDATION_ERROR that names the variable.
 */
export function checkProxy(environment: Readonly<Record<string, string | undefined>>): void {
  const name = PROXY_VARIABLES.find((candidate) => environment[candidate]);
  if (name !== undefined && !isProxyUrl(environment[name] ?? "")) {
    throw validationError(
      `the environment variable ${name} is not the URL of an HTTP proxy`,
      "set it to http://<host>:<port> or http://<user>:<password>@<host>:<port>, with special characters in user " +
        "and password percent-encoded (/ as %2F, % as %25)",
    );
  }
}

/**
 * The HTTP proxy on the way to a host, as the Azure SDK chooses it: a name in NO_PROXY stands for itself, and one that begins
 * with a dot for what ends with it as well.
 */
export function proxyTo(
  host: string,
  environment: Readonly<Record<string, string | undefined>>,
): URL | undefined {
  const name = PROXY_VARIABLES.find((candidate) => environment[candidate]);
  const listed = (environment["NO_PROXY"] || environment["no_proxy"] || "")
    .split(",")
    .map((entry) => entry.trim());
  const passed = listed.some((entry) =>
    entry.startsWith(".") ? `.${host}`.endsWith(entry) : entry !== "" && entry === host,
  );
  return name === undefined || passed ? undefined : new URL(environment[name] ?? "");
}

function isProxyUrl(value: string): boolean {
  try {
    const { protocol, username, password } = new URL(value);
    decodeURIComponent(`${username}${password}`);
    return protocol === "http:" || protocol === "https:";
  } catch {
    return false;
  }
}
