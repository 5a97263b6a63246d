// A source with its line numbers, the lines that were meant, and what it defines.

import { ask } from './api.js';
import { bytes, count, el, empty, problem, to } from './dom.js';
import { whole } from './hits.js';

/** Lines of a block: the browser lays out those blocks that are seen. */
const BLOCK = 200;

export async function showFile({ ids: [id], query, signal, draw }) {
  const [file, outline] = await Promise.all([ask(`find/file/${id}`, {}, signal), ask(`find/file/${id}/outline`, {}, signal)]);
  if (file === null) {
    draw('No file', el('h1', {}, 'There is no such file'), empty('It may have been deleted, or replaced by another load, since it was found.'));
    return;
  }
  const line = Number(query.get('line')) || null;
  const copies = el('p', { class: 'quiet' });
  draw(file.path,
    el('h1', { class: 'code' }, file.path),
    el('p', { class: 'quiet' },
      file.package ? `${file.package} ${file.version}, ${file.ecosystem} · ` : '', `${count(file.lines)} lines · ${bytes(file.bytes)}`,
      file.paths.length > 1 ? ` · also ${file.paths.filter(p => p !== file.path).join(', ')}` : ''),
    copies,
    el('div', { class: 'reader' },
      el('div', { class: 'source', tabindex: 0, role: 'region', 'aria-label': 'Source' }, blocks(file.source, line)),
      el('aside', { class: 'outline', 'aria-label': 'Definitions' }, outline.length === 0
        ? el('p', { class: 'quiet' }, 'No definitions are indexed.')
        : el('ul', {}, outline.map(entry)))));
  document.querySelector('.source li.here')?.scrollIntoView({ block: 'center' });
  try {
    const same = await ask(`find/file/${id}/copies`, { limit: 20 }, signal);
    if (same.rows.length > 0)
      copies.replaceChildren(`The same ${same.next ? 'in more than 20 other files: ' : 'in '}`, ...same.rows.flatMap((row, i) => [
        i > 0 ? ', ' : '', el('a', { href: `/file/${row.fileId}` }, `${row.package ?? ''} ${row.version ?? ''} ${row.path}`.trim())]));
  } catch (error) {
    if (error.name !== 'AbortError') copies.replaceChildren(problem(error));
  }

  function entry({ depth, line: at, name, arity, kind, qualifiedName, fragmentId }) {
    const link = el('a', { href: to(`/file/${id}`, { line: at }), title: qualifiedName }, whole({ kind, arity, qualifiedName: name }), ' ',
      el('span', { class: 'quiet' }, kind));
    link.style.paddingLeft = `${0.4 + depth * 0.9}rem`;
    return el('li', {}, link, at !== line ? null : [
      el('a', { href: to('/calls', { q: qualifiedName }) }, '↳ calls'),
      fragmentId === null ? null : el('a', { href: `/copies/${fragmentId}` }, '↳ copies and similar code')]);
  }
}

function blocks(source, here) {
  const lines = source.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  const made = [];
  for (let first = 0; first < lines.length; first += BLOCK) {
    const shown = lines.slice(first, first + BLOCK);
    const skips = here === null || here <= first || here > first + shown.length;
    made.push(el('ol', { class: skips ? 'block' : null }, shown.map((text, i) => row(first + i + 1, text, first + i + 1 === here))));
  }
  return made;
}

function row(number, text, here) {
  return el('li', { class: here ? 'here' : null }, el('a', { href: `?line=${number}` }, number), el('code', {}, text));
}
