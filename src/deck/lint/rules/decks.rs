//! What the rules on decks and collections ask for, and why: D, B and what belongs to them.
//! Not for applying them.

use super::{Rule, Scope};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "S7",
        title: "one id twice",
        scope: Scope::Collection,
        severity: "error",
        condition: "Two cards in different decks have one id. Within one deck the parser says so.",
        why: "Two cards would share one history, so one of them is left out.",
        repair: "Give the second card an id of its own.",
    },
    Rule {
        code: "D1",
        title: "duplicate",
        scope: Scope::Collection,
        severity: "error or warning",
        condition: "Two questions say the same: an error within one deck, a warning between two. Case and the marks \
            that part sentences do not count; code, maths, pictures and letters that stand alone are compared as \
            they are written.",
        why: "The second only takes time, and disturbs the estimate of the first.",
        repair: "Remove one, or ask it for something else.",
    },
    Rule {
        code: "D2",
        title: "look-alikes",
        scope: Scope::Collection,
        severity: "error or warning",
        condition: "The sets of content words of two questions have a Jaccard index of 0.6 or more, or those of \
            3-word sequences of 0.5. With the same answer: error. Else: warning, unless a `Confuses:` \
            links the two and each has a word in bold that the other has not. A word found in over 1,000 \
            questions brings no two together by itself.",
        why: "Cards taken for one another are the chief cause of failing well-made cards.",
        repair: "Set the word that tells them apart in bold, and link them: `Confuses: raft-up-to-date/equal`.",
    },
    Rule {
        code: "D3",
        title: "worn answer",
        scope: Scope::Deck,
        severity: "warning",
        condition: "One answer of at most 3 content words is shared by 5 cards of a deck.",
        why: "After the third, it is tried first.",
        repair: "Ask some of them from the other side.",
    },
    Rule {
        code: "D4",
        title: "card turned round",
        scope: Scope::Collection,
        severity: "information",
        condition: "Question and answer of one card are answer and question of another, and no `Confuses:` links \
            them.",
        why: "On one day, each gives the other away.",
        repair: "Link them with `Confuses:`.",
    },
    Rule {
        code: "D5",
        title: "copied text",
        scope: Scope::Elsewhere,
        severity: "warning",
        condition: "Eight words in a row equal to the source (error: twelve). It needs the text of the source, \
            which is not at hand here, so it stays with the reviewer.",
        why: "Copied wording is parroted, and belongs to its author.",
        repair: "Say it in words of your own.",
    },
    Rule {
        code: "B1",
        title: "mix of a deck",
        scope: Scope::Deck,
        severity: "warning",
        condition: "In a deck with a `level` and 30 cards or more: over 30 % only ask what something is, under 25 \
            % ask why or how, under 25 % are applied (tag, number or problem), or over 25 % are choices.",
        why: "Definitions alone do not transfer to anything.",
        repair: "Ask for reasons; add scenarios tagged `applied`.",
    },
    Rule {
        code: "B2",
        title: "angles of a topic",
        scope: Scope::Deck,
        severity: "warning",
        condition: "In a deck with a `level`: a topic (a tag of the card's own, but for `applied`) has fewer than \
            3 cards, more than 12, or only one kind of question out of what, why, contrast and apply.",
        why: "Practice trains what it asks: one angle is no understanding.",
        repair: "Add a card from another angle, or join or split topics.",
    },
    Rule {
        code: "B3",
        title: "order of decks",
        scope: Scope::Collection,
        severity: "error",
        condition: "`requires` names a deck that does not exist, leads round in a circle, or leads to a deck of a \
            higher level.",
        why: "Such a deck could never be opened, or asks for what is taught later.",
        repair: "Take one `requires` out, or move the deck up.",
    },
    Rule {
        code: "B4",
        title: "the longest option",
        scope: Scope::Deck,
        severity: "error",
        condition: "Over 20 choices or more, the longest option (or the shortest) is the right one more often \
            than chance and 15 points.",
        why: "Length is learned instead of the subject.",
        repair: "Shorten right options, or make wrong ones as long.",
    },
    Rule {
        code: "B5",
        title: "monotony",
        scope: Scope::Deck,
        severity: "warning",
        condition: "Of 10 questions or more, over 40 % begin with the same two words.",
        why: "Questions that look alike are answered alike.",
        repair: "Vary what is asked.",
    },
    Rule {
        code: "B6",
        title: "coverage",
        scope: Scope::Elsewhere,
        severity: "warning",
        condition: "A resource of the roadmap has no cards. A test of the course holds it, not the linter.",
        why: "What has no card is not taught.",
        repair: "Write the deck.",
    },
    Rule {
        code: "unknown-card",
        title: "link to no card",
        scope: Scope::Collection,
        severity: "warning",
        condition: "`Confuses:` names an id that no card has. It cannot be allowed.",
        why: "The two cards would not be kept apart.",
        repair: "Write the id of the other card.",
    },
    Rule {
        code: "unused-allow",
        title: "permission not needed",
        scope: Scope::Deck,
        severity: "information",
        condition: "A `<!-- lint: allow RULE reason -->` takes nothing back.",
        why: "It would hide the next fault of its kind.",
        repair: "Take the comment out.",
    },
    Rule {
        code: "unknown-rule",
        title: "permission for no rule",
        scope: Scope::Deck,
        severity: "warning",
        condition: "A `<!-- lint: allow … -->` names no rule.",
        why: "It has no effect.",
        repair: "Write the rule's code, as it stands in the finding.",
    },
];
