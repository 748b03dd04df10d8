/** Sizes of the tables that do not grow. */

/** Categories with a class of their own; TypeScript puts all further ones into the last. */
export const CATEGORY_LIMIT: i32 = 4096;
/** Phase letters are ASCII. */
export const PHASE_COUNT: i32 = 128;
/** Strings that one event can add to the table, aliases included. */
export const STRINGS_PER_EVENT: u32 = 40;
