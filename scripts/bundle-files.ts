/** Where `npm run build` leaves the bundle, and `npm run package` finds it. */

export const BUNDLE_FILE = "dist/notation-azure-kv.cjs";

/** The files of which something is in the bundle, as JSON: of them follows whose work it is. */
export const INPUTS_FILE = "dist/notation-azure-kv.inputs.json";
