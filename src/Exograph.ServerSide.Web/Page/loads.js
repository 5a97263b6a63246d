// Loads: how far the open ones are, while one looks, and what became of the others.

import { ask } from './api.js';
import { bytes, count, duration, el, empty, refill, table, when } from './dom.js';

/** Milliseconds between two looks, while a load is open and while none is. */
const BUSY = 1000;
const IDLE = 3000;

const states = { open: 'warn', finalized: 'good', abandoned: '', undone: '' };

const sum = (rows, column) => rows.reduce((all, row) => all + row[column], 0);

export async function showLoads({ signal, draw }) {
  const open = el('section', { 'aria-label': 'Open loads' });
  const ledger = el('section');
  let drawn = false;
  await watch(signal, async () => {
    const view = await ask('loads', {}, signal);
    tellPlace(view.place);
    refill(open, view.open.map(card), waits(view.waits));
    refill(ledger, view.loads.length === 0
      ? empty('Nothing has been loaded. ', el('code', {}, 'exograph-load load <bundle>'), ' loads a bundle.')
      : table('Loads', [
        ['Load', row => el('a', { href: `/loads/${row.loadId}` }, row.loadId), 'number'],
        ['Label', row => row.label, 'name'],
        ['State', row => el('span', { class: `chip ${states[row.state]}` }, row.state)],
        ['Staged', row => count(row.staged), 'number'],
        ['Inserted', row => count(row.inserted), 'number'],
        ['Rejected', row => row.rejected ? el('span', { class: 'chip bad' }, count(row.rejected)) : count(row.rejected), 'number'],
        ['Begun', row => when(row.startedAt), 'whole'],
        ['Took', row => row.endedAt ? duration(new Date(row.endedAt) - new Date(row.startedAt)) : '', 'number'],
        ['By', row => row.startedBy],
      ], view.loads));
    if (!drawn) draw('Loads', el('h1', {}, 'Loads'), open, ledger);
    drawn = true;
    return view.open.length > 0;
  });
}

export async function showLoad({ ids: [number], signal, draw }) {
  let state = null;
  await watch(signal, async () => {
    const { report, open } = await ask(`loads/${number}`, {}, signal);
    if (report.state === 'open' || report.state !== state) {
      const rejected = sum(report.tables, 'rejected');
      draw(`Load ${number}`,
        el('h1', {}, `Load ${number}: ${report.label} `, el('span', { class: `chip ${states[report.state]}` }, report.state)),
        el('p', { class: 'quiet' }, `Begun by ${report.startedBy} on ${when(report.startedAt)}`, report.endedAt ? `, ended on ${when(report.endedAt)}.` : '.'),
        open ? card(open) : null, timeline(report.phases), tables(report.tables), attempts(report.attempts),
        rejected > 0 ? await rejects(number, rejected, signal) : null);
    }
    state = report.state;
    return state === 'open' ? true : null;
  });
}

/** Looks again and again: soon, later or, where it says null, no more. Whoever does not see the page waits. */
async function watch(signal, look) {
  const again = await look();
  if (again === null || signal.aborted) return;
  setTimeout(next, again ? BUSY : IDLE);

  async function next() {
    if (signal.aborted) return;
    if (document.hidden) {
      document.addEventListener('visibilitychange', next, { once: true, signal });
      return;
    }
    try {
      await watch(signal, look);
    } catch (error) {
      if (error.name === 'AbortError') return;
      setTimeout(next, IDLE); // the server may be back by then
    }
  }
}

function tellPlace({ database, server, role, isStandby }) {
  document.getElementById('place').textContent =
    `Database ${database}, PostgreSQL ${server}, read as ${role}${isStandby ? ', a standby' : ''} · press ? for the keys`;
}

