/** The on-disk form of an execution graph (`.lumos`); docs/format.md describes every byte. */
export { encodeGraph } from "./encode.js";
export { FORMAT_VERSION } from "./layout.js";
export type { ContainerMeta, GraphSource } from "./meta.js";
export { type Container, decodeContainer, type ReadOptions, readContainer } from "./read.js";
export { isContainer } from "./sniff.js";
export { findFault } from "./validate.js";
export { writeContainer } from "./write.js";
