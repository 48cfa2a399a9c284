// Answers questions about a Baileys package's own WABinary code, one JSON line each, until stdin ends.
// Argument: the folder lib/WABinary of the package. A question that Baileys throws at is answered {"error"}.

import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

const load = async name => {
  const module = await import(pathToFileURL(join(process.argv[2], `${name}.js`)))
  return module.default ?? module
}
const constants = await load('constants')
const { encodeBinaryNode } = await load('encode')
const { decodeBinaryNode } = await load('decode')

const fromJson = ({ tag, attrs, content }) => ({ tag, attrs, content: contentFromJson(content) })
const contentFromJson = content => {
  if (content === null) return undefined
  if (Array.isArray(content)) return content.map(fromJson)
  return typeof content === 'string' ? content : Buffer.from(content.hex, 'hex')
}
const toJson = ({ tag, attrs, content }) => ({ tag, attrs, content: contentToJson(content) })
const contentToJson = content => {
  if (content === undefined) return null
  if (Array.isArray(content)) return content.map(toJson)
  return typeof content === 'string' ? content : { hex: content.toString('hex') }
}

const answers = {
  constants: () => ({
    tags: constants.TAGS,
    single: constants.SINGLE_BYTE_TOKENS,
    double: constants.DOUBLE_BYTE_TOKENS,
  }),
  encode: node => encodeBinaryNode(fromJson(node)).toString('hex'),
  decode: async hex => toJson(await decodeBinaryNode(Buffer.from(hex, 'hex'))),
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
