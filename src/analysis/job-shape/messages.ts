/** Sizes of activations from the messages that carry them, for traces without shapes. */
import type { Survey } from "./survey.js";

export interface ActivationMessages {
	readonly tokens: number;
	readonly hidden: number;
}

/**
 * A vocabulary-parallel loss sums three numbers a token (maximum, target logit, sum of exponentials) where layers sum
 * a vector of the hidden size a token: the ratio of the two messages is the hidden size.
 */
export function activationMessages(survey: Survey): ActivationMessages | null {
	for (const { forwardReductions } of survey.traffic) {
		const [activations, ...others] = [...forwardReductions].sort((a, b) => b[1] - a[1]);
		if (activations === undefined || activations[1] < 2) continue;
		const loss = others.find(
			([elements, count]) => count % 3 === 0 && elements < activations[0] && activations[0] % elements === 0,
		);
		if (loss) return { tokens: loss[0], hidden: activations[0] / loss[0] };
	}
	return null;
}

export const hiddenFromMessages = (survey: Survey): number | null => activationMessages(survey)?.hidden ?? null;
