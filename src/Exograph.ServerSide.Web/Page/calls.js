// Who calls a name and what it calls: a picture in columns, and the calls as a table.

import { ask } from './api.js';
import { el, empty, svg, table, to } from './dom.js';

/** Most calls of either direction: more is no picture. */
const MOST = 120;
const BOX = { width: 240, height: 26, gap: 8, between: 70 };

export async function showCalls({ query, signal, draw }) {
  const q = query.get('q') ?? '';
  const depth = Math.min(Math.max(Number(query.get('depth')) || 1, 1), 5);
  const scope = { package: query.get('package'), version: query.get('version') };
  if (q === '') {
    draw('Calls', el('h1', {}, 'Calls'), empty('Ask for a name: press ', el('kbd', {}, '/'), '.'));
    return;
  }
  const [callers, callees] = await Promise.all(['callers', 'callees'].map(
    way => ask(`find/${way}`, { name: q, depth, limit: MOST, ...scope }, signal)));
  draw(`Calls of ${q}`,
    el('h1', {}, 'Calls of ', el('span', { class: 'code' }, q)),
    el('ul', { class: 'tabs' },
      el('li', {}, el('a', { href: to('/search', { q, ...scope }) }, 'Definitions')),
      [1, 2, 3, 4, 5].map(d => el('li', {}, el('a', { href: to('/calls', { q, depth: d, ...scope }), 'aria-current': d === depth ? 'page' : null },
        d === 1 ? '1 level' : `${d} levels`)))),
    callers.rows.length + callees.rows.length === 0
      ? empty('No call of it or by it is indexed.')
      : [
        callers.next || callees.next ? el('p', { class: 'quiet' }, `The first ${MOST} calls of each direction.`) : null,
        picture(q, callers.rows, callees.rows, depth),
        list('Callers', callers.rows, 'caller'),
        list('Callees', callees.rows, 'callee'),
      ]);
}

function list(title, rows, far) {
  if (rows.length === 0) return [];
  return [el('h2', {}, title), table(title, [
    ['Level', row => row.level, 'number'],
    ['Caller', row => name(row.caller, far === 'caller'), 'name code'],
    ['Calls', row => name(row.callee, far === 'callee'), 'name code'],
    ['Where', row => row.fileId === null ? '' : el('a', { href: to(`/file/${row.fileId}`, { line: row.line }) },
      row.line === null ? row.path : `${row.path}:${row.line}`), 'code'],
  ], rows)];

  function name(text, links) {
    return links ? el('a', { href: to('/calls', { q: text }) }, text) : text;
  }
}

/** Columns of boxes: callers of callers left of callers, left of the name, left of callees. Each name has one box. */
function picture(q, callers, callees, depth) {
  const columns = new Map();
  const boxes = new Map();
  const roots = new Set([...callers.filter(c => c.level === 1).map(c => c.callee), ...callees.filter(c => c.level === 1).map(c => c.caller)]);
  for (const root of roots) place(root, 0);
  for (const call of callers) place(call.caller, -call.level);
  for (const call of callees) place(call.callee, call.level);
  const left = Math.min(...columns.keys());
  const tallest = Math.max(...[...columns.values()].map(c => c.length));
  const height = tallest * (BOX.height + BOX.gap) + BOX.gap;
  const width = columns.size * (BOX.width + BOX.between) - BOX.between + 20;
  for (const [column, names] of columns) {
    const top = (height - names.length * (BOX.height + BOX.gap) + BOX.gap) / 2;
    names.forEach((text, i) => {
      const box = boxes.get(text);
      box.x = 10 + (column - left) * (BOX.width + BOX.between);
      box.y = top + i * (BOX.height + BOX.gap);
    });
  }
  const edges = new Map([...callers, ...callees].map(call => [JSON.stringify([call.caller, call.callee]), call]));
  return el('div', { class: 'graph', tabindex: 0, role: 'region', 'aria-label': `Picture of the calls, ${depth} levels` },
    svg('svg', { width, height, viewBox: `0 0 ${width} ${height}` },
      svg('defs', {}, svg('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse' },
        svg('path', { d: 'M0 0L8 4L0 8z' }))),
      [...edges.values()].map(({ caller, callee }) => edge(boxes.get(caller), boxes.get(callee))),
      [...boxes].map(([text, box]) => node(text, box, roots.has(text)))));

  function place(text, column) {
    if (boxes.has(text)) return;
    boxes.set(text, {});
    if (!columns.has(column)) columns.set(column, []);
    columns.get(column).push(text);
  }
}

function node(text, { x, y }, isRoot) {
  const most = 30;
  const shown = text.length > most ? `…${text.slice(1 - most)}` : text;
  return svg('a', { href: to('/calls', { q: text }), class: isRoot ? 'root' : null },
    svg('title', {}, text),
    svg('rect', { x, y, width: BOX.width, height: BOX.height, rx: 5 }),
    svg('text', { x: x + 9, y: y + 17 }, shown));
}

/** From the right side of the caller to the left side of what it calls; what calls itself has a loop above it. */
function edge(from, to) {
  if (from === to) {
    const [x, y] = [from.x + BOX.width / 2, from.y];
    return svg('path', { d: `M${x + 14} ${y}c6 -10 -34 -10 -28 0`, 'marker-end': 'url(#arrow)' });
  }
  const start = [from.x + BOX.width, from.y + BOX.height / 2];
  const end = [to.x, to.y + BOX.height / 2];
  const bend = end[0] > start[0] ? (end[0] - start[0]) / 2 : BOX.between * 0.8;
  return svg('path', {
    d: `M${start[0]} ${start[1]}C${start[0] + bend} ${start[1]} ${end[0] - bend} ${end[1]} ${end[0]} ${end[1]}`, 'marker-end': 'url(#arrow)',
  });
}
