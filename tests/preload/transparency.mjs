/** Prints what a program can see of the functions that the preload wraps: the same with and without it. */

import crypto, { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inspect } from 'node:util';

const key = Buffer.alloc(32, 7);
const iv = Buffer.alloc(12);
const lines = [];
const show = (...values) => lines.push(values.map((value) => inspect(value, { depth: 0 })).join(' '));
const attempt = (action) => {
  try {
    show('returned', action());
  } catch (error) {
    show(error.name, error.code, error.message);
  }
};

for (const each of [createCipheriv, createDecipheriv, createHash]) {
  show(each.name, each.length, Object.keys(each), crypto[each.name] === each);
  show(Object.getOwnPropertyDescriptor(crypto, each.name).enumerable);
}

const cipher = createCipheriv('AES-256-GCM', key, iv);
show(cipher, Object.keys(cipher), cipher instanceof crypto.Cipheriv);
show(cipher.setAAD.name, cipher.update.length, cipher.final.name);
show(cipher.setAAD(Buffer.alloc(0)) === cipher, cipher.setAutoPadding(true) === cipher);
const sealed = [cipher.update('plain', 'utf8', 'hex'), cipher.final('hex')];
sealed.push(cipher.getAuthTag().toString('hex'));
show(sealed, Object.getOwnPropertyNames(cipher));
attempt(() => cipher.update('more'));
attempt(() => cipher.final());

const decipher = createDecipheriv('aes-256-gcm', key, iv);
attempt(() => decipher.setAuthTag(Buffer.from(sealed[2], 'hex')) === decipher);
attempt(() => decipher.update(sealed[0], 'hex', 'utf8') + decipher.final('utf8'));
const wrong = createDecipheriv('aes-256-gcm', key, iv).setAAD(key).setAuthTag(Buffer.alloc(16));
attempt(() => wrong.update(sealed[0], 'hex', 'utf8').length + wrong.final('utf8').length);

attempt(() => createCipheriv('aes-256-gcm', Buffer.alloc(5), iv));
attempt(() => createCipheriv('aes-256-gcm', key));
attempt(() => createCipheriv());
attempt(() => createCipheriv('aes-256-gcm', key, iv).setAAD(17));
attempt(() => createCipheriv('aes-256-gcm', crypto.createSecretKey(key), iv).update('x').length);
attempt(() => createCipheriv('aes-256-gcm', key.toString('latin1'), iv).update('x').length);
attempt(() => createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).update(Buffer.alloc(16)).toString('hex'));
attempt(() => createHash('no such hash'));
attempt(() => createHash('sha256').update(null));

const hash = createHash('sha256');
show(hash, Object.keys(hash), hash instanceof crypto.Hash);
show(hash.update('a') === hash, hash.update('b') === hash);
attempt(() => hash.copy().digest('base64'));
attempt(() => hash.digest('hex'));
attempt(() => hash.digest('hex'));
attempt(() => createHash.call(undefined, 'SHA256').update(new DataView(new ArrayBuffer(40))).digest('hex'));
attempt(() => new createHash('sha256').digest('hex'));
attempt(() => createHash('shake256', { outputLength: 5 }).update('x').digest('hex'));

const streamed = createCipheriv('aes-256-gcm', key, iv);
await pipeline(Readable.from([Buffer.from('one'), Buffer.from('two')]), streamed);
show(streamed.read(), streamed.getAuthTag());
const digest = createHash('sha256');
await pipeline(Readable.from([Buffer.from('one')]), digest);
show(digest.read());

console.log(lines.join('\n'));
