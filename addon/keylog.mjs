/**
 * Writes the Noise keys of your own Baileys client to a file, as SSLKEYLOGFILE does for TLS.
 *
 *     RINGBACK_KEYLOGFILE=client.keys node --import ./addon/keylog.mjs app.mjs
 *
 * A preload: it runs before the client, needs no change of it and no package. Node 18.19 or newer, Baileys
 * 6.17 (CommonJS) and 7 (ESM). A key is one line of three fields:
 *
 *     CLIENT_HANDSHAKE_KEY <client ephemeral public key> <key>    seals ClientFinish.payload
 *     SERVER_TRANSPORT_KEY <client ephemeral public key> <key>    frames server -> client
 *     CLIENT_TRANSPORT_KEY <client ephemeral public key> <key>    frames client -> server
 *     CANDIDATE_KEY * <key>                                       whose it is could not be told
 *
 * Theory. Baileys hands every Noise key to `crypto.createCipheriv` or `createDecipheriv`, and every step of
 * the handshake transcript to `crypto.createHash`, so these three show all there is to know:
 *
 * - SHA-256 of the Noise name and the prologue starts the transcript. The next input is that hash and the
 *   client's ephemeral public key, which names the session. Each further input begins with the last hash.
 * - AES-256-GCM whose AAD is a session's current hash is a handshake message of that session. The only one
 *   that the client seals with counter 0 is ClientFinish.payload; its static key goes out with counter 1.
 * - AES-256-GCM without AAD and with counter 0 is a first transport frame. Nothing in it names the session:
 *   where one session alone waits for such a key it is that one's, else the key is a candidate.
 *
 * Whatever else uses AES-256-GCM has a random IV or an AAD of its own, and is never written.
 * Source: read in baileys 7.0.0-rc13 and 6.17.16, lib/Utils/noise-handler.js and lib/Utils/crypto.js.
 */

