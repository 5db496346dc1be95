/** Forms of the map. */

/** Graphviz, JSON, CSV: for people without StackState. */
export const MAP_PICTURES = ['dot', 'json', 'csv'] as const;

/** All of them; `documents` are StackState's elements as NDJSON. */
export const MAP_FORMS = ['documents', ...MAP_PICTURES] as const;

/** One of the forms. */
export type MapForm = (typeof MAP_FORMS)[number];
