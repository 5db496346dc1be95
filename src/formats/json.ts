/** JSON text as every document of ours is written: keys sorted by code unit, integers of any size exact. */

/** A JSON value; a bigint is written as integer. */
export type Json = string | number | bigint | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The JSON text of a value, keys sorted, no blanks. */
export function toJson(value: Json): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  const object = value as { readonly [key: string]: Json };
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${toJson(object[key] as Json)}`);
  return `{${members.join(',')}}`;
}

/** An object of documents while it is built. */
export interface MutableObject {
  [key: string]: Json | MutableObject;
}

/** An empty object; without a prototype, so that a column may be called `__proto__`. */
export function newObject(): MutableObject {
  return Object.create(null) as MutableObject;
}

/** Puts a value at a dotted path, making the objects on the way. */
export function setPath(object: MutableObject, path: string, value: Json): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let at = object;
  for (const name of names) {
    at[name] ??= newObject();
    at = at[name] as MutableObject;
  }
  at[last] = value;
}
