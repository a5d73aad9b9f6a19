/** The way to Azure: names, proxies, connections, TLS. */
import type { AnswerFault, FaultMatch } from "../emulator/types.ts";
import type { FaultCase, FaultFamily, Refusal, Words } from "./fault-case.ts";
import { PROXY } from "./stand-ins.ts";
import type { World } from "./world.ts";

const LOGIN_HOST = "login.microsoftonline.com";
/** Two dots in a row: every resolver knows that this is no name, without asking DNS, which may not even be there. */
const NO_NAME = ".";

const CREDENTIALS = { user: "signer", password: "the-password-of-the-proxy" };

const VAULT = /https:\/\/[a-z]+\.+vault\.azure\.net/;
const HOST = /myvault\.vault\.azure\.net/;
const THE_PROXY = `proxy http://${PROXY}`;

/** In the first line, which says what failed, and not only after `Fix:`. */
const PROXY_IN_PROBLEM = new RegExp(`^.*proxy http://${PROXY}`);

export const NETWORK_FAULTS: FaultFamily = {
  title: "Network",
  introduction:
    "The way to the vault, or to Entra ID, is closed or broken. What may pass by itself is tried again a few times, or as long as " +
    "`--plugin-config timeout=<seconds>` allows.",
  faults: [
    {
      title: "The vault's name has no address, without a proxy",
      prepare: ({ signer }) => ({
        id: signer.keyId.replace("myvault", `myvault${NO_NAME}`),
        environment: { NO_PROXY: "127.0.0.1,localhost,.vault.azure.net" },
      }),
      end: refused([VAULT, /no address in DNS/, /az keyvault list/]),
    },
    {
      title: "The vault's name has no address, behind a proxy",
      prepare: ({ signer }) => ({ id: signer.keyId.replace("myvault", "mistyped") }),
      end: refused([VAULT, /502/, /az keyvault list/], "ERROR", 2),
    },
    {
      title: "The proxy refuses connections",
      prepare: () => ({ environment: withProxy("http://127.0.0.1:1") }),
      end: refused(
        [VAULT, /the proxy http:\/\/127\.0\.0\.1:1 refuses connections/, /HTTPS_PROXY/],
        "ERROR",
        2,
      ),
    },
    {
      title: "The proxy's name has no address",
      prepare: () => ({ environment: withProxy(`http://proxy${NO_NAME}.example:3128`) }),
      end: refused([
        VAULT,
        /the proxy http:\/\/proxy\.\.example:3128 has no address/,
        /\nFix: (?!check the vault).*HTTPS_PROXY/,
      ]),
    },
    {
      title: "`HTTPS_PROXY` is malformed",
      prepare: () => ({ environment: withProxy("proxy.example:3128") }),
      end: refused([/HTTPS_PROXY/, /http:\/\/<host>:<port>/], "VALIDATION_ERROR"),
    },
    {
      title: "The password in `HTTPS_PROXY` is not percent-encoded",
      prepare: () => ({ environment: withProxy("http://signer:100%@proxy.example:3128") }),
      end: refused([/HTTPS_PROXY/, /percent-encoded/, /^(?!.*100%@)/], "VALIDATION_ERROR"),
    },
    {
      title: "The proxy asks for a password, and `HTTPS_PROXY` has none",
      options: { emulator: { proxyCredentials: CREDENTIALS } },
      prepare: ({ emulator }) => ({ environment: withProxy(emulator.proxyUrl) }),
      end: refused([VAULT, PROXY_IN_PROBLEM, /407/, /HTTPS_PROXY/, /<user>:<password>/], "ACCESS_DENIED"),
    },
    {
      title: "The proxy does not take the password in `HTTPS_PROXY`",
      options: { emulator: { proxyCredentials: CREDENTIALS } },
      prepare: ({ emulator }) => ({
        environment: withProxy(
          emulator.proxyUrl.replace("://", `://signer:${CREDENTIALS.password}-of-last-year@`),
        ),
      }),
      end: refused([VAULT, PROXY_IN_PROBLEM, /407/, /HTTPS_PROXY/, /^(?!.*of-last-year)/s], "ACCESS_DENIED"),
    },
    tunnel("The proxy does not let the vault through", ({ host }) => host, 403, [
      VAULT,
      HOST,
      /403/,
      PROXY_IN_PROBLEM,
    ]),
    tunnel("The proxy does not let Entra ID through", () => LOGIN_HOST, 403, [
      `let ${LOGIN_HOST} through`,
      /403/,
      PROXY_IN_PROBLEM,
    ]),
    tunnel(
      "The proxy cannot reach the vault",
      ({ host }) => host,
      503,
      [VAULT, HOST, /503/, PROXY_IN_PROBLEM],
      2,
    ),
    faulty("The connection to the vault is reset each time", {}, "reset", 3, [
      VAULT,
      /ECONNRESET/,
      THE_PROXY,
    ]),
    faulty("The proxy resets each connection to the vault", { method: "CONNECT" }, "reset", 3, [
      VAULT,
      /ECONNRESET/,
      THE_PROXY,
    ]),
    faulty("The connection to Entra ID is reset each time", { host: LOGIN_HOST }, "reset", 3, [
      LOGIN_HOST,
      /ECONNRESET/,
    ]),
    stalled("The vault does not answer at all, and `timeout` is 3", {}, [HOST]),
    stalled("The proxy does not answer at all, and `timeout` is 3", { method: "CONNECT" }, [HOST, THE_PROXY]),
    stalled("Entra ID does not answer at all, and `timeout` is 3", { host: LOGIN_HOST }, [
      LOGIN_HOST,
      /credential_type=environment/,
    ]),
    {
      title: "TLS is of an authority that is not trusted here",
      prepare: () => ({ environment: { NODE_EXTRA_CA_CERTS: "" } }),
      end: refused([VAULT, /not trusted/, /NODE_EXTRA_CA_CERTS/]),
    },
    {
      title:
        "TLS is of an authority that is not trusted here, and the file of `NODE_EXTRA_CA_CERTS` is missing",
      prepare: ({ folder }) => ({ environment: { NODE_EXTRA_CA_CERTS: `${folder}/ca.pem` } }),
      end: refused([VAULT, /not trusted/, /NODE_EXTRA_CA_CERTS was left out, since \/home\/signer\/ca\.pem/]),
    },
    survived("The connection to the vault is reset once", "reset"),
    survived("The vault's answer is cut in the middle once", "truncate"),
    survived("The vault does not answer once", "stall"),
  ],
};

