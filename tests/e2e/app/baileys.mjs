/** The installed Baileys, whichever it is: 6 is CommonJS and shows as the default export, 7 is ESM. */

import * as namespace from 'baileys';

export const baileys = typeof namespace.default === 'object' ? namespace.default : namespace;
