import { checkCaFile } from "./ca-file.ts";
import { checkProxy } from "./proxy.ts";

/**
 * Checks what the environment says of the way to the network. To be called before the libraries that use it are loaded:
 * the runtime warns of a bad file of CA certificates as soon as its TLS module is.
 * @throws PluginError VALIDATION_ERROR that names the variable.
 */
export function checkEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
  checkProxy(environment);
  checkCaFile(environment);
}
