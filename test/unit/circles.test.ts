import { expect, test } from "bun:test";
import { parseCertificate } from "../../src/certificate/certificate.ts";
import { completeChain } from "../../src/chain/complete-chain.ts";
import { createCertificateAuthority, type IssuedCertificate, issueLeaf } from "../pki/index.ts";
import { expectError } from "./expect-error.ts";
import { toldBag } from "./told-bag.ts";

const read = ({ certificate }: IssuedCertificate) => parseCertificate(certificate, "a test's");

test("of circles and a missing issuer, the missing issuer is told", async () => {
  const root = await createCertificateAuthority({ subject: "CN=root", pathLength: 6 });
  const hub = await createCertificateAuthority({ subject: "CN=hub", issuer: root, pathLength: 5 });
  const { subject, privateKey } = hub;
  const below = (name: string) => createCertificateAuthority({ subject: name, issuer: hub, pathLength: 4 });
  const [near, far] = await Promise.all([below("CN=near"), below("CN=far")]);
  const cross = await createCertificateAuthority({ subject, privateKey, issuer: near, pathLength: 3 });
  const leaf = read(await issueLeaf({ subject: "CN=signer", issuer: hub }));
  const around = [cross, near, far];
  const chainFrom = (bag: readonly IssuedCertificate[]) =>
    completeChain(leaf, toldBag([leaf], bag.map(read)));
  // The certificate of the hub by the root leads nowhere without the root; the others lead round and round.
  await expectError(
    () => chainFrom([...around, hub]),
    "VALIDATION_ERROR",
    'the issuer of "CN=hub" is "CN=root"',
    "does not hold it",
  );
  await expectError(
    () => chainFrom(around),
    "VALIDATION_ERROR",
    "CAs that only certify each other lead to no root",
  );
  expect((await chainFrom([...around, hub, root])).map(({ x509 }) => x509.subject)).toEqual([
    "CN=signer",
    "CN=hub",
    "CN=root",
  ]);
});