import crypto from 'node:crypto';
import { appendFileSync, closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const VARIABLE = 'RINGBACK_KEYLOGFILE';
const HEADER = '# Noise keys of a test client: whoever has this file can read its traffic. Keep it private.';
/** What a key log begins with: the header, or a line of a key. */
const KEY_LOG_START = /^(# Noise keys |((CLIENT|SERVER)_(HANDSHAKE|TRANSPORT)|CANDIDATE)_KEY )/;
const LONGEST_START = 32;
const LOADED = Symbol.for('ringback.keylog');

/** Padded with zero bytes to the length of a hash. Source: baileys lib/Defaults, `NOISE_MODE`. */
const NOISE_NAME = hex(Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0'));
/** Noise name and the prologue `57 41 06` + dictionary version. */
const PROLOGUE_INPUT_BYTES = 36;
/** Hash so far and an X25519 public key. */
const EPHEMERAL_INPUT_BYTES = 64;
const HASH_BYTES = 32;
const KEY_BYTES = 32;
/** Eight zero bytes and the counter 0: the first use of every Noise key. */
const FIRST_IV = Buffer.alloc(12);

/** Handshakes under way that are remembered: stops a client that never gets through from filling memory. */
const MAX_HANDSHAKES = 256;
/** Keys remembered as written, so that each is written once. */
const MAX_WRITTEN = 4096;

function hex(bytes) {
  return Buffer.from(bytes).toString('hex');
}

/** A Buffer over the bytes of a typed array, DataView or ArrayBuffer, not copied; null for anything else. */
function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? Buffer.from(value) : null;
}

function forgetOldest(collection, limit) {
  if (collection.size > limit) collection.delete(collection.keys().next().value);
}

const said = new Set();

/** Tells `message` on stderr, once a process. Synchronous and silent in failure: stderr may be gone. */
function say(message) {
  if (said.has(message)) return;
  said.add(message);
  try {
    writeSync(2, `ringback keylog: ${message}\n`);
  } catch {
    // Nobody is left to tell.
  }
}

/** Runs `notice`; a mistake in here must never become the client's. */
function quietly(notice) {
  try {
    notice();
  } catch (error) {
    say(`keys may be missing from the key log: ${error.message}`);
  }
}

/** Opens `path`, which is no symbolic link; an error says so in words. */
function openOwn(path, flags, mode) {
  try {
    return openSync(path, flags, mode);
  } catch (error) {
    if (error.code !== 'ELOOP') throw error;
    throw new Error(`${path} is a symbolic link, which is refused: name the file itself`);
  }
}

/** Refuses a file that holds something else: keys do not belong behind a mistyped name. */
function checkIsKeyLog(path) {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const start = Buffer.alloc(LONGEST_START);
  const fd = openOwn(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    readSync(fd, start, 0, start.length, 0);
  } finally {
    closeSync(fd);
  }
  if (!KEY_LOG_START.test(start.toString('latin1'))) {
    throw new Error(`${path} holds something else than keys: name a new file`);
  }
}

/**
 * Append-only file, opened anew for each line: keys are few, and a file that was moved or removed comes back.
 * A symbolic link is refused, so that nobody who can write to the folder redirects the keys.
 */
class KeyLogFile {
  #path;

  constructor(path) {
    this.#path = path;
    quietly(() => this.append());
  }

  /** Writes `lines`, below the header where the file is empty. */
  append(...lines) {
    // Non-blocking, or a pipe that nobody reads would stop the client.
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const fd = openOwn(this.#path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o600);
    try {
      const status = fstatSync(fd);
      if (status.isFile() && status.mode & 0o077 && process.platform !== 'win32') {
        say(`others may read the key log: chmod 600 ${this.#path}`);
      }
      if (status.isFile() && status.size > 0) checkIsKeyLog(this.#path);
      const text = [...(status.size === 0 ? [HEADER] : []), ...lines].map((line) => `${line}\n`).join('');
      if (text) appendFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
  }
}

/** Turns what the wrapped functions saw into lines. Hashes and keys are hex: Map and Set compare text. */
class Sessions {
  #file;
  /** Hashes of name and prologue: one for each dictionary version in use. */
  #prologues = new Set();
  /** Current transcript hash -> ephemeral public key, for handshakes under way. */
  #handshakes = new Map();
  /** Finished handshakes whose transport key is still to come: how many, and which where it can be said. */
  #waiting = { CLIENT: { count: 0, only: null }, SERVER: { count: 0, only: null } };
  #written = new Set();

  constructor(file) {
    this.#file = file;
  }

  /** Whether a SHA-256 input that begins with `head` can belong to a transcript. */
  isTranscript(head) {
    return head === NOISE_NAME || this.#prologues.has(head) || this.#handshakes.has(head);
  }

  /** A transcript step: `digest` is the SHA-256 of `input`. */
  hashed(input, digest) {
    const head = hex(input.subarray(0, HASH_BYTES));
    const ephemeral = this.#handshakes.get(head);
    if (ephemeral !== undefined) {
      this.#handshakes.delete(head);
      this.#follow(digest, ephemeral);
    } else if (this.#prologues.has(head) && input.length === EPHEMERAL_INPUT_BYTES) {
      this.#follow(digest, hex(input.subarray(HASH_BYTES)));
    } else if (head === NOISE_NAME && input.length === PROLOGUE_INPUT_BYTES) {
      this.#prologues.add(digest);
      forgetOldest(this.#prologues, MAX_HANDSHAKES);
    }
  }

  #follow(hash, ephemeral) {
    this.#handshakes.set(hash, ephemeral);
    forgetOldest(this.#handshakes, MAX_HANDSHAKES);
  }

  /** `key` was used with counter 0 by `side`, the end that seals with it: `CLIENT` or `SERVER`. */
  used(side, key, aad) {
    if (aad.length === 0) this.#transport(side, key);
    else if (side === 'CLIENT') this.#clientFinish(hex(aad), key);
  }

  #clientFinish(hash, key) {
    const ephemeral = this.#handshakes.get(hash);
    if (ephemeral === undefined) return;
    this.#handshakes.delete(hash);
    for (const waiting of Object.values(this.#waiting)) {
      waiting.count += 1;
      waiting.only = waiting.count === 1 ? ephemeral : null;
    }
    this.#write('CLIENT_HANDSHAKE_KEY', ephemeral, key);
  }

  #transport(side, key) {
    if (this.#written.has(key)) return;
    const waiting = this.#waiting[side];
    const { count, only } = waiting;
    // One of several has its key now; which of them still wait is not known until none does.
    Object.assign(waiting, { count: Math.max(0, count - 1), only: null });
    if (only === null) this.#write('CANDIDATE_KEY', '*', key);
    else this.#write(`${side}_TRANSPORT_KEY`, only, key);
  }

  #write(label, session, key) {
    if (this.#written.has(key)) return;
    this.#written.add(key);
    forgetOldest(this.#written, MAX_WRITTEN);
    this.#file.append(`${label} ${session} ${key}`);
  }
}

/**
 * Puts a function in place of `object[name]` that is like it in every respect (name, length, `this`, result,
 * errors) and tells `notice` the arguments and the result of each call that did not throw.
 * Returns what undoes it.
 */
function observe(object, name, notice) {
  const original = object[name];
  const observed = new Proxy(original, {
    apply(target, self, args) {
      const result = Reflect.apply(target, self, args);
      quietly(() => notice(args, result));
      return result;
    },
  });
  // Hidden, so that listing or printing the object shows what it always did.
  const own = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { configurable: true, writable: true, ...own, value: observed });
  return () => {
    if (object[name] === observed) delete object[name];
  };
}

/** Follows one cipher object until its AAD is complete, which is when data first passes through it. */
function observeCipher(cipher, decide) {
  const aad = [];
  const undo = [observe(cipher, 'setAAD', ([data]) => aad.push(Buffer.from(bytesOf(data) ?? data)))];
  for (const name of ['update', 'final']) {
    undo.push(
      observe(cipher, name, () => {
        for (const each of undo) each();
        decide(Buffer.concat(aad));
      }),
    );
  }
}

/** Follows one SHA-256 object: a transcript step is one update and one digest. */
function observeHash(hash, sessions) {
  let input = null;
  const undoUpdate = observe(hash, 'update', ([data]) => {
    const bytes = bytesOf(data);
    const head = bytes === null || input !== null ? null : hex(bytes.subarray(0, HASH_BYTES));
    if (head === null || !sessions.isTranscript(head)) {
      input = null;
      undoUpdate();
      return;
    }
    input = Buffer.from(bytes);
    const undoDigest = observe(hash, 'digest', (_, digest) => {
      undoUpdate();
      undoDigest();
      if (input !== null && Buffer.isBuffer(digest)) sessions.hashed(input, hex(digest));
    });
  });
}

function install(sessions) {
  observe(crypto, 'createHash', ([algorithm], hash) => {
    if (String(algorithm).toLowerCase() === 'sha256') observeHash(hash, sessions);
  });
  for (const [name, side] of [['createCipheriv', 'CLIENT'], ['createDecipheriv', 'SERVER']]) {
    observe(crypto, name, ([algorithm, key, iv], cipher) => {
      if (String(algorithm).toLowerCase() !== 'aes-256-gcm') return;
      if (bytesOf(key)?.length !== KEY_BYTES || !bytesOf(iv)?.equals(FIRST_IV)) return;
      // In hex at once: callers reuse their buffers.
      const copied = hex(bytesOf(key));
      observeCipher(cipher, (aad) => sessions.used(side, copied, aad));
    });
  }
  // ESM importers hold bindings of their own: without this they keep the functions as they were.
  syncBuiltinESMExports();
}

if (!globalThis[LOADED]) {
  Object.defineProperty(globalThis, LOADED, { value: true });
  const path = process.env[VARIABLE];
  if (path) quietly(() => install(new Sessions(new KeyLogFile(resolve(path)))));
  else if (isMainThread) say(`${VARIABLE} is not set: no keys are written`);
}
