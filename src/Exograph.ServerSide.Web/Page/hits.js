// Answers that are in files: by package, then by file, a line for each.

import { el, marked, to } from './dom.js';

const name = row => row.package === null ? 'without a package' : `${row.package} ${row.version ?? ''}`;

/** Rows in the order in which they came, under the packages and files that they are in. */
export function grouped(rows, textOf, part) {
  const packages = new Map();
  for (const row of rows) {
    const place = JSON.stringify([row.ecosystem, row.package, row.version]);
    if (!packages.has(place)) packages.set(place, { row, files: new Map() });
    const { files } = packages.get(place);
    const file = row.fileId ?? 0;
    if (!files.has(file)) files.set(file, []);
    files.get(file).push(row);
  }
  return [...packages.values()].map(({ row, files }) => el('section', {},
    el('h2', { class: 'package' }, name(row), row.ecosystem ? el('span', { class: 'quiet' }, ` ${row.ecosystem}`) : null),
    [...files.values()].map(hits => el('article', { class: 'file' },
      el('h3', {}, hits[0].path ?? 'no file is known'),
      el('ul', { class: 'hits' }, hits.map(hit => el('li', {}, line(hit, textOf, part))))))));
}

function line(hit, textOf, part) {
  const content = [
    el('span', { class: 'number' }, hit.line ?? ''),
    el('span', { class: 'code' }, marked(textOf(hit), typeof part === 'function' ? part(hit) : part)),
    hit.kind ? el('span', { class: 'chip' }, hit.kind) : null,
  ];
  return hit.fileId === null ? el('span', {}, content) : el('a', { href: to(`/file/${hit.fileId}`, { line: hit.line }) }, content);
}

/** What has no parameters, whatever a producer says. */
const things = new Set(['class', 'struct', 'interface', 'enum', 'record', 'module', 'namespace', 'property', 'field', 'event']);

/** A name with its number of parameters, as it is asked for. */
export const whole = row => row.arity === null || row.arity === undefined || things.has(row.kind) || /\/\d+$/.test(row.qualifiedName)
  ? row.qualifiedName : `${row.qualifiedName}/${row.arity}`;

export const fragmentName = row => [[row.module, row.name].filter(Boolean).join('.') || 'a fragment', row.arity === null ? null : `/${row.arity}`,
  ` · lines ${row.line}${row.endLine ? ` to ${row.endLine}` : ''} · ${row.mass} nodes`].filter(Boolean).join('');

/** A page of answers, and a button that gets the next one. */
export function pages(first, next, draw) {
  const rows = [...first.rows];
  const place = el('div');
  const more = el('button', { onclick: load }, 'More');
  let after = first.next;
  redraw();
  return place;

  function redraw() {
    place.replaceChildren(...draw(rows), ...(after ? [more] : []));
  }

  async function load() {
    more.disabled = true;
    const page = await next(after).finally(() => { more.disabled = false; });
    rows.push(...page.rows);
    after = page.next;
    redraw();
  }
}
