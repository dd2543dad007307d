/** A self-signed certificate, made for a test: the few structures of X.509 that TLS needs, in DER. */

const SEQUENCE = 0x30;
const SET = 0x31;
const UTF8 = 0x0c;
const TIME = 0x18;
const OCTETS = 0x04;
const BITS = 0x03;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const NAME_OF_DNS = 0x82;
const NAME_OF_IP = 0x87;
const ECDSA_SHA256 = der(SEQUENCE, objectId([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
const COMMON_NAME = objectId([0x55, 0x04, 0x03]);
const ALTERNATIVE_NAMES = objectId([0x55, 0x1d, 0x11]);

/** A certificate and its private key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes one for `localhost` and 127.0.0.1, valid today. */
export async function makeCertificate(): Promise<Certificate> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, ascii("net-listen test")))),
  );
  const dayMs = 86_400_000;
  const validity = der(SEQUENCE, time(Date.now() - dayMs), time(Date.now() + dayMs));
  const names = der(
    SEQUENCE,
    der(NAME_OF_DNS, ascii("localhost")),
    der(NAME_OF_IP, Uint8Array.of(127, 0, 0, 1)),
  );
  const content = der(
    SEQUENCE,
    der(VERSION, integer(2)),
    integer(1),
    ECDSA_SHA256,
    name,
    validity,
    name,
    publicKey,
    der(EXTENSIONS, der(SEQUENCE, der(SEQUENCE, ALTERNATIVE_NAMES, der(OCTETS, names)))),
  );
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    keys.privateKey,
    content,
  );
  const bits = der(BITS, Uint8Array.of(0), ecdsaSignature(new Uint8Array(signature)));
  const secret = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  return {
    cert: pem("CERTIFICATE", der(SEQUENCE, content, ECDSA_SHA256, bits)),
    key: pem("PRIVATE KEY", secret),
  };
}

/** WebCrypto gives the two numbers one behind the other, X.509 has them as a sequence. */
function ecdsaSignature(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = bytes.length / 2;
  return der(SEQUENCE, positive(bytes.subarray(0, half)), positive(bytes.subarray(half)));
}

function positive(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const from = bytes.findIndex((byte) => byte !== 0);
  const rest = bytes.subarray(from < 0 ? bytes.length - 1 : from);
  return der(2, Uint8Array.of(...(rest[0]! >= 0x80 ? [0] : []), ...rest));
}

function integer(value: number): Uint8Array<ArrayBuffer> {
  return der(2, Uint8Array.of(value));
}

function time(ms: number): Uint8Array<ArrayBuffer> {
  const digits = new Date(ms).toISOString().replace(/\D/g, "").slice(0, 14);
  return der(TIME, ascii(`${digits}Z`));
}

function objectId(bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  return der(6, Uint8Array.from(bytes));
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = parts.flatMap((part) => [...part]);
  const { length } = content;
  const lengths = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  return Uint8Array.of(tag, ...lengths, ...content);
}

function pem(what: string, bytes: Uint8Array): string {
  const lines = bytes.toBase64().match(/.{1,64}/g)!;
  return `-----BEGIN ${what}-----\n${lines.join("\n")}\n-----END ${what}-----\n`;
}
