/** The demonstration with the official Notation CLI and a real registry. */
import { createVerifier } from "../e2e/notation.ts";
import { openStage } from "../e2e/stage.ts";
import { note, showCommand, step } from "./narration.ts";
import { makeSigningKey, showVaultCalls, subject } from "./signing-key.ts";

/** Installs the plugin, signs an image and verifies it. Throws when a step fails. */
export async function demonstrateWithNotation(): Promise<void> {
  const stage = await openStage();
  try {
    const { keyId, issued, principal } = await makeSigningKey(stage.emulator);

    step("The plugin is installed from its archive");
    showCommand(stage.installation);
    showCommand(await stage.signer.run(["plugin", "ls"]));

    step("An image is pushed to a registry");
    const image = await stage.pushImage();
    note(image);

    step("The image is signed: Notation starts the plugin, the vault signs");
    const sign = ["sign", "--signature-format", "cose", "--plugin", "azure-kv", "--id", keyId, image];
    showCommand(await stage.signer.run(sign, principal.environment));
    showVaultCalls(stage.emulator);

    step("The image is verified: strict trust policy, the CA's root, the signer's subject");
    const root = issued.chain.at(-1) ?? issued.certificate;
    const verifier = await createVerifier(stage.options, { root, subject });
    showCommand(await verifier.run(["policy", "show"]));
    showCommand(await verifier.run(["verify", image]));
  } finally {
    await stage.close();
  }
}
