/**
 * The server that the client under test talks to: TLS, WebSocket, Noise, WABinary, and just enough manners
 * that Baileys logs in and stays. Obeys commands and tells, stanza by stanza, what Baileys' own code reads.
 *
 *     node edge.mjs CERTIFICATE KEY
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { deflateSync } from 'node:zlib';
import { WebSocketServer } from 'ws';

import { answersTo, delivered, isFor, isPing, success } from './answers.mjs';
import { baileys } from './baileys.mjs';
import { NoiseServer, makeIdentity } from './noise.mjs';
import { fromJson, obey, say, toJson } from './stream.mjs';

const { decodeBinaryNode, encodeBinaryNode } = baileys;
const identity = makeIdentity();
const connections = new Set();
let accounts = {};
let count = 0;

const framed = (body) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length.subarray(1), body]);
};

/** Flag byte 2 and the zlib stream of what followed flag byte 0. */
const deflated = (plaintext) => Buffer.concat([Buffer.from([2]), deflateSync(plaintext.subarray(1))]);

class Connection {
  number = ++count;
  account = null;
  ready = false;
  muted = false;
  #greeted = false;
  #socket;
  #noise = null;
  #pending = Buffer.alloc(0);
  #work = Promise.resolve();

  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#next(() => this.#consume(data)));
    socket.on('close', () => this.#next(() => {
      connections.delete(this);
      this.#say('closed');
    }));
  }

  /** Sends the frames of `nodes` as one stream, cut at `cuts` (negative: from its end), a message a piece. */
  async send(nodes, { cuts = [], compressed = false } = {}) {
    const plaintexts = nodes.map((node) => (compressed ? deflated : Buffer.from)(encodeBinaryNode(node)));
    const read = await Promise.all(plaintexts.map(decodeBinaryNode));
    // No await from here on: frames go out in the order of their counters.
    for (const node of read) this.#say('sent', { node: toJson(node) });
    const stream = Buffer.concat(plaintexts.map((plaintext) => framed(this.#noise.seal(plaintext))));
    const places = [...cuts.map((cut) => (cut < 0 ? stream.length + cut : cut)), stream.length];
    let start = 0;
    for (const end of places) {
      this.#socket.send(stream.subarray(start, end));
      start = end;
    }
  }

  #say(event, fields = {}) {
    say(event, { connection: this.number, account: this.account?.name ?? null, ...fields });
  }

  #next(step) {
    this.#work = this.#work.then(step).catch(({ stack }) => {
      this.#say('broken', { error: stack });
    });
  }

  async #consume(data) {
    this.#pending = Buffer.concat([this.#pending, data]);
    if (this.#noise === null) this.#readIntro();
    while (this.#pending.length >= 3 && this.#pending.length >= 3 + this.#pending.readUIntBE(0, 3)) {
      const end = 3 + this.#pending.readUIntBE(0, 3);
      const frame = this.#pending.subarray(3, end);
      this.#pending = this.#pending.subarray(end);
      await this.#receive(frame);
    }
  }

  #readIntro() {
    const routed = this.#pending.subarray(0, 2).toString() === 'ED';
    const start = routed ? 7 + this.#pending.readUIntBE(4, 3) : 0;
    const routing = routed ? this.#pending.subarray(7, start).toString('hex') : null;
    this.#say('connected', { routing });
    this.#noise = new NoiseServer(identity, this.#pending.subarray(start, start + 4));
    this.#pending = this.#pending.subarray(start + 4);
  }

  async #receive(frame) {
    if (!this.#greeted) {
      this.#greeted = true;
      this.#socket.send(framed(await this.#noise.greet(frame)));
    } else if (this.account === null) {
      const { username, device } = await this.#noise.finish(frame);
      this.account = accounts[`${username}:${device ?? 0}`];
      if (!this.account) throw new Error('login of an unknown account');
    } else {
      await this.#hear(await decodeBinaryNode(this.#noise.open(frame)));
    }
  }

  async #hear(node) {
    this.#say('received', { node: toJson(node) });
    if (this.muted) return;
    const answers = answersTo(node, this.account);
    if (answers.length > 0) await this.send(answers);
    // Baileys can read frames from the moment that it pings, and 6 not reliably before.
    if (isPing(node) && !this.ready) {
      this.ready = true;
      await this.send([success(this.account)]);
    }
    for (const other of connections) {
      const isDue = other.ready && !other.muted && isFor(node, other.account);
      if (isDue) await other.send([delivered(node, this.account)]);
    }
  }
}

const find = (name) => [...connections].find((each) => each.ready && each.account.name === name);

const [certificate, key] = process.argv.slice(2).map((path) => readFileSync(path));
const server = createServer({ cert: certificate, key });
new WebSocketServer({ server }).on('connection', (socket) => connections.add(new Connection(socket)));
server.listen(0, '127.0.0.1', () => say('listening', { port: server.address().port, root: identity.root }));

await obey({
  /** Who may log in, by `user:device`: `{name, lid, prekeys}`. */
  accounts: (parameters) => {
    accounts = parameters.accounts;
  },
  push: ({ account, nodes, ...manner }) => find(account).send(nodes.map(fromJson), manner),
  /** From here on the edge only listens to this client. */
  mute: ({ account }) => {
    find(account).muted = true;
  },
});
process.exit(0);
