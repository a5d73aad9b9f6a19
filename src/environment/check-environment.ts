import { log } from "../log/log.ts";
import { checkAuthorityHost } from "./authority-host.ts";
import { faultOfCaFile } from "./ca-file.ts";
import { checkProxy } from "./proxy.ts";
import { runWithoutCaFile } from "./run-without-ca-file.ts";

/**
 * Checks what the environment says of the way to the network. To be called before the libraries that use it are loaded:
 * the runtime warns of a bad file of CA certificates as soon as TLS is used.
 * @returns what runs the command instead of this process, where only another one can; or undefined
 * @throws PluginError VALIDATION_ERROR that names the variable.
 */
export function checkEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ((command: string, stdin: Uint8Array) => string) | undefined {
  checkProxy(environment);
  checkAuthorityHost(environment);
  const fault = faultOfCaFile(environment);
  if (fault === undefined) {
    return undefined;
  }
  log("warning", `the file of NODE_EXTRA_CA_CERTS is left out: ${fault}`);
  return (command, stdin) => runWithoutCaFile(command, stdin, environment, fault);
}
