import { type Certificate, isIssuedBy } from "../certificate/certificate.ts";
import { basicConstraintsOf } from "../certificate/extensions.ts";

/**
 * The certificates that are leaves by their place, where no signature says which is: those that issued no other and are
 * no CA's; or failing that, those that issued no other; or failing that, all. In the bag's order.
 */
export function leavesByPlace(bag: readonly Certificate[]): readonly Certificate[] {
  const lowest = bag.filter(
    (candidate) => !bag.some((other) => other !== candidate && isIssuedBy(other, candidate)),
  );
  const leaves = lowest.filter((candidate) => !isCa(candidate));
  return [leaves, lowest, bag].find((choice) => choice.length > 0) ?? [];
}

function isCa({ contents }: Certificate): boolean {
  try {
    return basicConstraintsOf(contents)?.isCa === true;
  } catch {
    return false;
  }
}
