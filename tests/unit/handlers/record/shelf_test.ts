import assert from "node:assert/strict";
import { Recordings } from "../../../../lib/control/recordings.ts";
import { RecordingShelf } from "../../../../lib/handlers/record/shelf.ts";
import { MAX_LISTED_RECORDINGS } from "../../../../lib/limits.ts";
import { inDirectory } from "../../../support/directory.ts";

const CLIENT = {
  started: "2026-11-23T19:37:14.000Z",
  source: 2,
  fingerprint: "3f2a",
  address: "a",
};

function nameOf(second: number): string {
  const time = new Date(Date.UTC(2026, 10, 23, 19, 0, second)).toISOString().replace(
    /[-:]|\.\d+/g,
    "",
  );
  return `${time}-2-3f2a-91bc-07de-55aa-c1d2`;
}

async function addRecording(directory: string, second = 1): Promise<string> {
  const folder = `${directory}/${nameOf(second)}`;
  await Deno.mkdir(`${folder}/3`, { recursive: true });
  await Deno.writeTextFile(`${folder}/client.json`, `${JSON.stringify(CLIENT)}\n`);
  await Deno.writeTextFile(`${folder}/2.cast`, "cast");
  await Deno.writeTextFile(`${folder}/3/000001.png`, "png");
  return folder;
}

Deno.test("a shelf reads what was recorded, and follows no link", async () => {
  await inDirectory(async (directory) => {
    const shelf = new RecordingShelf(directory);
    assert.deepEqual(await new RecordingShelf(`${directory}/missing`).list(), []);
    const folder = await addRecording(directory);
    const name = nameOf(1);
    const [recording] = await shelf.list();
    assert.deepEqual(recording?.parts, [
      { segment: 2, content: "text" },
      { segment: 3, content: "pixels" },
    ]);
    assert.equal(recording?.isRunning, false);
    const text = (await shelf.text(name, 2))!;
    assert.deepEqual([text.sizeBytes, await new Response(text.stream).text()], [4, "cast"]);
    const picture = (await shelf.picture(name, 3, 1))!;
    assert.equal(await new Response(picture.stream).text(), "png");

    await Deno.writeTextFile(`${directory}/secret`, "secret");
    await Deno.symlink(`${directory}/secret`, `${folder}/events.jsonl`);
    assert.equal(await shelf.events(name), undefined);
    await Deno.symlink(`${folder}/3`, `${folder}/4`);
    assert.equal(await shelf.picture(name, 4, 1), undefined);
    await Deno.symlink(folder, `${directory}/${nameOf(2)}`);
    assert.equal(await shelf.text(nameOf(2), 2), undefined);
    assert.equal((await shelf.list()).length, 1);
    for (const bad of ["..", `${name}/3`, `../${name}`, ""]) {
      assert.equal(await shelf.text(bad, 2), undefined);
    }
  });
});

Deno.test("a shelf gives of a file that grows what there was when it was opened", async () => {
  await inDirectory(async (directory) => {
    const shelf = new RecordingShelf(directory);
    const folder = await addRecording(directory);
    const { stream } = (await shelf.text(nameOf(1), 2))!;
    await Deno.writeTextFile(`${folder}/2.cast`, "more", { append: true });
    assert.equal(await new Response(stream).text(), "cast");
  });
});

Deno.test("the latest recordings are listed, and none is begun when they take too much", async () => {
  await inDirectory(async (directory) => {
    for (let second = 0; second < MAX_LISTED_RECORDINGS + 2; second++) {
      await addRecording(directory, second);
    }
    const shelf = new RecordingShelf(directory);
    const listed = await shelf.list();
    assert.equal(listed.length, MAX_LISTED_RECORDINGS);
    assert.equal(listed[0]!.name, nameOf(MAX_LISTED_RECORDINGS + 1));
    const bytes = await shelf.bytes();
    await new Recordings(() => shelf, bytes).requireRoom();
    await assert.rejects(new Recordings(() => shelf, bytes - 1).requireRoom(), { code: "busy" });
  });
});
