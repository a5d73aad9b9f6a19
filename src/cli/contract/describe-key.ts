/** What `describe-key` consists of. */
export { validateDescribeKeyRequest as validateRequest } from "../../protocol/generated/describe-key.request.js";
export { validateDescribeKeyResponse as validateResponse } from "../../protocol/generated/describe-key.response.js";
export const loadAnswer = async () => (await import("../../commands/describe-key.ts")).describeKey;
export const loadRecall = async () => (await import("../../commands/recall-key.ts")).recallKey;
