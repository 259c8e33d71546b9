// Reads simulations as JSON from standard input, and writes their results: `node simulate.mjs <folder of node_modules>`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const found = createRequire(`${process.argv[2]}/`).resolve("@cloud-copilot/iam-simulate");
const { runSimulation } = await import(pathToFileURL(found));
const results = [];
for (const simulation of JSON.parse(readFileSync(0, "utf8"))) {
  const answer = await runSimulation(simulation, { simulationMode: "Strict" });
  results.push(answer.resultType === "error" ? answer.errors : answer.overallResult);
}
console.log(JSON.stringify(results));
