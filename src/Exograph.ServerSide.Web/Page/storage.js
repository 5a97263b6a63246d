// What the index takes, and what a DBA might want to look at.

import { ask } from './api.js';
import { bytes, count, el, empty, problem, table } from './dom.js';

export async function showStorage({ signal, draw }) {
  const [doctor, partitions, sizes] = [el('section', {}, 'Looking …'), el('section'), el('section', {}, 'Counting …')];
  draw('Storage', el('h1', {}, 'Storage'),
    el('h2', {}, 'What the doctor says'), doctor,
    el('h2', {}, 'Partitions'), partitions,
    el('h2', {}, 'Sizes by package'), sizes);
  await Promise.all([
    part(doctor, 'doctor', rows => rows.length === 0 ? empty('All is well.') : table('What the doctor says', [
      ['About', row => row.subject, 'name'], ['It is', row => row.here], ['To try', row => row.toTry ?? ''],
      ['By', row => row.mend === null ? '' : el('pre', {}, row.mend), 'code'],
    ], rows)),
    part(partitions, 'partitions', rows => rows.length === 0 ? empty('There are none.') : table('Partitions', [
      ['Table', row => row.table], ['Partitions', row => count(row.partitions), 'number'],
      ['Rows, about', row => count(row.rows), 'number'], ['Bytes', row => bytes(row.bytes), 'number'],
    ], rows)),
    part(sizes, 'sizes', rows => rows.length === 0 ? empty('Nothing has been loaded.') : table('Sizes', [
      ['Package', row => row.package === null ? el('span', { class: 'quiet' }, 'shared by all') : row.package, 'name'],
      ['Ecosystem', row => row.ecosystem ?? ''], ['Rows', row => count(row.rows), 'number'], ['Bytes', row => bytes(row.bytes), 'number'],
    ], byPackage(rows))),
  ]);

  /** Each part comes when it is there: one that takes long, or fails, keeps no other. */
  async function part(place, path, show) {
    try {
      place.replaceChildren(show(await ask(path, {}, signal)));
    } catch (error) {
      if (error.name === 'AbortError') return;
      place.replaceChildren(problem(error));
    }
  }
}

/** The largest first. */
function byPackage(rows) {
  const packages = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.ecosystem, row.package]);
    const all = packages.get(key) ?? { ecosystem: row.ecosystem, package: row.package, rows: 0, bytes: 0 };
    all.rows += row.rows;
    all.bytes += row.bytes;
    packages.set(key, all);
  }
  return [...packages.values()].sort((a, b) => b.bytes - a.bytes);
}
