import assert from "node:assert/strict";
import {
  formatAccepted,
  formatHostKey,
  parseAccepted,
  parseHostKeys,
} from "../../../keystore/format.ts";
import { brokenCondition, changeConditions, NO_CONDITIONS } from "../../../keystore/conditions.ts";
import { parsePublicKey } from "../../../keystore/mod.ts";
import { decodeUtf8Lenient, encodeUtf8 } from "../../../lib/bytes/text.ts";
import { A12Error } from "../../../lib/errors.ts";
import { parseName } from "../../../lib/name.ts";
import { parseSecret } from "../../../lib/net/secret.ts";
import type { Target } from "../target.ts";

const KEY = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=";

/** Files of `accepted/`: formatting a parsed line and parsing it again must give the same line. */
export const acceptedFiles: Target = {
  name: "accepted files",
  corpus: texts(
    `default ${KEY}\n`,
    `* ${KEY}\n`,
    `a,b,c ${KEY}\r\n# a comment\n`,
    `#default ${KEY}\n\n\n  x y\nname\t${KEY}`,
    `no=name ${KEY}\n`,
  ),
  run: (input) => {
    const { value } = parseAccepted(decodeUtf8Lenient(input), "file");
    if (value === undefined) return;
    assert.equal(value.publicKey.length, 32);
    if (value.problem !== undefined) return;
    assert.ok(value.tags.length > 0);
    const again = parseAccepted(formatAccepted(value.tags, value.publicKey), "file").value;
    assert.deepEqual(again?.publicKey, value.publicKey);
    assert.deepEqual(again?.tags, value.tags);
  },
};

/** The conditions of a key: what is read and written again is the same, or the key is refused. */
export const conditions: Target = {
  name: "conditions",
  corpus: texts(
    `demo,expires=2026-12-31T00:00:00Z,from=192.0.2.0/24,max-clients=2 ${KEY}\n# comment: a laptop\n`,
    `*,from=2001:db8::/32,from=::ffff:192.0.2.7,from=fe80::1 ${KEY}\n`,
    `a,expires=2026-02-28,b ${KEY}\n#comment:  x \n# comment: y`,
    `a,max-clients=0 ${KEY}\n`,
    `a,expires=never,from=,=,==,from=1.2.3.4/33 ${KEY}\n`,
  ),
  run: (input) => {
    const { value } = parseAccepted(decodeUtf8Lenient(input), "file");
    if (value === undefined) return;
    const { conditions, problem, tags, publicKey } = value;
    if (problem !== undefined) {
      assert.deepEqual({ ...conditions, comment: undefined }, NO_CONDITIONS);
      return;
    }
    assert.ok(conditions.expiresMs === undefined || Number.isInteger(conditions.expiresMs));
    assert.ok(conditions.maxClients === undefined || conditions.maxClients >= 1);
    const set = changeConditions(conditions, {});
    const again = parseAccepted(formatAccepted(tags, publicKey, set), "file").value;
    assert.deepEqual(again?.conditions, set);
    assert.equal(again?.problem, undefined);
    for (const address of ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1%eth0", "", "x"]) {
      const code = brokenCondition(set, 1_800_000_000_000, address)?.code;
      if (conditions.from.length > 0 && address.length < 2) assert.notEqual(code, undefined);
    }
  },
};

/** Files of `hostkeys/`. */
export const hostKeyFiles: Target = {
  name: "hostkeys files",
  corpus: texts(
    `127.0.0.1:6680 ${KEY}\n`,
    `example.org ${KEY}\n::1:4000 ${KEY}\n[::1]:3000 ${KEY}\n`,
    `h:0 ${KEY}\nh:65536 ${KEY}\n:5 ${KEY}\n`,
  ),
  run: (input) => {
    for (const key of parseHostKeys(decodeUtf8Lenient(input), "file").value) {
      assert.equal(key.privateKey.length, 32);
      assert.ok(key.port >= 1 && key.port <= 65_535);
      const again = parseHostKeys(formatHostKey(key), "file").value;
      assert.deepEqual(again.map(({ host, port }) => [host, port]), [[key.host, key.port]]);
    }
  },
};

/** Keys, secrets and names from the command line: each must be accepted or refused with a code. */
export const typedTexts: Target = {
  name: "typed texts",
  corpus: texts(KEY, "2:open sesame", "0:x", "demo_1", "10000:é€😀"),
  run: (input) => {
    const text = decodeUtf8Lenient(input);
    for (const parse of [parsePublicKey, parseSecret, parseName]) {
      try {
        parse(text);
      } catch (error) {
        if (!(error instanceof A12Error)) throw error;
      }
    }
  },
};

function texts(...lines: readonly string[]): Uint8Array[] {
  return lines.map((line) => encodeUtf8(line));
}
