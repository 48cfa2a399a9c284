/**
 * The server's side of the Noise handshake as Baileys expects it, made of Baileys' own curve, hash, HKDF and
 * AES: nothing here shares code with ringback.
 */

import { baileys } from './baileys.mjs';

const { Curve, NOISE_MODE, aesDecryptGCM, aesEncryptGCM, hkdf, proto, sha256 } = baileys;
const { Details } = proto.CertChain.NoiseCertificate;
const NOTHING = Buffer.alloc(0);

const ivOf = (counter) => {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
};

/** A certificate chain of our own: root signs intermediate, intermediate signs the server's static key. */
export function makeIdentity() {
  const [root, intermediate, leaf] = [1, 2, 3].map(() => Curve.generateKeyPair());
  const rootSerial = 4711;
  const certify = (key, serial, issuerSerial, issuer) => {
    const details = Buffer.from(Details.encode({ serial, issuerSerial, key }).finish());
    return { details, signature: Curve.sign(issuer.private, details) };
  };
  const chain = proto.CertChain.encode({
    intermediate: certify(intermediate.public, rootSerial + 1, rootSerial, root),
    leaf: certify(leaf.public, rootSerial + 2, rootSerial + 1, intermediate),
  }).finish();
  return { leaf, chain: Buffer.from(chain), root: { serial: rootSerial, key: root.public.toString('hex') } };
}

export class NoiseServer {
  #identity;
  #ephemeral = Curve.generateKeyPair();
  #hash = Buffer.from(NOISE_MODE);
  #salt = this.#hash;
  #key = this.#hash;
  #counter = 0;
  #sealed = 0;
  #opened = 0;

  constructor(identity, prologue) {
    this.#identity = identity;
    this.#mixHash(prologue);
  }

  /** The ServerHello that answers the ClientHello in `frame`. */
  async greet(frame) {
    const { clientHello } = proto.HandshakeMessage.decode(frame);
    this.#mixHash(clientHello.ephemeral);
    this.#mixHash(this.#ephemeral.public);
    await this.#mixKey(Curve.sharedKey(this.#ephemeral.private, clientHello.ephemeral));
    const sealedStatic = this.#sealHandshake(this.#identity.leaf.public);
    await this.#mixKey(Curve.sharedKey(this.#identity.leaf.private, clientHello.ephemeral));
    const payload = this.#sealHandshake(this.#identity.chain);
    const serverHello = { ephemeral: this.#ephemeral.public, static: sealedStatic, payload };
    return Buffer.from(proto.HandshakeMessage.encode({ serverHello }).finish());
  }

  /** The ClientPayload out of the ClientFinish in `frame`; transport follows. */
  async finish(frame) {
    const { clientFinish } = proto.HandshakeMessage.decode(frame);
    const clientStatic = this.#openHandshake(clientFinish.static);
    await this.#mixKey(Curve.sharedKey(this.#ephemeral.private, clientStatic));
    const payload = proto.ClientPayload.decode(this.#openHandshake(clientFinish.payload));
    [this.openKey, this.sealKey] = await this.#derive(NOTHING);
    return payload;
  }

  seal(plaintext) {
    return aesEncryptGCM(plaintext, this.sealKey, ivOf(this.#sealed++), NOTHING);
  }

  open(frame) {
    return aesDecryptGCM(frame, this.openKey, ivOf(this.#opened++), NOTHING);
  }

  #mixHash(data) {
    this.#hash = sha256(Buffer.concat([this.#hash, data]));
  }

  async #derive(secret) {
    const keys = Buffer.from(await hkdf(Buffer.from(secret), 64, { salt: this.#salt, info: '' }));
    return [keys.subarray(0, 32), keys.subarray(32)];
  }

  async #mixKey(secret) {
    [this.#salt, this.#key] = await this.#derive(secret);
    this.#counter = 0;
  }

  #sealHandshake(plaintext) {
    const sealed = aesEncryptGCM(plaintext, this.#key, ivOf(this.#counter++), this.#hash);
    this.#mixHash(sealed);
    return sealed;
  }

  #openHandshake(sealed) {
    const plaintext = aesDecryptGCM(Buffer.from(sealed), this.#key, ivOf(this.#counter++), this.#hash);
    this.#mixHash(sealed);
    return plaintext;
  }
}
