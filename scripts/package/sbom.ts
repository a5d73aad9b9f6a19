/**
 * The software bill of materials of a release, in CycloneDX 1.6 (ECMA-424): what is in the bundle, the runtime of each platform as
 * the npm registry has it, and the libraries that the runtime says are in it.
 */
import { ComponentType, ExternalReferenceType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import {
  Bom,
  Component,
  ExternalReference,
  type License,
  LicenseExpression,
  Property,
  SpdxLicense,
} from "@cyclonedx/cyclonedx-library/Models";
import * as Serialize from "@cyclonedx/cyclonedx-library/Serialize";
import { isSupportedSpdxId } from "@cyclonedx/cyclonedx-library/SPDX";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { description, homepage, license, name, version } from "../../package.json";
import { archiveName } from "../archive-name.ts";
import type { BundledPackage } from "./bundled-packages.ts";
import { type LockedPackage, lockedPackage, readLockFile, sha512Of } from "./lock-file.ts";
import { PLATFORMS } from "./platforms.ts";
import { RUNTIME_LIBRARIES, type RuntimeLibrary } from "./runtime-parts.ts";

/** The document as JSON text. It has no date and no serial number: one source makes one document. */
export async function billOfMaterials(packages: readonly BundledPackage[]): Promise<string> {
  const locked = await readLockFile();
  const program = new Component(ComponentType.Application, name, {
    bomRef: `${name}@${version}`,
    version,
    description,
    purl: npmUrl(name, version),
  });
  program.licenses.add(licenceOf(license));
  program.externalReferences.add(new ExternalReference(homepage, ExternalReferenceType.Website));

  const bundled = packages.map(bundledComponent);
  const libraries = RUNTIME_LIBRARIES.map(libraryComponent);
  const runtimes = PLATFORMS.map((platform) => {
    const { runtimePackage } = platform;
    const runtime = npmComponent(ComponentType.Platform, runtimePackage, {
      ...lockedPackage(locked, `node_modules/${runtimePackage}`),
      licence: "MIT",
    });
    runtime.properties.add(new Property("notation-azure-kv:archive", archiveName(platform)));
    addAll(runtime.dependencies, libraries);
    return runtime;
  });
  addAll(program.dependencies, [...bundled, ...runtimes]);

  const bom = new Bom();
  bom.metadata.component = program;
  for (const component of [...bundled, ...runtimes, ...libraries]) {
    bom.components.add(component);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function bundledComponent(bundled: BundledPackage): Component {
  const component = npmComponent(ComponentType.Library, bundled.name, bundled);
  if (bundled.homepage !== undefined) {
    component.externalReferences.add(new ExternalReference(bundled.homepage, ExternalReferenceType.Website));
  }
  return component;
}

/** With the digest of the tarball, as the lock file pins it. */
function npmComponent(
  type: ComponentType,
  fullName: string,
  npmPackage: LockedPackage & { readonly licence: string },
): Component {
  const [base = "", group] = fullName.split("/").reverse();
  const purl = npmUrl(fullName, npmPackage.version);
  const component = new Component(type, base, {
    bomRef: purl,
    ...(group === undefined ? {} : { group }),
    version: npmPackage.version,
    purl,
  });
  component.hashes.set(HashAlgorithm["SHA-512"], sha512Of(npmPackage).toString("hex"));
  component.licenses.add(licenceOf(npmPackage.licence));
  return component;
}

/** Without a package URL: the runtime's authors build forks of some, and do not tell which. */
function libraryComponent(library: RuntimeLibrary): Component {
  const component = new Component(ComponentType.Library, library.name, {
    bomRef: `runtime/${library.name}@${library.version}`,
    version: library.version,
  });
  component.licenses.add(licenceOf(library.licence));
  component.externalReferences.add(new ExternalReference(library.url, ExternalReferenceType.Website));
  return component;
}

function addAll(dependencies: Component["dependencies"], components: readonly Component[]): void {
  for (const { bomRef } of components) {
    dependencies.add(bomRef);
  }
}

function licenceOf(expression: string): License {
  return isSupportedSpdxId(expression) ? new SpdxLicense(expression) : new LicenseExpression(expression);
}

/** A package URL (ECMA-427) of an npm package. */
function npmUrl(fullName: string, itsVersion: string): string {
  return `pkg:npm/${fullName.replace("@", "%40")}@${itsVersion}`;
}
