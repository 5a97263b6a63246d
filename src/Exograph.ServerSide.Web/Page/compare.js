// What differs between two versions of a package: definitions, files and, of a file, lines.

import { ask } from './api.js';
import { el, empty, table, to } from './dom.js';
import { difference } from './difference.js';
import { pages, whole } from './hits.js';

const signs = { added: 'good', removed: 'bad', changed: 'warn' };

export async function showCompare({ query, signal, draw, go }) {
  const [name, before, now] = ['package', 'before', 'now'].map(field => query.get(field) ?? '');
  const [old, young] = [query.get('old'), query.get('new')];
  const form = await fields(name, before, now, signal, go);
  const title = el('h1', {}, name && before && now ? `${name}: ${before} to ${now}` : 'Compare versions');
  if (old || young) {
    const [left, right] = await Promise.all([old, young].map(id => id ? ask(`find/file/${id}`, {}, signal) : null));
    const path = right?.path ?? left?.path ?? 'No such file';
    draw(path, title, el('h2', { class: 'code' }, path),
      el('p', {}, el('a', { href: to('/compare', { package: name, before, now }) }, 'All changes')),
      difference(left?.source ?? '', right?.source ?? ''));
    return;
  }
  if (!name || !before || !now) {
    draw('Compare', title, form, empty('Choose a package and two of its versions.'));
    return;
  }
  const next = after => ask('find/changes', { package: name, before, now, after, limit: 200 }, signal);
  const first = await next(null);
  draw(`${name}: ${before} to ${now}`, title, form, first.rows.length === 0 ? empty('Nothing differs.') : pages(first, next, rows => [table('Changes', [
    ['Change', row => el('span', { class: `chip ${signs[row.change] ?? ''}` }, row.change)],
    ['What', row => row.kind ?? row.what],
    ['Name', row => el('a', { href: to('/compare', { package: name, before, now, old: row.oldFileId, new: row.fileId }) },
      whole({ ...row, qualifiedName: row.name })), 'name code'],
    ['File', row => row.what === 'file' ? '' : row.path ?? row.oldPath ?? '', 'code'],
  ], rows)]));
}

async function fields(name, before, now, signal, go) {
  const names = el('datalist', { id: 'packages' });
  const versions = el('datalist', { id: 'versions' });
  const input = el('input', { name: 'package', value: name, list: 'packages', autocomplete: 'off', required: true, oninput: offer });
  const form = el('form', { class: 'fields', onsubmit: compare },
    el('label', {}, 'Package', input),
    el('label', {}, 'Before', el('input', { name: 'before', value: before, list: 'versions', autocomplete: 'off', required: true })),
    el('label', {}, 'Now', el('input', { name: 'now', value: now, list: 'versions', autocomplete: 'off', required: true })),
    el('button', { class: 'main' }, 'Compare'), names, versions);
  await offer();
  return form;

  async function offer() {
    const found = await ask('packages', { prefix: input.value }, signal).catch(() => []);
    names.replaceChildren(...found.map(p => el('option', { value: p.name }, p.ecosystem)));
    versions.replaceChildren(...(found.find(p => p.name === input.value)?.versions ?? []).map(v => el('option', { value: v })));
  }

  function compare(event) {
    event.preventDefault();
    go(to('/compare', Object.fromEntries(new FormData(form))));
  }
}
