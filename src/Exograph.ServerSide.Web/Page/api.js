import { to } from './dom.js';

/** What the server refuses, with its remedy. */
export class ApiError extends Error {
  constructor(message, hint, status) {
    super(message);
    this.hint = hint;
    this.status = status;
  }
}

/** An answer of the server. Whoever has gone to another page meanwhile takes it back by the signal. */
export async function ask(path, query = {}, signal = undefined) {
  let response;
  try {
    response = await fetch(to(`/api/${path}`, query), { signal, headers: { accept: 'application/json' } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError('The server of this page does not answer.', 'Has exograph-load serve ended? Start it again, and open what it prints.', 0);
  }
  if (response.status === 403) throw new ApiError('This server does not know the browser.', await response.text(), 403);
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new ApiError(answer?.error ?? `The server answers ${response.status}.`, answer?.hint, response.status);
}
