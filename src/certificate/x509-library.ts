/** The library of certificates, as a module of its own: loaded where a key is to be told that `node:crypto` has no name for. */
import "reflect-metadata";

export { X509Certificate } from "@peculiar/x509";
