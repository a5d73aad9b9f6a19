/** The structures of CMS, PKCS#5 and PKCS#12 that the schema library has no classes for. */
import { EncryptedContentInfo } from "@peculiar/asn1-cms";
import { AsnProp, AsnPropTypes, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";

/** CMS EncryptedData (RFC 5652, section 8), without its attributes. */
export class EncryptedData {
  @AsnProp({ type: AsnPropTypes.Integer })
  version = 0;

  @AsnProp({ type: EncryptedContentInfo })
  encryptedContentInfo = new EncryptedContentInfo();
}

/** pkcs-12PbeParams (RFC 7292, appendix C). */
export class Pkcs12PbeParameters {
  @AsnProp({ type: OctetString })
  salt = new OctetString();

  @AsnProp({ type: AsnPropTypes.Integer })
  iterations = 0;
}

/** PBES2-params (RFC 8018, appendix A.4). */
export class Pbes2Parameters {
  @AsnProp({ type: AlgorithmIdentifier })
  keyDerivationFunction = new AlgorithmIdentifier();

  @AsnProp({ type: AlgorithmIdentifier })
  encryptionScheme = new AlgorithmIdentifier();
}

/** PBKDF2-params (RFC 8018, appendix A.2), with a specified salt. */
export class Pbkdf2Parameters {
  @AsnProp({ type: OctetString })
  salt = new OctetString();

  @AsnProp({ type: AsnPropTypes.Integer })
  iterationCount = 0;

  @AsnProp({ type: AsnPropTypes.Integer, optional: true })
  keyLength?: number;

  @AsnProp({ type: AlgorithmIdentifier, optional: true })
  prf?: AlgorithmIdentifier;
}
