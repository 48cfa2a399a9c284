/** What the edge says of itself: answers to queries, acks, and calls passed on to the other client. */

import { baileys } from './baileys.mjs';

const { jidDecode } = baileys;
const SERVER = 's.whatsapp.net';
const now = () => String(Math.floor(Date.now() / 1000));
const result = (id, content) => ({ tag: 'iq', attrs: { from: SERVER, type: 'result', id }, content });

/** Children of the answer to a query, by its namespace and the tag of its first child. */
const QUERIES = {
  'encrypt count': ({ prekeys }) => [{ tag: 'count', attrs: { value: String(prekeys) } }],
  'encrypt digest': () => [{ tag: 'digest', attrs: {} }],
  'abt props': () => [{ tag: 'props', attrs: { protocol: '1', hash: 'example' }, content: [] }],
  'blocklist ': () => [{ tag: 'list', attrs: {}, content: [] }],
  'privacy privacy': () => [{ tag: 'privacy', attrs: {}, content: [] }],
  'w props': () => [{ tag: 'props', attrs: {}, content: [] }],
};

export const success = ({ lid }) => ({ tag: 'success', attrs: { t: now(), lid, location: 'example' } });

export const isPing = (node) => node.tag === 'iq' && node.attrs.xmlns === 'w:p';

/** The nodes that go back to the client that sent `node`. */
export function answersTo(node, account) {
  if (node.tag === 'call') {
    const [action] = node.content;
    const { to, id } = node.attrs;
    return [{ tag: 'ack', attrs: { class: 'call', type: action.tag, from: to, id, t: now() } }];
  }
  if (node.tag !== 'iq' || node.attrs.type === 'result') return [];
  const first = Array.isArray(node.content) ? node.content[0].tag : '';
  return [result(node.attrs.id, QUERIES[`${node.attrs.xmlns} ${first}`]?.(account))];
}

/** Whether `node` is a call stanza for one of the devices of `account`. */
export function isFor(node, account) {
  const to = node.tag === 'call' ? jidDecode(node.attrs.to) : undefined;
  return to !== undefined && jidDecode(account.lid).user === to.user && to.server === 'lid';
}

/** The delivered copy of a call stanza: it tells who sent it and not to whom. */
export function delivered({ attrs: { id }, content }, sender) {
  const isOffer = content[0].tag === 'offer';
  const told = isOffer ? { version: '2.24.1', platform: 'web', notify: 'Example', e: '0' } : {};
  return { tag: 'call', attrs: { from: sender.lid, id, t: now(), ...told }, content };
}
