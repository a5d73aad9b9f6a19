import { AzureLogger, setLogLevel } from "@azure/logger";
import { LOG_LEVELS, log, logLevel } from "../log/log.ts";

/** Sends what the Azure SDK logs to our log, if one is open. By itself it writes to stderr, where only an error may be. */
export function joinSdkLog(): void {
  const level = logLevel();
  if (level !== undefined) {
    AzureLogger.log = (...parts: unknown[]) => {
      const text = parts.map(String).join(" ");
      // It begins with the logger's name, which ends with the level: `azure:identity:info`.
      const own = LOG_LEVELS.find((name) => /^\S+/.exec(text)?.[0].endsWith(`:${name}`));
      log(own ?? level, text);
    };
    setLogLevel(level);
  }
}
