/** The worker of the pool: one rank a task. */
export { writeRank as default } from "./write-rank.js";
