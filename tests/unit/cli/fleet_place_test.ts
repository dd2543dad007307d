import assert from "node:assert/strict";
import { UsageError } from "../../../lib/cli/errors.ts";
import { PlaceFile } from "../../../lib/cli/fleet_place.ts";
import { FLEET_PLACE_MS, MAX_FLEET_PLACE_BYTES } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

const place = (sequence: number) => ({ created: "then", sequence });
const noFailure = () => assert.fail("the place could not be written");

Deno.test("the place of a watch is read as it was written, by its user alone", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/place`;
    {
      await using file = new PlaceFile(path, noFailure);
      assert.equal(await file.read(), undefined);
      for (let i = 0; i < 100; i++) file.keep(place(i));
    }
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    await using file = new PlaceFile(path, noFailure);
    assert.deepEqual(await file.read(), place(99));
    assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["place"]);
  }));

Deno.test("a watch writes its place once a second", () =>
  inDirectory(async (directory) => {
    using timers = new FakeTimers();
    {
      await using file = new PlaceFile(`${directory}/place`, noFailure);
      for (let i = 0; i < 100; i++) file.keep(place(i));
      timers.pass(FLEET_PLACE_MS - 1);
      assert.equal(timers.size, 1);
      timers.pass(1);
      assert.equal(timers.size, 0);
    }
    assert.equal(
      await Deno.readTextFile(`${directory}/place`),
      '{"created":"then","sequence":99}\n',
    );
  }));

Deno.test("a place that cannot be written ends the watch, and says why", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/missing/place`;
    const failed = Promise.withResolvers<void>();
    const file = new PlaceFile(path, failed.resolve);
    file.keep(place(1));
    await assert.rejects(
      async () => await file[Symbol.asyncDispose](),
      (error) => error instanceof UsageError && error.message.includes(path),
    );
    await failed.promise;
  }));

const FOREIGN = ["", "null", "{}", '{"created":1,"sequence":1}', '{"created":"","sequence":-1}'];
for (const text of [...FOREIGN, " ".repeat(MAX_FLEET_PLACE_BYTES + 1)]) {
  Deno.test(`a file without a place is refused: ${text.slice(0, 40)}`, () =>
    inDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/place`, text);
      await using file = new PlaceFile(`${directory}/place`, noFailure);
      await assert.rejects(file.read(), UsageError);
    }));
}
