import assert from "node:assert/strict";
import { age, count, nameOf, plain, sentence, size } from "../../../../lib/web/page/format.ts";
import { hostOf, splitHost } from "../../../../lib/web/page/host_name.ts";
import { readLogLine } from "../../../../lib/web/page/log_line.ts";
import { partsOf } from "../../../../lib/web/page/parts.ts";
import { waitMs } from "../../../../lib/web/page/retry.ts";
import { clientAddress, parseRoute, tokenOf } from "../../../../lib/web/page/route.ts";
import { pure } from "../../../support/pure.ts";

const TOKEN = "Zx0-9_abcdefghijklmnop";

pure("an address names a client, all of them, or is the token of a link", () => {
  assert.deepEqual(parseRoute("#/clients/17"), { page: "client", client: "17" });
  const far = "web-7-0123abcd/17";
  assert.deepEqual(parseRoute(`#/${far}`), { page: "client", client: far });
  for (const client of ["17", far]) {
    assert.deepEqual(parseRoute(clientAddress(client)), { page: "client", client });
  }
  assert.deepEqual(parseRoute(`#${TOKEN}`), { page: "login", token: TOKEN });
  for (
    const hash of [
      "",
      "#",
      "#/",
      "#/clients/0",
      "#/clients/x",
      "#short",
      "#/web/1",
      "#/web-0123abcd/0",
    ]
  ) {
    assert.deepEqual(parseRoute(hash), { page: "home" }, hash);
  }
});

pure("a client of another host is named with it, and a host by its machine", () => {
  assert.equal(hostOf("17"), undefined);
  assert.equal(hostOf("web-7-0123abcd/17"), "web-7-0123abcd");
  assert.deepEqual(splitHost("web-7-0123abcd"), { machine: "web-7", rest: "0123abcd" });
  assert.deepEqual(splitHost("strange"), { machine: "strange", rest: "" });
});

pure("a pasted link or its token alone logs in", () => {
  assert.equal(tokenOf(` http://127.0.0.1:8080/#${TOKEN} `), TOKEN);
  assert.equal(tokenOf(TOKEN), TOKEN);
  assert.equal(tokenOf("http://127.0.0.1:8080/"), undefined);
});

pure("ages, sizes and counts are short", () => {
  const ages = [0, 4, 5, 59, 60, 3599, 3600, 86_400].map((seconds) => age(0, seconds * 1000));
  assert.deepEqual(ages, ["now", "now", "5 s", "59 s", "1 min", "59 min", "1 h", "1 d"]);
  assert.equal(age(5000, 0), "now", "clocks differ");
  const sizes = [0, 999, 1500, 10_000_000, 250_000_000_000].map(size);
  assert.deepEqual(sizes, ["0 bytes", "999 bytes", "1.5 kB", "10.0 MB", "250 GB"]);
  assert.deepEqual(["the link is wrong", "Ended.", ""].map(sentence), [
    "The link is wrong.",
    "Ended.",
    "",
  ]);
  assert.deepEqual([count(1, "client"), count(0, "client")], ["1 client", "0 clients"]);
});

pure("a client is called by its title, else by its content, else by its kind", () => {
  const client = { title: "vim", ident: "a.txt", segkind: "tui" };
  assert.equal(nameOf(client), "vim");
  assert.equal(nameOf({ ...client, title: "" }), "a.txt");
  assert.equal(nameOf({ title: "", ident: "", segkind: "tui" }), "tui");
});

pure("tries come less often, at random within a quarter", () => {
  assert.deepEqual([1, 2, 3, 5, 6, 1000].map((tries) => waitMs(tries, 1)), [
    500,
    1000,
    2000,
    8000,
    10_000,
    10_000,
  ]);
  assert.equal(waitMs(3, 0), 1500);
});

pure("a line of the log is shown with its fields; what is no line is left out", () => {
  const line =
    `{"time":"2026-11-23T19:37:14Z","level":"warn","event":"login-refused","n":2,"why":"x y"}`;
  assert.deepEqual(readLogLine(line, 3), {
    number: 3,
    time: "2026-11-23T19:37:14Z",
    level: "warn",
    event: "login-refused",
    rest: "n=2 why=x y",
  });
  for (const text of ["", "{", "1", "null", `{"kind":"watch_ended","lost":3}`]) {
    assert.equal(readLogLine(text, 0), undefined, text);
  }
});

pure("a long text is divided between its characters", () => {
  assert.deepEqual([...partsOf("abcde", 2)], ["ab", "cd", "e"]);
  assert.deepEqual([...partsOf("a🎉b🎉", 2)], ["a", "🎉", "b", "🎉"]);
  assert.deepEqual([...partsOf("", 2)], []);
});

pure("the text of a stranger stays on its line and changes no other", () => {
  assert.equal(
    plain("\u202egnp.exe\u2066 a\nb\x1b[31m "),
    "\ufffdgnp.exe\ufffd a\ufffdb\ufffd[31m",
  );
  assert.equal(
    plain("\u05e9\u200f \u{1f469}\u200d\u{1f4bb}"),
    "\u05e9\u200f \u{1f469}\u200d\u{1f4bb}",
  );
  assert.equal(nameOf({ title: " \t", ident: "", segkind: "tui" }), "\ufffd");
  assert.equal(nameOf({ title: "  ", ident: "", segkind: "tui" }), "tui");
});
