/** Words of a POSIX shell's command line. */

/** A word that the shell takes as it stands. */
export function shellWord(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function shellLine(words: readonly string[]): string {
	return words.map(shellWord).join(" ");
}