function refused(
  wanted: Words,
  errorCode: Refusal["errorCode"] = "ERROR",
  retries: NonNullable<Refusal["retries"]> = 0,
): Refusal {
  return { kind: "refused", errorCode, wanted, retries };
}

/** The variables that name the proxy; an empty URL means none. */
function withProxy(url: string): Readonly<Record<string, string>> {
  return { HTTPS_PROXY: url, https_proxy: url };
}

/** The proxy answers the request for a tunnel. */
function tunnel(
  title: string,
  hostOf: (world: World) => string,
  status: number,
  wanted: Words,
  retries = 0,
): FaultCase {
  return {
    title,
    prepare(world) {
      const answer: AnswerFault = { kind: "answer", status };
      world.emulator.addFault({ method: "CONNECT", host: hostOf(world), ...answer });
      return {};
    },
    end: refused(wanted, "ERROR", retries),
  };
}

function faulty(title: string, match: FaultMatch, kind: "reset", retries: number, wanted: Words): FaultCase {
  return {
    title,
    prepare({ emulator, host }) {
      emulator.addFault({ host, ...match, kind });
      return {};
    },
    end: refused(wanted, "ERROR", retries),
  };
}

function stalled(title: string, match: FaultMatch, wanted: Words): FaultCase {
  return {
    title,
    prepare({ emulator, host }) {
      emulator.addFault({ host, ...match, kind: "stall" });
      return { pluginConfig: { timeout: "3" } };
    },
    end: refused(
      [/no result within 3 s/, /timeout=<seconds>/, ...wanted],
      "TIMEOUT",
      "as long as the time lasts",
    ),
  };
}

function survived(title: string, kind: "reset" | "truncate" | "stall"): FaultCase {
  return {
    title,
    prepare({ emulator, host }) {
      emulator.addFault({ host, kind, withToken: true, times: 1 });
      return { pluginConfig: { timeout: "6" } };
    },
    end: { kind: "survived", retries: 1 },
  };
}
