/** `flowbulk fields`: the table of fields as Markdown or JSON. docs/fields.md is its output. */

import { EXIT } from '../../errors.ts';
import { command } from '../command.ts';
import { fieldsAsJson, fieldsAsMarkdown } from '../fields-page.ts';

export const fields = command({
  name: 'fields',
  summary: 'the table of fields: names, versions, where they go',
  usage: ['fields'],
  examples: [
    ['fields', 'the table as Markdown'],
    ['fields --json', 'the same for programs'],
  ],
  arguments: [],
  options: ['json'],

  async run(_args, values, { stdout }) {
    stdout.write(values.json ? fieldsAsJson() : fieldsAsMarkdown());
    return EXIT.ok;
  },
});
