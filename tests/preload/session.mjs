/**
 * A client's side of a Noise session, using Node's crypto as Baileys does: one SHA-256 object for each step
 * of the transcript, one AES-256-GCM object for each message, an empty AAD after the handshake.
 *
 * Keys are random, for nothing here depends on how they are derived. What the server seals is sealed by
 * WebCrypto, which the preload does not see, as it does not see a server in another process.
 */

import { randomBytes, webcrypto } from 'node:crypto';

const TAG_BYTES = 16;

const ivOf = (counter) => {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
};

async function sealAsServer(key, counter, aad, plaintext) {
  const { subtle } = webcrypto;
  const imported = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  const parameters = { name: 'AES-GCM', iv: ivOf(counter), additionalData: aad };
  return Buffer.from(await subtle.encrypt(parameters, imported, plaintext));
}

export class Session {
  #functions;
  #counters = { client: 0, server: 0 };

  /** `functions` are createHash, createCipheriv and createDecipheriv as the importer under test got them. */
  constructor(functions, { dictionary = 3 } = {}) {
    this.#functions = functions;
    const roles = ['ephemeral', 'handshake', 'server', 'client'];
    this.keys = Object.fromEntries(roles.map((role) => [role, randomBytes(32)]));
    this.hash = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0');
    this.#authenticate(Buffer.from([0x57, 0x41, 6, dictionary]));
    this.#authenticate(this.keys.ephemeral);
  }

  /** What a key log should say of this session, in hex. */
  get truth() {
    return Object.fromEntries(Object.entries(this.keys).map(([name, key]) => [name, key.toString('hex')]));
  }

  /** ServerHello in, ClientFinish out. */
  async shakeHands() {
    this.#authenticate(randomBytes(32));
    await this.#openHandshake(randomBytes(32), 48);
    const key = randomBytes(32);
    await this.#openHandshake(key, 200);
    this.#sealHandshake(key, 1, randomBytes(32));
    this.#sealHandshake(this.keys.handshake, 0, randomBytes(90));
    return this;
  }

  /** Opens the next server frame. */
  async receive() {
    const counter = this.#counters.server++;
    const plaintext = randomBytes(40);
    const sealed = await sealAsServer(this.keys.server, counter, Buffer.alloc(0), plaintext);
    const opened = this.#open(this.keys.server, counter, Buffer.alloc(0), sealed);
    if (!opened.equals(plaintext)) throw new Error('garbled');
    return this;
  }

  /** Seals the next client frame. */
  send() {
    this.#seal(this.keys.client, this.#counters.client++, Buffer.alloc(0), randomBytes(40));
    return this;
  }

  #authenticate(data) {
    this.hash = this.#functions.createHash('sha256').update(Buffer.concat([this.hash, data])).digest();
  }

  async #openHandshake(key, size) {
    const sealed = await sealAsServer(key, 0, this.hash, randomBytes(size));
    this.#open(key, 0, this.hash, sealed);
    this.#authenticate(sealed);
  }

  #sealHandshake(key, counter, plaintext) {
    this.#authenticate(this.#seal(key, counter, this.hash, plaintext));
  }

  #seal(key, counter, aad, plaintext) {
    const cipher = this.#functions.createCipheriv('aes-256-gcm', key, ivOf(counter));
    cipher.setAAD(aad);
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  #open(key, counter, aad, sealed) {
    const decipher = this.#functions.createDecipheriv('aes-256-gcm', key, ivOf(counter));
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  }
}
