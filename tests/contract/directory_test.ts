import { Keystore } from "../../keystore/mod.ts";
import { inDirectory } from "../support/directory.ts";
import { writeAccepted } from "../support/keystore.ts";
import { keyStorageContract } from "./keystore.ts";

keyStorageContract("directory", (run) =>
  inDirectory(async (directory) => {
    const root = `${directory}/a12`;
    await run({
      open: (options = {}) => Keystore.open(root, options),
      async overwrite(publicKey, text) {
        const keystore = await Keystore.open(root);
        for (const { file } of keystore.find(publicKey)) writeAccepted(root, file, text);
      },
    });
  }));
