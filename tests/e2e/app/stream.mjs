/** What both processes say and hear: one JSON value a line, on stdout and stdin. Bytes are `{"hex": ...}`. */

import { createInterface } from 'node:readline';

export function say(event, fields = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

/** Runs the command of each line that comes, one after the other; answers `done` or `failed`. */
export async function obey(commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { command, ...parameters } = JSON.parse(line);
    try {
      say('done', { command, result: (await commands[command](parameters)) ?? null });
    } catch (error) {
      say('failed', { command, error: error.stack });
    }
  }
}

/** A node of Baileys as JSON: absent content is null. */
export function toJson({ tag, attrs, content }) {
  if (Array.isArray(content)) return { tag, attrs, content: content.map(toJson) };
  const isBytes = content instanceof Uint8Array;
  return { tag, attrs, content: isBytes ? { hex: Buffer.from(content).toString('hex') } : (content ?? null) };
}

/** The reverse of `toJson`. */
export function fromJson({ tag, attrs, content }) {
  if (Array.isArray(content)) return { tag, attrs, content: content.map(fromJson) };
  if (content === null) return { tag, attrs };
  return { tag, attrs, content: typeof content === 'string' ? content : Buffer.from(content.hex, 'hex') };
}
