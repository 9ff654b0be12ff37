//! What the rules on single cards ask for, and why: S, L, Y, K, E, A and C.
//! Not for applying them.

use super::{Rule, Scope};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "S1",
        title: "an empty side",
        scope: Scope::Elsewhere,
        severity: "error",
        condition: "Question, answer or sentence is empty, a `C:` hides nothing, or a bracket is not closed. The \
            parser reports it under codes of its own, as `empty-answer` or `no-deletion`.",
        why: "Half a card cannot be asked.",
        repair: "`Q: Why is a quorum a majority?` without `A:` gets its `A:` line.",
    },
    Rule {
        code: "S2",
        title: "no source",
        scope: Scope::Deck,
        severity: "error",
        condition: "In a deck with a `level`: neither the card nor the front matter names a source.",
        why: "A fact that cannot be looked up cannot be trusted, nor mended when it turns out wrong.",
        repair: "Add `Source: Ongaro & Ousterhout 2014, §5.4.2`, or `source = \"…\"` to the front matter.",
    },
    Rule {
        code: "S3",
        title: "source without a place",
        scope: Scope::Deck,
        severity: "warning",
        condition: "In a deck with a `level`: front matter and card together name a work, but no section, \
            chapter, page, figure, table, lecture (`L6`), algorithm, theorem, number as `5.2`, or \
            address.",
        why: "Nobody searches a whole book to check one card.",
        repair: "`Source: Raft paper` becomes `Source: §5.4.2, figure 8`.",
    },
    Rule {
        code: "S4",
        title: "no tag",
        scope: Scope::Deck,
        severity: "error",
        condition: "In a deck with a `level`: neither the card nor the front matter has a tag.",
        why: "Without topics, weak ones cannot be named after an exam.",
        repair: "Add `Tags: raft-commit`.",
    },
    Rule {
        code: "S5",
        title: "no explanation",
        scope: Scope::Deck,
        severity: "warning",
        condition: "A choice, a number, an arrangement or a card tagged `applied` has no `Why:`. Reasons under \
            all wrong options count as one; a problem brings its own solution.",
        why: "A wrong answer without its repair is learned as it was given.",
        repair: "Add `Why:` with the reason and the tempting error.",
    },
    Rule {
        code: "S6",
        title: "undated fact",
        scope: Scope::Deck,
        severity: "warning",
        condition: "Question, answer or option has a version (`2.8` after a product's name, `3.x`, `1.2.3`), \
            \"default\", \"currently\", \"latest\" or \"as of now\", and neither card nor front matter \
            says `as of` with a date or version.",
        why: "Such facts turn false in silence.",
        repair: "\"What is the default …?\" becomes \"What is the default … (as of 2024)?\"",
    },
    Rule {
        code: "L1",
        title: "long question",
        scope: Scope::Deck,
        severity: "warning or error",
        condition: "More than 40 words (error: 80); in applied cards and numbers more than 80 (error: 120).",
        why: "A long question is recognised by its look and no longer read.",
        repair: "Leave out what the answer does not need; tag a scenario as `applied`.",
    },
    Rule {
        code: "L2",
        title: "long answer",
        scope: Scope::Deck,
        severity: "warning or error",
        condition: "The answer of a free recall or a definition has more than 25 words (error: 45); where the \
            question contains why or how, more than 35 (error: 60). `Why:` does not count.",
        why: "What takes longer than ten seconds to say cannot be graded honestly and is forgotten in pieces.",
        repair: "Keep the one thing to recall; move the rest to `Why:` or to a card of its own.",
    },
    Rule {
        code: "L3",
        title: "many sentences",
        scope: Scope::Deck,
        severity: "warning or error",
        condition: "The answer has more than 2 sentences (error: 4).",
        why: "Each sentence is one more thing to know or not to know, under a single grade.",
        repair: "Answer in one or two sentences; the rest is a `Why:`.",
    },
    Rule {
        code: "L4",
        title: "long gap or long sentence",
        scope: Scope::Deck,
        severity: "warning or error",
        condition: "A hidden part has more than 6 words (error: 10), or the whole sentence more than 35 (error: \
            60).",
        why: "A long gap asks to recite, a long sentence to read.",
        repair: "Hide only the point: `… identical in [all preceding entries]`.",
    },
    Rule {
        code: "L5",
        title: "too much to type",
        scope: Scope::Deck,
        severity: "error",
        condition: "An accepted spelling has more than 5 words or 40 characters, or an answer of several words \
            has one accepted spelling only.",
        why: "Typing tests spelling, not knowledge, when it is long or allows one form.",
        repair: "`Type: two-phase commit | two phase commit | 2PC`",
    },
    Rule {
        code: "L6",
        title: "lopsided card",
        scope: Scope::Deck,
        severity: "warning",
        condition: "The answer has more than 25 words and more than three times those of the question, and L2 has \
            nothing to say.",
        why: "A short question with a long answer is a heading with its section.",
        repair: "Ask more precisely, or answer only what is asked.",
    },
    Rule {
        code: "Y1",
        title: "yes or no",
        scope: Scope::Deck,
        severity: "error or warning",
        condition: "The question, or its last clause, begins with an auxiliary verb or says \"true or false\", \
            and the answer begins with such a verdict. With at most 3 words an error, with a reason behind \
            it a warning.",
        why: "Half of all guesses are right, and the reason is never recalled.",
        repair: "\"Is UDP connectionless?\" becomes \"Why can the loss of a datagram go unnoticed?\"",
    },
    Rule {
        code: "Y2",
        title: "either or",
        scope: Scope::Deck,
        severity: "warning",
        condition: "The question ends in \"X or Y?\" and the answer is X or Y.",
        why: "It is a coin toss that trains nothing.",
        repair: "Ask what tells the two apart, or offer three options with reasons.",
    },
    Rule {
        code: "K1",
        title: "answer in the question",
        scope: Scope::Deck,
        severity: "error or warning",
        condition: "All of the answer's content words (at most 6) stand in the question: error. 60 % of them, \
            where there are at least 3: warning. Code and maths are not compared, nor answers that choose among names \
            of a situation (`S1`, `node B`, `5`).",
        why: "The words are read off, not recalled.",
        repair: "\"What does the write-ahead rule say about writing ahead?\" becomes \"A dirty page is to be \
            evicted. What must be on disk by then?\"",
    },
    Rule {
        code: "K4",
        title: "a name gives it away",
        scope: Scope::Deck,
        severity: "error",
        condition: "The deck's name or a tag contains the whole answer. Code and maths are not compared.",
        why: "Names and tags may be seen during review.",
        repair: "Rename the tag `integrity` after its topic, `guarantees`.",
    },
    Rule {
        code: "K5",
        title: "a picture gives it away",
        scope: Scope::Deck,
        severity: "error",
        condition: "The file name or the alternative text of a picture in the question contains the answer.",
        why: "The text is shown where pictures cannot be.",
        repair: "`![skip list](skip-list.png)` becomes `![diagram](fig-3.png)`.",
    },
    Rule {
        code: "E1",
        title: "list as an answer",
        scope: Scope::Deck,
        severity: "error or warning",
        condition: "The answer has 5 items or more: error. With 3 or 4, and a question that says list, name, \
            give, what are or which: warning. Items are bullets, else parts between `;`, else short parts \
            between commas.",
        why: "Lists are learned in their order and forgotten one by one, under a single grade.",
        repair: "Write one card for each item, from what it is for; or an `Order:` where the order matters.",
    },
    Rule {
        code: "E2",
        title: "counted list",
        scope: Scope::Deck,
        severity: "error",
        condition: "The question asks to list, name or give a number of things, or says what are the …, and the \
            number is 4 or more.",
        why: "Announcing the number makes it recitation.",
        repair: "\"What are the eight fallacies?\" becomes one card a fallacy, from its consequence.",
    },
    Rule {
        code: "E3",
        title: "open list",
        scope: Scope::Deck,
        severity: "error",
        condition: "Answer or option says \"etc\", \"and so on\" or ends in dots. Dots between the ends of a \
            series are closed.",
        why: "Nobody can know when an open answer is complete.",
        repair: "Say all of it, or ask for one part.",
    },
    Rule {
        code: "A1",
        title: "dangling reference",
        scope: Scope::Deck,
        severity: "error",
        condition: "The question begins with it, this, that, these, those, they, he, she, here or there; says as \
            above, see below, the former, the latter, the (or this) paper, section, chapter, figure, \
            lecture, author; or uses it, they or there before any content word. \"Why is it unsafe to …\", \
            \"Why are there …\" and \"While it waits, a replica …\" refer to nothing outside.",
        why: "A card comes back months later, between cards of other decks.",
        repair: "\"Why is it so much larger there?\" becomes \"Why is the write amplification of a B-tree \
            large under small random updates?\"",
    },
    Rule {
        code: "A2",
        title: "no context",
        scope: Scope::Deck,
        severity: "error or warning",
        condition: "The question has no content word: error. Fewer than 3: warning (for a choice M11 says so).",
        why: "\"What is the timeout?\" has as many answers as there are systems.",
        repair: "Name the system, the model or the situation.",
    },
    Rule {
        code: "A3",
        title: "vague demand",
        scope: Scope::Deck,
        severity: "warning",
        condition: "Nothing is asked (no question mark, no demand as name, give, compute, put), or the demand is \
            tell, describe, discuss, explain, comment on, what about.",
        why: "An essay question has no one answer to be graded against.",
        repair: "\"CAP theorem\" becomes \"What must a store give up while a partition lasts if it stays \
            available?\"",
    },
    Rule {
        code: "A4",
        title: "vague key",
        scope: Scope::Deck,
        severity: "warning",
        condition: "An answer of at most 6 words says some, many, various, several, often, usually, sometimes, \
            typically; or good, better, fast, slow, high, low without a noun behind it.",
        why: "A vague answer is always right.",
        repair: "\"150–300 ms, usually\" becomes a question on what goes wrong outside of that range.",
    },
    Rule {
        code: "A5",
        title: "two questions",
        scope: Scope::Deck,
        severity: "warning",
        condition: "The question has more than one question mark, or a question word, and later \"and\" or \"or\" \
            right before another one.",
        why: "One grade for two answers is wrong for one of them.",
        repair: "Ask one of them here, and write a card for the other.",
    },
    Rule {
        code: "A6",
        title: "unknown acronym",
        scope: Scope::Deck,
        severity: "information",
        condition: "Two to six capitals that are not in the glossary, not in the deck's name or source, and \
            neither spelt out nor put in parentheses in this or an earlier card of the deck.",
        why: "A learner cannot recall with a word never met.",
        repair: "\"RDMA\" is introduced once as \"remote direct memory access (RDMA)\".",
    },
    Rule {
        code: "C1",
        title: "many gaps",
        scope: Scope::Deck,
        severity: "warning or error",
        condition: "More than 3 hidden parts in one `C:` (error: 5).",
        why: "The cards of one sentence give each other away.",
        repair: "Hide at most 3, or write the sentence anew.",
    },
    Rule {
        code: "C2",
        title: "more than one idea",
        scope: Scope::Deck,
        severity: "warning",
        condition: "Parts of more than one sentence are hidden.",
        why: "Each sentence is an idea of its own.",
        repair: "Write one `C:` for each sentence.",
    },
    Rule {
        code: "C3",
        title: "too much hidden",
        scope: Scope::Deck,
        severity: "warning or error",
        condition: "More than 0.4 of all content words are hidden (error: 0.6), all gaps counted.",
        why: "What is left no longer says what is asked.",
        repair: "Hide less, or say more around it.",
    },
    Rule {
        code: "C4",
        title: "no context around the gap",
        scope: Scope::Deck,
        severity: "warning or error",
        condition: "Fewer than 4 content words are visible when all gaps are hidden; an error where fewer than 2 \
            are visible beside one gap.",
        why: "\"[…] was developed at […]\" fits a thousand things.",
        repair: "Name the system or the situation in the sentence.",
    },
    Rule {
        code: "C5",
        title: "leak",
        scope: Scope::Deck,
        severity: "error",
        condition: "All content words of a hidden part stand in the visible text too. Code and maths are not \
            compared.",
        why: "The answer is read off.",
        repair: "Reword the sentence so that it does not say what it asks for.",
    },
    Rule {
        code: "C6",
        title: "filler hidden",
        scope: Scope::Deck,
        severity: "error",
        condition: "A hidden part has stop words only, \"not\" and \"no\" among them. Digits, single letters, \
            maths and code are exempt.",
        why: "Function words follow from grammar, not from knowledge.",
        repair: "Hide the noun, number or verb that is the point.",
    },
    Rule {
        code: "C7",
        title: "neighbouring gaps",
        scope: Scope::Deck,
        severity: "warning",
        condition: "Fewer than 2 words stand between two hidden parts.",
        why: "The two are recalled as one, or not at all.",
        repair: "Hide both as one, or keep words between them.",
    },
    Rule {
        code: "C8",
        title: "article before the gap",
        scope: Scope::Deck,
        severity: "warning",
        condition: "\"a\" or \"an\" stands right before a hidden part.",
        why: "The article says whether a vowel follows.",
        repair: "`an [index]` becomes `[an index]`.",
    },
];
