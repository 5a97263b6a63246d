// Elements from data. What is not an element becomes text, so nothing that the index holds is ever markup.

const SVG = 'http://www.w3.org/2000/svg';

/** An element: attributes, then children, which may be elements, texts, lists of these, or null for none. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
  return element;
}

/** An address within the page. What is null or empty is left out. */
export function to(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

const whole = new Intl.NumberFormat('en');
const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export const count = number => number === null || number === undefined ? '' : whole.format(number);

export const when = text => text ? date.format(new Date(text)) : '';

export function bytes(number) {
  if (number === null || number === undefined) return '';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, number < 1 ? 0 : Math.floor(Math.log10(number) / 3));
  const value = number / 1000 ** unit;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A time of so many milliseconds, as one says it. */
export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return '';
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A table that scrolls by itself where the window is narrow. A column: its title, a function of the row, and its class. */
export function table(caption, columns, rows) {
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    el('table', {},
      el('thead', {}, el('tr', {}, columns.map(([title, , kind]) => el('th', { scope: 'col', class: kind }, title)))),
      el('tbody', {}, rows.map(row => el('tr', {}, columns.map(([, cell, kind]) => el('td', { class: kind }, cell(row))))))));
}

/** New content of a place that is looked at again and again. The link that has the focus keeps it. */
export function refill(place, ...children) {
  const held = place.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
  place.replaceChildren(...children.flat(Infinity).filter(child => child !== null));
  if (held !== null) [...place.querySelectorAll('a[href]')].find(link => link.getAttribute('href') === held)?.focus({ preventScroll: true });
}

export const empty = (...words) => el('p', { class: 'empty' }, ...words);

export function problem(error) {
  return el('div', { class: 'problem', role: 'alert' },
    el('strong', {}, error.message), error.hint ? el('p', {}, error.hint) : null);
}

/** A text in which every place where another occurs is marked. */
export function marked(text, part) {
  if (!part) return [text];
  const pieces = [];
  let from = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, from)) {
    pieces.push(text.slice(from, at), el('mark', {}, part));
    from = at + part.length;
  }
  return [...pieces, text.slice(from)];
}