function card(load) {
  const share = load.rowsDone !== null && load.rowsToDo > 0 ? Math.min(load.rowsDone / load.rowsToDo, 1) : null;
  const rate = load.rowsDone && load.elapsed ? load.rowsDone / load.elapsed * 1000 : null;
  return el('article', { class: 'card' },
    el('div', { class: 'line' },
      el('strong', {}, el('a', { href: `/loads/${load.loadId}` }, `Load ${load.loadId}`), ` ${load.label}`),
      el('span', { class: 'chip warn' }, load.phase === null ? 'staging' : [load.phase, load.table].filter(Boolean).join(' '))),
    load.phase === null ? null : el('progress', { max: 1, value: share, 'aria-label': 'Rows done' }),
    el('ul', { class: 'facts' },
      fact('rows', load.phase === null ? count(load.rowsToDo) : `${count(load.rowsDone)} of ${count(load.rowsToDo)}`),
      fact('staged', bytes(load.stagedBytes)),
      fact('rows a second', rate === null ? null : count(Math.round(rate))),
      fact('in this phase', duration(load.phaseElapsed)),
      fact('in all', duration(load.elapsed)),
      fact('left', load.remaining === null ? null : `about ${duration(load.remaining)}`),
      el('li', {}, 'by ', el('b', {}, load.workingRole ?? load.owner ?? load.startedBy))),
    load.serverProgress ? el('p', { class: 'quiet' }, load.serverProgress) : null,
    load.lastFailure ? el('p', {}, el('span', { class: 'chip bad' }, `${load.failedAttempts} failed`), ` ${load.lastFailure}`) : null);
}

function fact(what, value) {
  return value === null || value === '' ? null : el('li', {}, el('b', {}, value), ` ${what}`);
}

function waits(rows) {
  return rows.length === 0 ? [] : [el('h2', {}, 'Who waits for whom'), table('Who waits for whom',
    Object.keys(rows[0]).map(key => [key, row => row[key] === null ? '' : String(row[key]), 'name']), rows)];
}

function timeline(phases) {
  const whole = sum(phases, 'milliseconds');
  if (whole === 0) return null;
  const bar = el('div', { class: 'phases', 'aria-hidden': 'true' }, phases.map(phase => {
    const part = el('span', { title: `${[phase.phase, phase.table].filter(Boolean).join(' ')}: ${duration(phase.milliseconds)}` });
    part.style.flexGrow = phase.milliseconds / whole;
    return part;
  }));
  return el('section', {}, el('h2', {}, `Phases, ${duration(whole)} in all`), bar,
    el('details', {}, el('summary', {}, 'As a table'), table('Phases', [
      ['Phase', row => row.phase], ['Table', row => row.table ?? ''],
      ['Took', row => duration(row.milliseconds), 'number'], ['WAL', row => bytes(row.walBytes), 'number'],
    ], phases)));
}

function tables(rows) {
  return rows.length === 0 ? null : el('section', {}, el('h2', {}, 'What became of the rows'), table('What became of the rows', [
    ['Table', row => row.table],
    ...['staged', 'inserted', 'existing', 'collapsed', 'rejected', 'conflicting', 'replaced'].map(
      column => [column[0].toUpperCase() + column.slice(1), row => count(row[column]), 'number']),
    ['Took', row => duration(row.milliseconds), 'number'],
    ['Path', row => el('span', { title: row.reason }, row.path)],
  ], rows));
}

function attempts(rows) {
  return rows.length === 0 ? null : el('section', {}, el('h2', {}, 'Attempts that did not end well'), table('Attempts', 
    Object.keys(rows[0]).map(key => [key, row => row[key] === null ? '' : String(row[key]), 'name']), rows));
}

async function rejects(number, rejected, signal) {
  const rows = await ask(`loads/${number}/rejects`, {}, signal);
  return el('section', {}, el('h2', {}, `Rejected rows${rows.length < rejected ? `, ${count(rows.length)} of ${count(rejected)}` : ''}`),
    table('Rejected rows', [
      ['Table', row => row.table], ['Rule', row => row.reason, 'name'], ['Row', row => row.row, 'code'],
    ], rows));
}
