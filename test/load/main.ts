/** `npm run load`: signs under load against a vault that throttles, and prints what came of it. */
import { describeFigures, LOAD, runLoad, THROTTLES } from "./load.ts";

let failed = false;
for (const [name, throttle] of THROTTLES) {
  console.log(
    `\n${LOAD.signings} signings, ${LOAD.concurrency} at once; the vault takes ${throttle.calls} calls in ${throttle.windowMs} ms, ${name}`,
  );
  const figures = await runLoad({ ...LOAD, throttle });
  console.log(describeFigures(figures));
  failed ||= figures.right !== LOAD.signings;
}
process.exit(failed ? 1 : 0);
