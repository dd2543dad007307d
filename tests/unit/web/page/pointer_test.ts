import assert from "node:assert/strict";
import {
  buttonChanges,
  hintSize,
  shownSize,
  toPicture,
  WheelSteps,
} from "../../../../lib/web/page/pointer.ts";
import { placeOf } from "../../../../lib/web/page/place.ts";
import { pure } from "../../../support/pure.ts";

const SPACE = { width: 1000, height: 500 };

pure("pixel for pixel, a picture is as large as its pixels on the screen", () => {
  const picture = { width: 640, height: 480 };
  assert.deepEqual(shownSize(picture, SPACE, "exact", 1), picture);
  assert.deepEqual(shownSize(picture, SPACE, "exact", 2), { width: 320, height: 240 });
  assert.deepEqual(shownSize(picture, SPACE, "exact", 1.25), { width: 512, height: 384 });
});

pure("fitted, a picture keeps its proportions and fills one side", () => {
  assert.deepEqual(shownSize({ width: 2000, height: 500 }, SPACE, "fit", 1), {
    width: 1000,
    height: 250,
  });
  assert.deepEqual(shownSize({ width: 100, height: 100 }, SPACE, "fit", 2), {
    width: 500,
    height: 500,
  });
});

pure("a picture that nearly fills the space is not scaled", () => {
  const picture = { width: 1996, height: 998 };
  assert.deepEqual(shownSize(picture, SPACE, "fit", 2), { width: 998, height: 499 });
});

pure("an empty picture takes no space", () => {
  assert.deepEqual(shownSize({ width: 0, height: 0 }, SPACE, "fit", 1), { width: 0, height: 0 });
});

pure("each pixel of a picture is under its place on the screen", () => {
  for (const ratio of [1, 1.25, 1.5, 2, 3]) {
    const picture = { width: 31, height: 17 };
    for (const zoom of ["exact", "fit"] as const) {
      const area = { left: 10.4, top: 48, ...shownSize(picture, SPACE, zoom, ratio) };
      for (let x = 0; x < picture.width; x++) {
        const middle = area.left + (x + 0.5) * area.width / picture.width;
        assert.deepEqual(toPicture(middle, 50, area, picture).x, x, `${zoom} ${ratio}`);
      }
    }
  }
});

pure("positions beside a picture are those of its edge", () => {
  const area = { left: 100, top: 100, width: 200, height: 100 };
  const picture = { width: 400, height: 200 };
  assert.deepEqual(toPicture(0, 0, area, picture), { x: 0, y: 0 });
  assert.deepEqual(toPicture(900, 900, area, picture), { x: 399, y: 199 });
});

pure("the hint is in pixels of the screen", () => {
  assert.deepEqual(hintSize({ width: 360.5, height: 640 }, 3), { width: 1081, height: 1920 });
});

pure("buttons have the numbers that clients know", () => {
  const down = buttonChanges(0, 0b111111).map(({ button }) => button);
  assert.deepEqual(down, [1, 2, 3, 8, 9]);
  assert.deepEqual(buttonChanges(0b101, 0b110), [
    { button: 1, active: false },
    { button: 2, active: true },
  ]);
});

pure("a click of a wheel is a step, however long browsers make it", () => {
  for (const delta of [53, 100, 120]) assert.equal(new WheelSteps().add(delta, 0), 1);
  assert.equal(new WheelSteps().add(-240, 0), -2);
  assert.equal(new WheelSteps().add(3, 1), 1);
});

pure("short moves of a touchpad add up to steps, and begin anew when they turn", () => {
  const wheel = new WheelSteps();
  assert.deepEqual([15, 15, 15, 15, 15, 15].map((delta) => wheel.add(delta, 0)), [
    0,
    0,
    1,
    0,
    0,
    1,
  ]);
  assert.equal(wheel.add(-30, 0), 0);
  assert.equal(wheel.add(-10, 0), -1);
});

pure("a popup of a popup is placed on both, and a circle of parents ends", () => {
  const placed = (segment: number, parent: number, x: number) =>
    ({ type: "placed", segment, parent, x, y: 1, z: 0, hidden: false, focus: false }) as const;
  const all = [placed(2, 1, 10), placed(3, 2, 5), placed(4, 5, 1), placed(5, 4, 2)];
  const find = (id: number) => all.find(({ segment }) => segment === id);
  assert.deepEqual(placeOf(all[0]!, find), { x: 10, y: 1 });
  assert.deepEqual(placeOf(all[1]!, find), { x: 15, y: 2 });
  assert.deepEqual(placeOf(all[2]!, find), { x: 3, y: 2 });
});
