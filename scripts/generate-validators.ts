/**
 * Compiles the JSON Schemas of `schemas/` into `src/protocol/generated/`: standalone validators by ajv, so that
 * the executable generates no code at run time, and the TypeScript types of what has passed them. One module a schema, so
 * that a command loads its own alone; `validators.js` has them all.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import standaloneCode from "ajv/dist/standalone/index.js";
import { compile } from "json-schema-to-typescript";

const SCHEMA_FOLDER = new URL("../schemas/", import.meta.url);
const GENERATED_FOLDER = new URL("../src/protocol/generated/", import.meta.url);

/** A module of JavaScript, and what TypeScript has to know of it. */
interface GeneratedModule {
  /** Without its ending, for example `describe-key.request`. */
  readonly name: string;
  readonly code: string;
  readonly types: string;
}

interface Schema {
  readonly $id: string;
  readonly title: string;
  readonly [keyword: string]: unknown;
}

async function readSchemas(): Promise<Schema[]> {
  const files = (await readdir(SCHEMA_FOLDER)).filter((file) => file.endsWith(".schema.json")).sort();
  return Promise.all(
    files.map(async (file) => JSON.parse(await readFile(new URL(file, SCHEMA_FOLDER), "utf8")) as Schema),
  );
}

/** ajv's standalone module of one schema; it exports `validate` and the schema's title. */
function validatorModule(schema: Schema, schemas: readonly Schema[]): GeneratedModule {
  const ajv = new Ajv2020({
    schemas: [...schemas],
    strict: true,
    allErrors: true,
    code: { source: true, esm: true, lines: true },
  });
  const { title } = schema;
  return {
    name: moduleName(schema),
    code: standaloneCode(ajv, { [`validate${title}`]: schema.$id }),
    types:
      `import type { ${title}, Validator } from "./validators.js";\n` +
      `export declare const validate${title}: Validator<${title}>;\n`,
  };
}

/** As its file is named: `describe-key.request` of `…/describe-key.request.schema.json`. */
function moduleName({ $id }: Schema): string {
  return $id.slice($id.lastIndexOf("/") + 1).replace(/\.schema\.json$/, "");
}

/** All validators by one name, and the types of what has passed them. */
async function wholeModule(schemas: readonly Schema[]): Promise<GeneratedModule> {
  const reexports = schemas.map(
    (schema) => `export { validate${schema.title} } from "./${moduleName(schema)}.js";\n`,
  );
  return {
    name: "validators",
    code: reexports.join(""),
    types: `${await typeModule(schemas)}\n${reexports.join("")}`,
  };
}

/** The types of the schemas. */
async function typeModule(schemas: readonly Schema[]): Promise<string> {
  const types = new Map<string, string>();
  for (const schema of schemas) {
    const source = await compile(inlineReferences(schema, schemas), schema.title, {
      bannerComment: "",
      declareExternallyReferenced: true,
      format: false,
      ignoreMinAndMaxItems: true,
    });
    types.set(schema.title, source);
  }
  return [
    `import type { ErrorObject } from "ajv";`,
    `export interface Validator<T> { (data: unknown): data is T; errors?: ErrorObject[] | null }`,
    ...types.values(),
  ].join("\n");
}

/** The type generator resolves no `$ref` by `$id`, so the schema that is meant takes its place. */
function inlineReferences(schema: Schema, schemas: readonly Schema[]): Record<string, unknown> {
  const inlined: unknown = JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || !("$ref" in value)) {
      return value;
    }
    if (String(value.$ref).startsWith("#")) {
      return value; // To a part of the schema itself, which the type generator finds.
    }
    const target = schemas.find((candidate) => candidate.$id.endsWith(`/${String(value.$ref)}`));
    if (target === undefined) {
      throw new Error(`${schema.$id} refers to ${String(value.$ref)}, which is not in schemas/`);
    }
    const { title: _title, $id: _id, ...inline } = target;
    return inline;
  });
  return inlined as Record<string, unknown>;
}

/** Writes the validators and their types. */
export async function generateValidators(): Promise<void> {
  const schemas = await readSchemas();
  await mkdir(GENERATED_FOLDER, { recursive: true });
  const modules = [...schemas.map((schema) => validatorModule(schema, schemas)), await wholeModule(schemas)];
  for (const { name, code, types } of modules) {
    await writeFile(new URL(`${name}.js`, GENERATED_FOLDER), code);
    await writeFile(new URL(`${name}.d.ts`, GENERATED_FOLDER), types);
  }
}

if (import.meta.main) {
  await generateValidators();
}
