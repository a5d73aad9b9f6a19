/** What the command check does not simply run. Every row must be used; a row without a use fails the test. */

/** Commands that cannot be run beside the emulator, and why. */
export const NOT_RUN: readonly (readonly [command: RegExp, reason: string])[] = [
  [/^npm ci && npm run build && npm run package$/, "makes the archive that all else here is run with"],
  [/^npm ci && npm run demo$/, "the suite e2e and others run what the demo shows"],
  [/^npm ci && npm test$/, "is what runs this check"],
  [/^gh attestation verify /, "asks GitHub for the attestation of a release"],
];

/**
 * Commands of `az` whose services are not emulated: that the command and its options exist is looked up in the real
 * `az`, and a variable that takes their output is set to what stands in for it.
 */
export const LOOKED_UP: readonly (readonly [command: string, output: string])[] = [
  ["az ad app create", "11111111-1111-1111-1111-111111111111"],
  ["az ad sp create", "22222222-2222-2222-2222-222222222222"],
  ["az ad app federated-credential create", ""],
  ["az aks update", ""],
  ["az aks show", "https://oidc.example/"],
  ["az identity create", ""],
  ["az identity show", "33333333-3333-3333-3333-333333333333"],
  ["az identity federated-credential create", ""],
  ["az vm identity assign", "44444444-4444-4444-4444-444444444444"],
];
