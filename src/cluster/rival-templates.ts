/** Other index templates that a name falls under. */

import { type ClusterApi, refusalOf } from './api.ts';
import type { IndexTemplate } from './template.ts';

/** A template that goes before another. */
export interface RivalTemplate {
  readonly name: string;
  readonly priority: number;
  readonly pattern: string;
}

interface Listed {
  readonly name: string;
  readonly index_template?: { readonly index_patterns?: string | readonly string[]; readonly priority?: number };
}

/**
 * The template with the highest priority above that of `template` that an index of this name would be made from; null
 * where there is none. Throws E_CLUSTER_*.
 */
export async function rivalOf(
  api: ClusterApi,
  template: IndexTemplate,
  index: string,
  signal: AbortSignal,
): Promise<RivalTemplate | null> {
  const parts = ['name', 'index_template.index_patterns', 'index_template.priority'];
  const path = `/_index_template?filter_path=${parts.map((part) => `index_templates.${part}`).join(',')}`;
  const answer = await api.call('GET', path, undefined, signal);
  if (answer.status !== 200) {
    throw refusalOf(answer, 'reading the index templates (cluster privilege manage_index_templates)');
  }
  const { index_templates: listed = [] } = answer.json as { index_templates?: readonly Listed[] };
  const rivals = listed.flatMap(({ name, index_template: { index_patterns: patterns = [], priority = 0 } = {} }) => {
    const pattern = [patterns].flat().find((one) => matches(one, index));
    const isAbove = name !== template.name && priority > Number(template.body['priority']);
    return pattern !== undefined && isAbove ? [{ name, priority, pattern }] : [];
  });
  return rivals.sort((a, b) => b.priority - a.priority)[0] ?? null;
}

/** In patterns of templates `*` is the only wildcard. */
function matches(pattern: string, index: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(index);
}
