// Questions by name or text. One question box, a tab for each way of asking.

import { ask } from './api.js';
import { count, el, empty, to } from './dom.js';
import { grouped, pages, whole } from './hits.js';

const ways = {
  definitions: { title: 'Definitions', path: 'find/definitions', by: 'name', text: whole },
  references: { title: 'References', path: 'find/references', by: 'name', text: whole },
  text: { title: 'Sources', path: 'find/text', by: 'pattern', text: row => row.text.trimStart(), part: row => row.match },
  comments: { title: 'Comments', path: 'find/text', by: 'pattern', also: { comments: true }, text: row => row.text.trimStart(), part: row => row.match },
  files: { title: 'Files', path: 'find/files', by: 'path', text: row => `${count(row.lines)} lines` },
};

export async function showSearch({ query, signal, draw, tell, go }) {
  const q = query.get('q') ?? '';
  const way = ways[query.get('in')] ? query.get('in') : 'definitions';
  const scope = { package: query.get('package'), version: query.get('version') };
  if (q === '') {
    draw('Search', el('h1', {}, 'Search'), empty('Ask for a name or a text: press ', el('kbd', {}, '/'), '.'));
    return;
  }
  const { title, path, by, also = {}, text, part } = ways[way];
  const next = after => ask(path, { [by]: q, ...also, ...scope, after }, signal);
  const first = await next(null);
  tell(`${first.rows.length} answers`);
  draw(q, el('h1', {}, `${title} of `, el('span', { class: 'code' }, q)), tabs(), filter(),
    first.rows.length === 0
      ? empty('Nothing was found. ', by === 'name' ? 'A name is asked for whole, by its end (Repo.get), or with % for any text.' : 'A text is a regular expression.')
      : pages(first, next, rows => [
        el('p', { class: 'quiet' }, rows.length === 1 ? '1 answer' : `${count(rows.length)} answers`),
        ...grouped(rows, text, part ?? lastPart(q))]));

  function tabs() {
    const links = Object.entries(ways).map(([key, { title: words }]) => el('li', {},
      el('a', { href: to('/search', { q, in: key, ...scope }), 'aria-current': key === way ? 'page' : null }, words)));
    const calls = el('li', {}, el('a', { href: to('/calls', { q, ...scope }) }, 'Calls'));
    return el('ul', { class: 'tabs' }, links, calls);
  }

  function filter() {
    return el('form', { class: 'fields', onsubmit: narrow },
      el('label', {}, 'Package', el('input', { name: 'package', value: scope.package ?? '', autocomplete: 'off' })),
      el('label', {}, 'Version', el('input', { name: 'version', value: scope.version ?? '', autocomplete: 'off' })),
      el('button', {}, 'Narrow down'));
  }

  function narrow(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    go(to('/search', { q, in: way, package: fields.get('package'), version: fields.get('version') }));
  }
}

/** What of a name is marked in the answers: the text before the arity, between the patterns. */
function lastPart(q) {
  return q.replace(/\/\d+$/, '').split('%').filter(Boolean).sort((a, b) => b.length - a.length)[0] ?? null;
}
