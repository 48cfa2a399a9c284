/**
 * A Baileys client as anybody might write one: it logs in through a proxy, tells what it hears and sends what
 * it is asked to. Knows nothing of the key log.
 *
 *     node client.mjs URL PROXY SERIAL ROOT-KEY
 */

import { HttpsProxyAgent } from 'https-proxy-agent';
import pino from 'pino';

import { baileys } from './baileys.mjs';
import { fromJson, obey, say, toJson } from './stream.mjs';

const { WA_CERT_DETAILS, initAuthCreds, makeWASocket } = baileys;
const [url, proxy, serial, rootKey] = process.argv.slice(2);

// The edge's certificate chain ends in a root of its own.
WA_CERT_DETAILS.SERIAL = Number(serial);
if (WA_CERT_DETAILS.PUBLIC_KEY) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootKey, 'hex');

const states = new Map();
const sockets = new Map();

/** Login data of a registered account, kept in memory. */
function stateOf(name, me) {
  if (!states.has(name)) {
    const store = new Map();
    const get = (type, ids) => Object.fromEntries(ids.map((id) => [id, store.get(`${type}/${id}`)]));
    const set = (data) => {
      for (const [type, values] of Object.entries(data)) {
        for (const [id, value] of Object.entries(values)) store.set(`${type}/${id}`, value);
      }
    };
    states.set(name, { creds: { ...initAuthCreds(), me, registered: true }, keys: { get, set } });
  }
  return states.get(name);
}

/** Baileys shows what it sends in its trace log only; pino, with which it comes, writes that log to a file. */
function loggerOf(account) {
  const file = pino({ level: 'trace' }, pino.destination({ dest: `${account}.log`, sync: true }));
  const trace = (fields, text) => {
    file.trace(fields, text);
    if (fields?.msg === 'xml send') say('sent', { account, xml: fields.xml });
  };
  const silent = () => {};
  const error = (fields, text) => {
    const cause = fields?.error ?? fields?.err;
    say('error', { account, text, error: String(cause?.stack ?? fields?.trace ?? '') });
  };
  const logger = { level: 'trace', trace, debug: silent, info: silent, warn: silent, error, fatal: error };
  return { ...logger, child: () => logger };
}

function connect({ account, me }) {
  const socket = makeWASocket({
    auth: stateOf(account, me),
    agent: new HttpsProxyAgent(proxy),
    waWebSocketUrl: url,
    logger: loggerOf(account),
    keepAliveIntervalMs: 1000,
    markOnlineOnConnect: true,
  });
  sockets.set(account, socket);
  socket.ws.on('frame', (node) => {
    if (!(node instanceof Uint8Array)) say('received', { account, node: toJson(node) });
  });
  socket.ev.on('connection.update', ({ connection, lastDisconnect }) => {
    if (connection) say(connection, { account, error: String(lastDisconnect?.error ?? '') });
  });
  socket.ev.on('call', (calls) => {
    for (const { id, status } of calls) say('call', { account, id, status });
  });
}

await obey({
  connect,
  send: ({ account, node }) => sockets.get(account).sendNode(fromJson(node)),
  query: async ({ account, node }) => toJson(await sockets.get(account).query(fromJson(node))),
  /** Closes, and answers when the WebSocket's own closing is over. */
  close: async ({ account }) => {
    const { ws, end } = sockets.get(account);
    const raw = ws.socket;
    const closed = new Promise((resolve) => raw.once('close', resolve));
    end(undefined);
    await closed;
  },
});
process.exit(0);
