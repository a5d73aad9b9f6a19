/** What `generate-signature` consists of. */
export { validateGenerateSignatureRequest as validateRequest } from "../../protocol/generated/generate-signature.request.js";
export { validateGenerateSignatureResponse as validateResponse } from "../../protocol/generated/generate-signature.response.js";
export const loadAnswer = async () =>
  (await import("../../commands/generate-signature.ts")).generateSignature;
