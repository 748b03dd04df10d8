/** Where the machines run, unless the user says otherwise. */
import type { Site } from "../cost/energy.js";

/**
 * Patterson et al. 2021 (arXiv 2104.10350, table 4), of the data centre that trained GPT-3: PUE 1.10, 0.429 kg of CO2
 * equivalents a kilowatt-hour. Hardware is replaced after 5 years: LLMCarbon (arXiv 2309.14393).
 */
export const DEFAULT_SITE: Site = { pue: 1.1, kgCo2PerKwh: 0.429, lifetimeYears: 5 };
