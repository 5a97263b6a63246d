// The fragments that are like one: the same but for white space and comments, and similar ones.

import { ask } from './api.js';
import { el, empty } from './dom.js';
import { fragmentName, grouped, pages } from './hits.js';

export async function showCopies({ ids: [fragment], signal, draw }) {
  const copies = after => ask(`find/copies/${fragment}`, { after }, signal);
  const similar = after => ask(`find/similar/${fragment}`, { after }, signal);
  const [same, alike] = await Promise.all([copies(null), similar(null)]);
  draw('Copies', el('h1', {}, 'Code that is alike'),
    el('h2', {}, 'Copies, but for white space and comments'),
    same.rows.length === 0 ? empty('There are none.') : pages(same, copies, rows => grouped(rows, fragmentName)),
    el('h2', {}, 'Similar, by the hashes of sub-trees'),
    alike.rows.length === 0 ? empty('There is none.') : pages(alike, similar, rows => grouped(rows,
      row => `${Math.round(row.similarity * 100)} % · ${fragmentName(row)}`)));
}
