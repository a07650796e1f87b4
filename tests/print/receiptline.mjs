// receiptline (npm), another party's encoder: what it sends to printers, and how long it takes for a picture.
//   node receiptline.mjs MODULES version
//   node receiptline.mjs MODULES streams FOLDER      one file of printer's bytes a receipt; prints their names
//   node receiptline.mjs MODULES picture PNG OUT ROUNDS   its bytes for that picture; prints milliseconds a round
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const [modules, verb, ...rest] = process.argv.slice(2);
const require = createRequire(join(modules, "index.js"));
const receiptline = require("receiptline");
const page = { cpl: 48, encoding: "multilingual", spacing: false };

const receipts = {
  plain: "^^^Receipt\n\n2026-11-28 | item\n-\nMilk | 12.50\nBread | `x`2.20\n=\n",
  tables: "{width:12,*,12; border:line}\none | two | three\n{border:space}\n\"bold\" | _under_ | ^wide\n=\n",
  codes:
    "{code:20261128; option:code128,2,72,hri}\n{code:4912345678904; option:jan,3,60}\n" +
    "{code:https://example.org/a?b=c; option:qrcode,4,M}\n=\n",
  aligned: "|left\nright|\n{text:nowrap}\na very long line that does not fit on the paper at all and is cut off\n-\n\n\n=\n",
};
// Its "sii" has commands that are not ESC/POS.
const dialects = ["escpos", "epson", "citizen", "fit", "generic"];

if (verb === "version") {
  console.log(require(join(modules, "receiptline", "package.json")).version);
} else if (verb === "streams") {
  for (const [name, receipt] of Object.entries(receipts)) {
    for (const command of dialects) {
      const file = `${name}-${command}.bin`;
      writeFileSync(join(rest[0], file), Buffer.from(receiptline.transform(receipt, { ...page, command }), "binary"));
      console.log(file);
    }
  }
} else if (verb === "picture") {
  const [png, out, rounds] = rest;
  const receipt = `{image:${readFileSync(png).toString("base64")}}\n`;
  let bytes;
  for (let round = 0; round < Number(rounds); ++round) {
    const begun = performance.now();
    bytes = receiptline.transform(receipt, { ...page, command: "escpos" });
    console.log((performance.now() - begun).toFixed(3));
  }
  writeFileSync(out, Buffer.from(bytes, "binary"));
} else {
  console.error("usage: receiptline.mjs MODULES version | streams FOLDER | picture PNG OUT ROUNDS");
  process.exit(2);
}
