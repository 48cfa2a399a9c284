// Baileys reading the same bytes: answers questions, one JSON line each, until stdin ends.
// Argument: the folder of the package. Every timed pass runs alone, on a heap that was just cleaned.

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

const load = name => import(pathToFileURL(join(process.argv[2], 'lib', name)))
const { makeNoiseHandler } = await load('Utils/noise-handler.js')
const { NOISE_WA_HEADER } = await load('Defaults/index.js')
const { decodeBinaryNode } = await load('WABinary/index.js')

const silent = { level: 'silent', trace() {}, child: () => silent }
const corpora = new Map()

/** The bodies of a file of frames; with `whole` each with the three bytes of its length in front. */
const split = (file, whole) => {
  const data = readFileSync(file)
  const bodies = []
  for (let start = 0; start < data.length; ) {
    const end = start + 3 + data.readUIntBE(start, 3)
    bodies.push(data.subarray(whole ? start : start + 3, end))
    start = end
  }
  return bodies
}

/** Baileys' handler after a handshake: its own key schedule, fed the shared secrets that one ends with. */
const afterHandshake = async secrets => {
  const keyPair = { private: Buffer.alloc(32), public: Buffer.alloc(32) }
  const noise = makeNoiseHandler({ keyPair, NOISE_HEADER: NOISE_WA_HEADER, logger: silent })
  for (const secret of secrets) noise.mixIntoKey(Buffer.from(secret, 'hex'))
  await noise.finishInit()
  return noise
}

/** What a pass does with a corpus: `onNode` gets every node. */
const passes = {
  pipeline: async ({ messages, secrets }) => {
    const noise = await afterHandshake(secrets)
    return async onNode => {
      for (const message of messages) await noise.decodeFrame(message, onNode)
    }
  },
  decode: async ({ plaintexts }) => async onNode => {
    for (const plaintext of plaintexts) onNode(await decodeBinaryNode(plaintext))
  },
}

const answers = {
  open: ({ name, sealed, plain, secrets }) => {
    corpora.set(name, { messages: split(sealed, true), plaintexts: split(plain, false), secrets })
    return null
  },
  tags: async ({ name, pass }) => {
    const counts = {}
    const run = await passes[pass](corpora.get(name))
    await run(({ tag }) => (counts[tag] = (counts[tag] ?? 0) + 1))
    return counts
  },
  time: async ({ name, pass }) => {
    const run = await passes[pass](corpora.get(name))
    let nodes = 0
    globalThis.gc()
    const before = process.cpuUsage()
    const start = process.hrtime.bigint()
    await run(() => (nodes += 1))
    const wall = Number(process.hrtime.bigint() - start) / 1e9
    const { user, system } = process.cpuUsage(before)
    return { nodes, wall_s: wall, cpu_s: (user + system) / 1e6 }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const [question, argument] = JSON.parse(line)
  let answer
  try {
    answer = { answer: await answers[question](argument) }
  } catch (error) {
    answer = { error: String(error) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
