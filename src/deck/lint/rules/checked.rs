//! What the rules on choices, arrangements, numbers and problems ask for, and why: M, O, N and their kin.
//! Not for applying them.

use super::{Rule, Scope};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "K2",
        title: "echo in the right option",
        scope: Scope::Deck,
        severity: "warning",
        condition: "One content word of the question occurs in the right option and in no other.",
        why: "The eye picks the option that sounds like the question.",
        repair: "Say it in other words, or use the word in a wrong option too.",
    },
    Rule {
        code: "K3",
        title: "grammar gives it away",
        scope: Scope::Deck,
        severity: "warning",
        condition: "The question ends in \"a\" or \"an\" and the article does not fit all options. (A gap behind \
            an article is C8.)",
        why: "The article rules options out.",
        repair: "Move the article into the options.",
    },
    Rule {
        code: "A7",
        title: "hidden negation",
        scope: Scope::Deck,
        severity: "warning or error",
        condition: "The sentence that asks has not, except or least, neither in capitals nor in bold: warning. \
            With two negations: error. \"At least\" is none.",
        why: "A missed \"not\" is an error in reading, not in knowledge.",
        repair: "Write `**not**`, or ask for what holds.",
    },
    Rule {
        code: "M1",
        title: "number of options",
        scope: Scope::Deck,
        severity: "error",
        condition: "Fewer than 3 or more than 6 options; 3 or 4 are best.",
        why: "Two options are a coin toss; more than four hold some that nobody believes.",
        repair: "Keep the wrong options that somebody who half understood would choose.",
    },
    Rule {
        code: "M2",
        title: "number of right options",
        scope: Scope::Deck,
        severity: "error",
        condition: "All options are right, or one is asked for (\"which one\") and several are right. Several \
            `[x]` are a declared choice of several; none at all is a fault of the language.",
        why: "There must be something to choose, and the question must say how much.",
        repair: "Ask \"Which of these …\" where several are right.",
    },
    Rule {
        code: "M3",
        title: "all or none of the above",
        scope: Scope::Deck,
        severity: "error",
        condition: "An option says all, none, both or neither of the above, these or them, or is \"A and B\" \
            where the question has no A and B of its own.",
        why: "Options are shuffled, and knowing one of them is enough to know this one.",
        repair: "Write a claim of its own.",
    },
    Rule {
        code: "M4",
        title: "length of the right option",
        scope: Scope::Deck,
        severity: "error, warning or information",
        condition: "The right option has more than twice the mean words of the wrong ones and 6 more: error. 1.5 \
            times and 4 more: warning. The longest by a quarter and 2 words: information.",
        why: "The longest option is the best guess in most tests.",
        repair: "Shorten it, or make a wrong option as long.",
    },
    Rule {
        code: "M5",
        title: "an option refers to a place",
        scope: Scope::Deck,
        severity: "error",
        condition: "An option says \"the second option\", \"answer B\" or \"the first\". Where the right option \
            stands is not counted: options are shown in a drawn order.",
        why: "Options have no places.",
        repair: "Say what is meant.",
    },
    Rule {
        code: "M6",
        title: "absolute words in wrong options",
        scope: Scope::Deck,
        severity: "warning",
        condition: "always, never, only, must, impossible or guaranteed stands in a wrong option and not in the \
            right one.",
        why: "Absolute claims are known to be wrong without knowing why.",
        repair: "Leave the word out, or let the right option be as sure.",
    },
    Rule {
        code: "M7",
        title: "overlapping options",
        scope: Scope::Deck,
        severity: "error",
        condition: "Two options have one set of content words, or share 0.85 of it (Jaccard index), or are ranges \
            of numbers that overlap. Options whose numbers, letters or negations differ, or stand in \
            another order, differ on purpose.",
        why: "Two options that say the same are both wrong.",
        repair: "Let each option be a different mistake.",
    },
    Rule {
        code: "M8",
        title: "order of numbers",
        scope: Scope::Elsewhere,
        severity: "information",
        condition: "Numeric options neither ascending nor shuffled. Options are always shuffled when shown, so \
            there is nothing to find.",
        why: "A number out of order draws the eye.",
        repair: "Nothing to do.",
    },
    Rule {
        code: "M9",
        title: "mixed kinds",
        scope: Scope::Deck,
        severity: "warning",
        condition: "Some options are numbers and some are not, or some end in a full stop and some do not.",
        why: "The odd one out is guessed.",
        repair: "Let all options be of one kind and end alike.",
    },
    Rule {
        code: "M10",
        title: "repeated beginning",
        scope: Scope::Deck,
        severity: "warning",
        condition: "All options begin with the same 3 words.",
        why: "They are read again and again.",
        repair: "Move them into the question.",
    },
    Rule {
        code: "M11",
        title: "stem is no question",
        scope: Scope::Deck,
        severity: "warning",
        condition: "The question of a choice has fewer than 3 content words, or neither a question mark nor an \
            end that the options complete.",
        why: "A good question can be answered with the options covered.",
        repair: "\"Which is true of Raft?\" becomes \"What does a Raft follower do when its timeout passes?\"",
    },
    Rule {
        code: "M12",
        title: "wrong option without a reason",
        scope: Scope::Deck,
        severity: "warning",
        condition: "No indented line below a wrong option says why it is wrong.",
        why: "A misconception is mended where it is met.",
        repair: "`- [ ] the commit index` gets `  That travels in AppendEntries, not in the entry.`",
    },
    Rule {
        code: "O1",
        title: "arrangement",
        scope: Scope::Deck,
        severity: "warning or error",
        condition: "Fewer than 3 or more than 7 items: warning. An item begins with first, next or step 2, or \
            says then or finally: error.",
        why: "Long orders are recited, and words of order solve the rest.",
        repair: "Name events, not their places.",
    },
    Rule {
        code: "N1",
        title: "number without its terms",
        scope: Scope::Deck,
        severity: "error",
        condition: "The question does not state the answer's unit, or the number is broken and has neither a \
            tolerance nor a rule for rounding in the question.",
        why: "A right calculation must not fail on form.",
        repair: "`Number: 0.63 ± 0.01`, and \"in milliseconds\" in the question.",
    },
    Rule {
        code: "N2",
        title: "problem without variety",
        scope: Scope::Deck,
        severity: "error",
        condition: "With the card's own parameters, 200 draws give fewer than 20 different questions; or, where a \
            number or word is asked for, fewer than 5 answers, one answer in over 40 % of the draws, or a \
            parameter as the answer in over half. Without parameters the family's own tests prove its \
            variety.",
        why: "A problem that repeats itself is remembered, not solved.",
        repair: "Give lists to draw from: `servers = [3, 5, 7]`.",
    },
    Rule {
        code: "N3",
        title: "problem without a proof",
        scope: Scope::Elsewhere,
        severity: "error",
        condition: "The answer of a family is not confirmed by an independent computation. The tests of the \
            families hold it, not the linter.",
        why: "A wrong key teaches a wrong rule.",
        repair: "See `docs/problem-families.md`.",
    },
    Rule {
        code: "unknown-family",
        title: "unknown problem family",
        scope: Scope::Deck,
        severity: "error",
        condition: "`Problem:` names a family that does not exist. It cannot be allowed.",
        why: "There is nothing to draw.",
        repair: "`Problem: raft.commit-index`; `retain problem list` shows all.",
    },
    Rule {
        code: "problem-parameter",
        title: "parameter that does not fit",
        scope: Scope::Deck,
        severity: "error",
        condition: "A line below `Problem:` sets something that the family does not take, or not with this value. \
            It cannot be allowed.",
        why: "The card could not be drawn.",
        repair: "Write what the message says the parameter takes, or leave it out: all have defaults.",
    },
];
