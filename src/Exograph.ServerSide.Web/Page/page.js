// The page: which view an address is, and what keys do.

import { el, problem, refill } from './dom.js';
import { showCalls } from './calls.js';
import { showCompare } from './compare.js';
import { showCopies } from './copies.js';
import { showFile } from './file.js';
import { showLoad, showLoads } from './loads.js';
import { showSearch } from './search.js';
import { showStorage } from './storage.js';

const main = document.getElementById('main');
const question = document.getElementById('question');
const told = document.getElementById('told');

/** The views, by address. Each makes its elements; the signal tells it that somebody has gone on. */
const views = [
  [/^\/$/, showLoads],
  [/^\/loads$/, showLoads],
  [/^\/loads\/(\d+)$/, showLoad],
  [/^\/storage$/, showStorage],
  [/^\/search$/, showSearch],
  [/^\/file\/(\d+)$/, showFile],
  [/^\/calls$/, showCalls],
  [/^\/copies\/(\d+)$/, showCopies],
  [/^\/compare$/, showCompare],
];

let leaving = new AbortController();

async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const query = new URLSearchParams(location.search);
  if (document.activeElement !== question) question.value = query.get('q') ?? '';
  for (const link of document.querySelectorAll('nav a'))
    link.toggleAttribute('aria-current', location.pathname.startsWith(new URL(link.href).pathname));
  const [pattern, view] = views.find(([path]) => path.test(location.pathname)) ?? [];
  const slow = setTimeout(() => context.draw('Looking', el('p', { class: 'quiet' }, 'Looking …')), 300);
  const context = {
    query, signal, go, tell,
    ids: pattern?.exec(location.pathname).slice(1) ?? [],
    draw(title, ...elements) {
      clearTimeout(slow);
      if (signal.aborted) return;
      document.title = `${title} · Exograph`;
      refill(main, elements);
    },
  };
  try {
    if (view) await view(context);
    else context.draw('Not found', el('h1', {}, 'There is no such page'), el('p', {}, el('a', { href: '/loads' }, 'To the loads')));
  } catch (error) {
    if (error.name !== 'AbortError') context.draw('Problem', el('h1', {}, 'That did not work'), problem(error));
  }
}

function tell(text) {
  told.textContent = text;
}

/** To another address of the page, without loading it anew. */
function go(address, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  scrollTo(0, 0);
  return show();
}

document.addEventListener('click', event => {
  const link = event.target.closest('a[href]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const address = new URL(link.href instanceof Object ? link.href.baseVal : link.href, location);
  if (address.origin !== location.origin || (address.hash && address.pathname === location.pathname && address.search === location.search)) return;
  event.preventDefault();
  go(address.pathname + address.search + address.hash);
});

document.getElementById('search').addEventListener('submit', event => {
  event.preventDefault();
  const q = question.value.trim();
  if (!q) return;
  question.blur();
  const kept = location.pathname === '/search' ? new URLSearchParams(location.search) : new URLSearchParams();
  kept.set('q', q);
  go(`/search?${kept}`);
});

const keys = {
  '/': ['Search', () => { question.focus(); question.select(); }],
  j: ['Next answer', () => step(1)],
  k: ['Answer before', () => step(-1)],
  l: ['Loads', () => go('/loads')],
  s: ['Storage', () => go('/storage')],
  c: ['Compare versions', () => go('/compare')],
  '?': ['These keys', help],
};

/** Answers are links: the next one takes the focus, and Enter opens it. */
function step(by) {
  const answers = [...main.querySelectorAll('.hits a, table a')];
  const at = answers.indexOf(document.activeElement);
  const next = at < 0 ? answers[by > 0 ? 0 : answers.length - 1] : answers[at + by];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function help() {
  const dialog = el('dialog', { onclose: () => dialog.remove(), 'aria-label': 'Keys' },
    el('h2', {}, 'Keys'),
    el('dl', {}, Object.entries(keys).map(([key, [what]]) => [el('dt', {}, el('kbd', {}, key)), el('dd', {}, what)])),
    el('p', {}, el('button', { class: 'main', onclick: () => dialog.close() }, 'Close')));
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener('keydown', event => {
  const typing = event.target.closest('input, select, textarea, dialog');
  if (event.key === 'Escape' && event.target === question) {
    question.blur();
    main.focus();
  } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key]) {
    event.preventDefault();
    keys[event.key][1]();
  }
});

addEventListener('popstate', show);
show();
