// The lines that two texts do not have in common, by Myers' algorithm (E. W. Myers, An O(ND) Difference Algorithm, 1986).

import { el, empty } from './dom.js';

/** Edits after which texts are told to differ as a whole: the algorithm takes the square of their number. */
const MOST_EDITS = 1000;

/** Lines shown around a change. */
const AROUND = 3;

export function difference(before, now) {
  const [left, right] = [before, now].map(text => text.split(/\r\n|\n|\r/));
  const rows = edits(left, right);
  if (rows === null) return empty('The two differ in too many lines to be compared here.');
  if (rows.every(row => row.kind === 'same')) return empty('No line differs.');
  const near = new Set(rows.flatMap((row, i) => row.kind === 'same' ? [] : Array.from({ length: 2 * AROUND + 1 }, (_, n) => i + n - AROUND)));
  const shown = [];
  rows.forEach((row, i) => {
    if (near.has(i)) shown.push(line(row));
    else if (near.has(i - 1) || i === 0) shown.push(el('li', { class: 'cut' }, el('a', {}, '⋯'), el('code', {}, '')));
  });
  return el('div', { class: 'source', tabindex: 0, role: 'region', 'aria-label': 'Changed lines' }, el('ol', {}, shown));
}

function line({ kind, text, number }) {
  const sign = { same: ' ', added: '+', removed: '−' }[kind];
  return el('li', { class: kind }, el('a', {}, number), el('code', {}, `${sign} ${text}`));
}

/** Each line of either, in order: same, removed or added; null where there are too many edits. */
export function edits(left, right) {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let [a, b] = [left.length, right.length];
  while (a > start && b > start && left[a - 1] === right[b - 1]) [a, b] = [a - 1, b - 1];
  const middle = walk(left.slice(start, a), right.slice(start, b));
  if (middle === null) return null;
  const rows = [];
  for (let i = 0; i < start; i++) rows.push({ kind: 'same', text: right[i], number: i + 1 });
  for (const [kind, i, j] of middle) {
    rows.push(kind === 'removed'
      ? { kind, text: left[start + i], number: start + i + 1 } : { kind, text: right[start + j], number: start + j + 1 });
  }
  for (let j = b; j < right.length; j++) rows.push({ kind: 'same', text: right[j], number: j + 1 });
  return rows;
}

/** The furthest line of the left text that so many edits reach on each diagonal; then back along them. */
function walk(left, right) {
  const most = Math.min(left.length + right.length, MOST_EDITS);
  let reached = new Map([[1, 0]]);
  const trace = [];
  for (let d = 0; d <= most; d++) {
    trace.push(reached);
    const next = new Map(reached);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reached.get(k - 1) < reached.get(k + 1));
      let x = down ? reached.get(k + 1) : reached.get(k - 1) + 1;
      let y = x - k;
      while (x < left.length && y < right.length && left[x] === right[y]) [x, y] = [x + 1, y + 1];
      next.set(k, x);
      if (x >= left.length && y >= right.length) return back(trace, left.length, right.length);
    }
    reached = next;
  }
  return null;
}

function back(trace, x, y) {
  const found = [];
  for (let d = trace.length - 1; d > 0; d--) {
    const reached = trace[d];
    const k = x - y;
    const down = k === -d || (k !== d && reached.get(k - 1) < reached.get(k + 1));
    const fromX = reached.get(down ? k + 1 : k - 1);
    const fromY = fromX - (down ? k + 1 : k - 1);
    while (x > (down ? fromX : fromX + 1)) found.push(['same', --x, --y]);
    found.push([down ? 'added' : 'removed', fromX, fromY]);
    [x, y] = [fromX, fromY];
  }
  while (x > 0) found.push(['same', --x, --y]);
  return found.reverse();
}
